"""What is to be done about an attempt to pay, from all that is known of it. Pure (rule book §6.4).

The event's task, reconciliation, the page that a payer returns to and a void all come through
`decide`; `docs/payments.md` has it as a table. It never asks which news came last: it looks at
the set of transactions, so that order, repetition and loss of news change nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from spa.models import (
    ACTIVE,
    AppointmentStatus,
    Home,
    Mismatch,
    PaymentState,
    TransactionStatus,
)

CURRENCY = "COP"
# After the hold an attempt of which Wompi says nothing final is waited for this much longer.
GRACE = timedelta(minutes=10)
# How often Wompi is asked about an attempt that is not in flight any more, by its age.
BACK_OFF = (
    (timedelta(minutes=30), timedelta(minutes=5)),
    (timedelta(hours=3), timedelta(minutes=15)),
    (timedelta(hours=12), timedelta(hours=1)),
    (timedelta(hours=48), timedelta(hours=4)),
)
ASKED_FOR = BACK_OFF[-1][0]  # for so long in all
EACH_MINUTE = timedelta(minutes=1)
# A link that is open for days, and of which Wompi knows nothing, is asked about each minute for
# so long; then as seldom as others.
LIVELY = timedelta(hours=2)

P, S, T, H = PaymentState, AppointmentStatus, TransactionStatus, Home


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment of ours that was begun: what it asked for, and until when it may come."""

    state: str
    amount_cents: int
    opened_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """A transaction as Wompi last said it, and where its money is already."""

    gateway_id: str
    status: str
    amount_cents: int
    currency: str
    created_at: datetime
    home: str = ""
    is_resolved: bool = False
    is_taken_back: bool = False  # its receipt was


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit that is paid, as it is under the lock."""

    status: str
    starts_at: datetime
    debt_cents: int = 0


class Do(StrEnum):
    """What becomes of one transaction."""

    PAY = "pay"  # the visit gets what it still owes, the client the rest as credit
    REBOOK = "rebook"  # the visit is booked again if that can be, else as CREDIT
    CREDIT = "credit"
    HOLD = "hold"  # money without a home
    LIST = "list"  # shown with its figure, not posted
    TAKE_BACK = "take back"
    LET_GO = "let go"  # money without a home that went back at the gateway


@dataclass(frozen=True, slots=True)
class Step:
    gateway_id: str
    do: Do
    mismatch: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, in order; the attempt's state then; and when to ask Wompi again (None: never).

    `state` is None where no attempt of ours has the reference.
    """

    steps: tuple[Step, ...]
    state: str | None
    in_flight: bool
    look_at: datetime | None


def decide(
    *,
    attempt: Attempt | None,
    transactions: Sequence[Reported],
    visit: Visit | None,
    now: datetime,
) -> Decision:
    """Return what follows from the transactions of one reference."""
    ordered = sorted(transactions, key=lambda one: (one.created_at, one.gateway_id))
    steps = tuple(step for one in ordered if (step := _step(one, attempt, visit, now)))
    if attempt is None:
        return Decision(steps, None, in_flight=False, look_at=None)
    state = _state(attempt, ordered, now)
    in_flight = is_in_flight(state, attempt.ends_at, now=now)
    is_known = any(one.status == T.PENDING for one in ordered)
    soon = in_flight and (is_known or now < attempt.opened_at + LIVELY)
    return Decision(steps, state, in_flight, _look_at(attempt, soon=soon, now=now))


def is_in_flight(state: str, ends_at: datetime, *, now: datetime) -> bool:
    """Say whether an attempt may still bring money in time: its hold waits for it (§6.7)."""
    return state == P.PENDING and now < ends_at + GRACE


def is_right(one: Reported, attempt: Attempt | None) -> bool:
    """Say whether a transaction is what its attempt asked for."""
    return mismatch_of(one, attempt) == ""


def mismatch_of(one: Reported, attempt: Attempt | None) -> str:
    if one.currency != CURRENCY:
        return Mismatch.CURRENCY
    if attempt is None:
        return Mismatch.REFERENCE
    return "" if one.amount_cents == attempt.amount_cents else Mismatch.AMOUNT


def _step(
    one: Reported, attempt: Attempt | None, visit: Visit | None, now: datetime
) -> Step | None:
    if one.status == T.APPROVED and not one.home:
        mismatch = mismatch_of(one, attempt)
        if mismatch:
            countable = mismatch != Mismatch.CURRENCY and one.amount_cents >= 50
            return Step(one.gateway_id, Do.HOLD if countable else Do.LIST, mismatch)
        return Step(one.gateway_id, _pays(visit, now))
    if one.status == T.VOIDED:
        if one.home in (H.UNAPPLIED, H.LISTED) and not one.is_resolved:
            return Step(one.gateway_id, Do.LET_GO)
        if one.home and not one.is_taken_back:
            return Step(one.gateway_id, Do.TAKE_BACK)
    return None


def _pays(visit: Visit | None, now: datetime) -> Do:
    if visit is None:
        return Do.CREDIT
    if visit.status in ACTIVE or (visit.status == S.COMPLETED and visit.debt_cents):
        return Do.PAY
    if visit.status == S.EXPIRED and visit.starts_at > now:
        return Do.REBOOK
    return Do.CREDIT


def _state(attempt: Attempt, ordered: Iterable[Reported], now: datetime) -> str:
    """Return the attempt's state. An approval wins over everything but its own end."""
    right = [one for one in ordered if is_right(one, attempt) or one.status != T.APPROVED]
    statuses = [one.status for one in right]
    if attempt.state == P.VOIDED:
        return P.VOIDED
    if T.APPROVED in statuses:
        return P.APPROVED
    if attempt.state == P.APPROVED:
        return P.VOIDED if T.VOIDED in statuses else P.APPROVED
    if T.PENDING in statuses:
        return P.PENDING
    for status in reversed(statuses):
        if status == T.DECLINED:
            return P.DECLINED
        if status in (T.ERROR, T.VOIDED):  # taken back before we knew of it: nothing came of it
            return P.ERROR
    return P.PENDING if now < attempt.ends_at + GRACE else P.ABANDONED


def _look_at(attempt: Attempt, *, soon: bool, now: datetime) -> datetime | None:
    if soon:
        return now + EACH_MINUTE
    # The hosted page lets a payer try again for some minutes, and a bank may take a day.
    age = now - attempt.opened_at
    return next((now + pause for until, pause in BACK_OFF if age < until), None)
