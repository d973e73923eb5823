"""What a payment link's page says: one state, out of all that is known of it. Pure (rule book §6).

`spa/services/gateway/decide.py` says what becomes of money; this only what a client reads of it,
and whether the button is there. It mirrors the refusals of `gateway.open_attempt`, which decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from spa.models import (
    AppointmentStatus,
    PaymentState,
    RequestEnd,
    RequestPurpose,
)
from spa.services.gateway.decide import GRACE
from spa.wompi.checkout import LEAST_CENTS

S, P, E = AppointmentStatus, PaymentState, RequestEnd
STANDING = (S.CONFIRMED, S.ARRIVED, S.IN_SERVICE, S.COMPLETED)
LOST = (S.EXPIRED, S.CANCELLED, S.NO_SHOW)


class State(StrEnum):
    HELD = "held"
    BEGAN = "began"  # she went to the checkout, and Wompi knows nothing of it
    DECLINED = "declined"
    DOWN = "down"  # Wompi is being left alone; the button stays
    PROCESSING = "processing"  # Wompi knows a payment that is not decided
    CHECKING = "checking"  # the time is over, and she may have paid
    PAID = "paid"
    GIVEN_BACK = "given_back"
    CREDIT = "credit"  # the money came too late for the hour, and is hers
    EXPIRED = "expired"
    LAPSED = "lapsed"  # like it, and no hour went with it
    ENDED = "ended"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    OVER = "over"


PAYABLE = (State.HELD, State.BEGAN, State.DECLINED, State.DOWN)
# Where she may say that she wants another link.
ASKABLE = (State.EXPIRED, State.LAPSED, State.ENDED)
UNDER_WAY = (State.PROCESSING, State.CHECKING)
# With what it was to be: its treatments, their prices, where.
WITH_VISIT = (*PAYABLE, *UNDER_WAY, State.PAID, State.GIVEN_BACK)
# Seconds after which the page asks again; of a state that is not here never.
POLLS = dict.fromkeys(PAYABLE, 15) | dict.fromkeys(UNDER_WAY, 5)


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt to pay by the link."""

    state: str
    at: datetime
    applied_cents: int = 0
    is_known: bool = False  # Wompi has a transaction of it
    message: str = ""  # of the latest one, in Wompi's words

    @property
    def is_undecided(self) -> bool:
        return self.state == P.PENDING

    @property
    def is_unknown(self) -> bool:
        """Begun, and no more is known of it."""
        return self.state == P.PENDING and not self.is_known


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the state follows from. `attempts`: the latest first; `status`: of the visit;
    `is_under_way`: Wompi works on a payment of the visit, by this link or another."""

    purpose: str
    closed_reason: str
    ends_at: datetime
    status: str | None
    due_cents: int
    attempts: Sequence[Tried]
    now: datetime
    is_under_way: bool = False
    has_gateway: bool = True
    is_down: bool = False

    @property
    def last(self) -> Tried | None:
        return self.attempts[0] if self.attempts else None


def state_of(facts: Facts) -> State:
    """Return what the page is about. What happened to her money comes before all else."""
    if facts.status is None:
        return State.OVER
    return _of_money(facts) or _of_the_end(facts) or _of_what_is_due(facts)


def status_of(facts: Facts) -> State:
    """Return the same for who is back from Wompi: what is not decided is being looked into."""
    state = state_of(facts)
    undecided = state in PAYABLE and facts.last is not None and facts.last.is_undecided
    return State.CHECKING if undecided else state


def may_have_paid(facts: Facts) -> bool:
    """Say whether an attempt is left of which Wompi has said nothing final."""
    return any(one.state in (P.PENDING, P.ABANDONED) for one in facts.attempts)


def _of_money(facts: Facts) -> State | None:
    approved = [one for one in facts.attempts if one.state == P.APPROVED]
    if facts.status in LOST and any(not one.applied_cents for one in approved):
        return State.CREDIT
    if facts.status not in LOST:
        was_paid = facts.closed_reason == E.PAID
        voided = any(one.state == P.VOIDED for one in facts.attempts)
        if was_paid and voided and not approved:
            return State.GIVEN_BACK
        if was_paid or (facts.status in STANDING and not facts.due_cents):
            return State.PAID
    return State.PROCESSING if facts.is_under_way else None


def _of_the_end(facts: Facts) -> State | None:
    if facts.status == S.CANCELLED:
        return State.CANCELLED
    if facts.status == S.NO_SHOW:
        return State.OVER
    if facts.status == S.EXPIRED:
        return State.EXPIRED
    if facts.closed_reason == E.REPLACED:
        return State.REPLACED
    if facts.closed_reason == E.ENDED:
        return State.ENDED
    if facts.now >= facts.ends_at:
        if facts.last and facts.last.is_unknown and facts.now < facts.ends_at + GRACE:
            return State.CHECKING
        return State.EXPIRED if facts.purpose == RequestPurpose.DEPOSIT else State.LAPSED
    return State.OVER if facts.closed_reason else None


def _of_what_is_due(facts: Facts) -> State:
    if facts.due_cents < LEAST_CENTS or not facts.has_gateway:
        return State.OVER
    if facts.is_down:
        return State.DOWN
    if facts.last and facts.last.state in (P.DECLINED, P.ERROR):
        return State.DECLINED
    return State.BEGAN if facts.last and facts.last.is_unknown else State.HELD
