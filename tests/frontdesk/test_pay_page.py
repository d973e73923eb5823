"""Which state a payment link's page is in: the whole table (rule book §6.2, 6.6, 6.7)."""

from dataclasses import replace

import pytest

from frontdesk.pay_page import Facts, State, Tried, may_have_paid, state_of, status_of
from spa.models import AppointmentStatus, PaymentState, RequestEnd
from tests.factories import at

BEGUN = Tried("pending", at(7, 2))
KNOWN = Tried("pending", at(7, 2), is_known=True)
DECLINED = Tried("declined", at(7, 2), is_known=True)
ABANDONED = Tried("abandoned", at(7, 2))
APPROVED = Tried("approved", at(7, 2), 72_000_00, is_known=True)
LATE = Tried("approved", at(7, 2), 0, is_known=True)
VOIDED = Tried("voided", at(7, 2), 72_000_00, is_known=True)
IN_TIME, OVER, LONG_OVER = at(7, 10), at(7, 25), at(7, 31)

HELD = Facts(
    purpose="deposit",
    closed_reason="",
    ends_at=at(7, 20),
    status="pending_payment",
    due_cents=72_000_00,
    attempts=(),
    now=IN_TIME,
)
BALANCE = replace(HELD, purpose="balance", status="confirmed", due_cents=180_000_00)

TABLE = [
    # -- What can be paid
    ("a hold", HELD, {}, State.HELD),
    ("a balance", BALANCE, {}, State.HELD),
    ("a debt", BALANCE, {"status": "completed"}, State.HELD),
    ("begun", HELD, {"attempts": (BEGUN,)}, State.BEGAN),
    ("given up", HELD, {"attempts": (ABANDONED,)}, State.HELD),
    ("refused", HELD, {"attempts": (DECLINED,)}, State.DECLINED),
    ("failed", HELD, {"attempts": (Tried("error", at(7, 2)),)}, State.DECLINED),
    ("begun anew after a refusal", HELD, {"attempts": (BEGUN, DECLINED)}, State.BEGAN),
    ("Wompi is away", HELD, {"is_down": True}, State.DOWN),
    ("Wompi is away, begun", HELD, {"is_down": True, "attempts": (BEGUN,)}, State.DOWN),
    ("more became due", BALANCE, {"attempts": (APPROVED,)}, State.HELD),
    # -- What is under way
    ("under way", HELD, {"attempts": (KNOWN,), "is_under_way": True}, State.PROCESSING),
    ("under way by another link", HELD, {"is_under_way": True}, State.PROCESSING),
    ("under way, too late", HELD, {"is_under_way": True, "now": OVER}, State.PROCESSING),
    ("under way, ended", HELD, {"is_under_way": True, "closed_reason": "ended"}, "processing"),
    ("under way for days", HELD, {"attempts": (KNOWN,)}, State.HELD),
    ("begun, just over", HELD, {"attempts": (BEGUN,), "now": OVER}, State.CHECKING),
    ("begun, long over", HELD, {"attempts": (BEGUN,), "now": LONG_OVER}, State.EXPIRED),
    # -- What was paid
    ("paid", HELD, {"status": "confirmed", "closed_reason": "paid", "due_cents": 0}, State.PAID),
    ("paid at the desk", HELD, {"status": "confirmed", "due_cents": 0}, State.PAID),
    ("paid, booked again", HELD, {"status": "confirmed", "closed_reason": "over",
                                  "attempts": (APPROVED,), "due_cents": 0}, State.PAID),
    ("paid and over", BALANCE, {"status": "completed", "due_cents": 0}, State.PAID),
    ("paid, more since", BALANCE, {"closed_reason": "paid"}, State.PAID),
    ("given back", HELD, {"status": "confirmed", "closed_reason": "paid", "due_cents": 0,
                          "attempts": (VOIDED,)}, State.GIVEN_BACK),
    ("one of two given back", HELD, {"status": "confirmed", "closed_reason": "paid",
                                     "attempts": (APPROVED, VOIDED)}, State.PAID),
    ("too late", HELD, {"status": "expired", "closed_reason": "over", "attempts": (LATE,)},
     State.CREDIT),
    ("for nothing", HELD, {"status": "cancelled", "attempts": (LATE,)}, State.CREDIT),
    # -- What is over
    ("run out", HELD, {"now": HELD.ends_at}, State.EXPIRED),
    ("freed", HELD, {"status": "expired", "closed_reason": "over"}, State.EXPIRED),
    ("refused and freed", HELD, {"status": "expired", "attempts": (DECLINED,)}, State.EXPIRED),
    ("a balance run out", BALANCE, {"now": OVER}, State.LAPSED),
    ("ended", HELD, {"closed_reason": "ended"}, State.ENDED),
    ("replaced", BALANCE, {"closed_reason": "replaced"}, State.REPLACED),
    ("cancelled", HELD, {"status": "cancelled", "closed_reason": "over"}, State.CANCELLED),
    ("paid and cancelled", HELD, {"status": "cancelled", "closed_reason": "paid",
                                  "attempts": (APPROVED,)}, State.CANCELLED),
    ("she did not come", BALANCE, {"status": "no_show", "closed_reason": "over"}, State.OVER),
    ("a little is left", BALANCE, {"due_cents": 1_499_00}, State.OVER),
    ("no gateway any more", HELD, {"has_gateway": False}, State.OVER),
    ("no visit any more", HELD, {"status": None, "due_cents": 0}, State.OVER),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "more", "state"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_state_of_a_link(facts, more, state):
    assert state_of(replace(facts, **more)) == state


def test_whatever_is_known_there_is_a_state():
    tried = [
        Tried(state, at(7, 2), cents, is_known)
        for state in PaymentState.values
        for cents in (0, 100_00)
        for is_known in (False, True)
    ]
    for facts in (HELD, BALANCE):
        for status in (None, *AppointmentStatus.values):
            for closed in ("", *RequestEnd.values):
                for now in (IN_TIME, OVER, LONG_OVER):
                    for attempts in ((), *((one,) for one in tried)):
                        more = {"status": status, "closed_reason": closed, "now": now}
                        found = state_of(replace(facts, attempts=attempts, **more))
                        assert isinstance(found, State)


@pytest.mark.parametrize(
    ("attempts", "state"),
    [
        ((BEGUN,), State.CHECKING),
        ((KNOWN,), State.CHECKING),
        ((DECLINED,), State.DECLINED),
        ((BEGUN, DECLINED), State.CHECKING),
        ((ABANDONED,), State.HELD),
    ],
)
def test_who_is_back_from_wompi_waits_for_what_is_not_decided(attempts, state):
    assert status_of(replace(HELD, attempts=attempts)) == state
    assert status_of(replace(HELD, attempts=attempts, is_down=True)) in (state, State.DOWN)


@pytest.mark.parametrize(
    ("attempts", "answer"),
    [((), False), ((DECLINED,), False), ((BEGUN,), True), ((DECLINED, ABANDONED), True)],
)
def test_of_no_charge_is_only_spoken_where_none_can_come(attempts, answer):
    assert may_have_paid(replace(HELD, attempts=attempts)) == answer
