"""What becomes of an attempt to pay: the table of all cases, without a database (rule book §6)."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from spa.models import (
    ACTIVE,
    AppointmentStatus,
    Home,
    PaymentState,
    TransactionStatus,
)
from spa.services.gateway.decide import (
    BACK_OFF,
    GRACE,
    Attempt,
    Do,
    Reported,
    Step,
    Visit,
    decide,
    is_in_flight,
)
from tests.factories import at

NOW, OPENED, ENDS, START = at(7, 10), at(7, 2), at(7, 20), at(10)
ASKED = 72_000_00
S, T, P, H = AppointmentStatus, TransactionStatus, PaymentState, Home
CLOSED = (S.CANCELLED, S.NO_SHOW, S.EXPIRED)


def attempt(state: str = P.PENDING, **fields) -> Attempt:
    return Attempt(**{"state": state, "amount_cents": ASKED, "opened_at": OPENED, "ends_at": ENDS}
                   | fields)  # fmt: skip


def told(status: str = T.APPROVED, key: str = "1", *, minute: int = 5, **fields) -> Reported:
    values = {"amount_cents": ASKED, "currency": "COP", "created_at": at(7, minute)}
    return Reported(key, status, **values | fields)


def visit(status: str = S.PENDING_PAYMENT, **fields) -> Visit:
    return Visit(status, **{"starts_at": START} | fields)


def of(*transactions: Reported, tried: Attempt | None = None, paid: Visit | None = None, now=NOW):
    return decide(
        attempt=tried or attempt(), transactions=transactions, visit=paid or visit(), now=now
    )


def steps(*transactions: Reported, **case) -> list[str]:
    return [step.do for step in of(*transactions, **case).steps]


# -- An approval that is right, by what its visit is ------------------------------------------
@pytest.mark.parametrize("status", ACTIVE)
def test_it_pays_a_visit_that_is_to_be_or_is_under_way(status):
    assert steps(told(), paid=visit(status)) == [Do.PAY]


@pytest.mark.parametrize(("debt", "what"), [(0, Do.CREDIT), (100, Do.PAY)])
def test_of_a_completed_visit_it_pays_what_is_owed(debt, what):
    assert steps(told(), paid=visit(S.COMPLETED, debt_cents=debt)) == [what]


@pytest.mark.parametrize("status", [S.CANCELLED, S.NO_SHOW])
@pytest.mark.parametrize("debt", [0, 100])
def test_of_one_that_will_not_be_it_is_credit(status, debt):
    assert steps(told(), paid=visit(status, debt_cents=debt)) == [Do.CREDIT]


@pytest.mark.parametrize(
    ("now", "what"),
    [
        (NOW, Do.REBOOK),
        (START - timedelta(microseconds=1), Do.REBOOK),
        (START, Do.CREDIT),
        (START + timedelta(days=1), Do.CREDIT),
    ],
)
def test_an_expired_one_is_booked_again_as_long_as_it_lies_ahead(now, what):
    assert steps(told(), paid=visit(S.EXPIRED), now=now) == [what]


def test_of_a_visit_that_is_archived_it_is_credit():
    decision = decide(attempt=attempt(), transactions=[told()], visit=None, now=NOW)

    assert [step.do for step in decision.steps] == [Do.CREDIT]


@pytest.mark.parametrize("status", AppointmentStatus.values)
def test_there_is_a_step_whatever_the_visit_is(status):
    assert len(steps(told(), paid=visit(status))) == 1


# -- An approval that is wrong ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "what", "why"),
    [
        ({"amount_cents": ASKED - 1}, Do.HOLD, "amount"),
        ({"amount_cents": ASKED + 1}, Do.HOLD, "amount"),
        ({"amount_cents": ASKED * 100}, Do.HOLD, "amount"),
        ({"amount_cents": 50}, Do.HOLD, "amount"),
        ({"amount_cents": 49}, Do.LIST, "amount"),  # not one peso, rounded
        ({"currency": "USD"}, Do.LIST, "currency"),
        ({"currency": "USD", "amount_cents": 1}, Do.LIST, "currency"),
    ],
)
@pytest.mark.parametrize("status", AppointmentStatus.values)
def test_it_never_touches_a_visit(fields, what, why, status):
    decision = of(told(**fields), paid=visit(status))

    assert decision.steps == (Step("1", what, why),)
    assert decision.state == P.PENDING


@pytest.mark.parametrize(
    ("fields", "what", "why"),
    [
        ({}, Do.HOLD, "reference"),
        ({"amount_cents": 49}, Do.LIST, "reference"),
        ({"currency": "USD"}, Do.LIST, "currency"),
    ],
)
def test_of_a_reference_that_is_not_ours_there_is_no_state_and_nothing_to_ask(fields, what, why):
    decision = decide(attempt=None, transactions=[told(**fields)], visit=None, now=NOW)

    assert decision.steps == (Step("1", what, why),)
    assert (decision.state, decision.in_flight, decision.look_at) == (None, False, None)


# -- What has a home already, and what is no money --------------------------------------------
@pytest.mark.parametrize("home", H.values)
@pytest.mark.parametrize("status", AppointmentStatus.values)
@pytest.mark.parametrize("fields", [{}, {"amount_cents": 1_00}, {"currency": "USD"}])
def test_what_has_a_home_is_posted_no_second_time(home, status, fields):
    assert steps(told(home=home, **fields), paid=visit(status)) == []


@pytest.mark.parametrize("status", [T.PENDING, T.DECLINED, T.ERROR])
@pytest.mark.parametrize("fields", [{}, {"amount_cents": 1_00}, {"currency": "USD"}])
@pytest.mark.parametrize("state", PaymentState.values)
def test_what_is_not_approved_moves_nothing(status, fields, state):
    assert steps(told(status, **fields), tried=attempt(state)) == []


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"home": ""}, []),  # voided before we knew of it
        ({"home": H.PAYMENT}, [Do.TAKE_BACK]),
        ({"home": H.PAYMENT, "is_taken_back": True}, []),
        ({"home": H.UNAPPLIED}, [Do.LET_GO]),
        ({"home": H.LISTED}, [Do.LET_GO]),
        # A manager has given it to a visit, or as credit: it has a receipt that is to go.
        ({"home": H.UNAPPLIED, "is_resolved": True}, [Do.TAKE_BACK]),
        # He has given it back outside, or it was struck out.
        ({"home": H.UNAPPLIED, "is_resolved": True, "is_taken_back": True}, []),
        ({"home": H.LISTED, "is_resolved": True, "is_taken_back": True}, []),
    ],
)
@pytest.mark.parametrize("status", AppointmentStatus.values)
@pytest.mark.parametrize("state", PaymentState.values)
def test_a_void_takes_back_what_there_is_once(fields, what, status, state):
    assert steps(told(T.VOIDED, **fields), paid=visit(status), tried=attempt(state)) == what


# -- The attempt's state ----------------------------------------------------------------------
@pytest.mark.parametrize("before", [P.PENDING, P.DECLINED, P.ERROR, P.ABANDONED])
@pytest.mark.parametrize(
    ("statuses", "after"),
    [
        ([T.APPROVED], P.APPROVED),
        ([T.DECLINED, T.APPROVED], P.APPROVED),
        ([T.APPROVED, T.DECLINED], P.APPROVED),
        ([T.APPROVED, T.PENDING], P.APPROVED),
        ([T.APPROVED, T.VOIDED], P.APPROVED),
        ([T.PENDING], P.PENDING),
        ([T.PENDING, T.DECLINED], P.PENDING),
        ([T.DECLINED, T.PENDING], P.PENDING),
        ([T.DECLINED], P.DECLINED),
        ([T.ERROR], P.ERROR),
        ([T.DECLINED, T.ERROR], P.ERROR),
        ([T.ERROR, T.DECLINED], P.DECLINED),
        ([T.VOIDED], P.ERROR),
        ([], P.PENDING),
    ],
)
def test_an_approval_wins_then_what_is_under_way_then_the_last(before, statuses, after):
    rows = [told(status, str(n), minute=n) for n, status in enumerate(statuses)]

    assert of(*rows, tried=attempt(before)).state == after


@pytest.mark.parametrize(
    ("statuses", "after"),
    [
        ([], P.APPROVED),
        ([T.DECLINED], P.APPROVED),
        ([T.PENDING], P.APPROVED),
        ([T.ERROR, T.DECLINED], P.APPROVED),
        ([T.APPROVED, T.VOIDED], P.APPROVED),
        ([T.VOIDED], P.VOIDED),
        ([T.VOIDED, T.DECLINED], P.VOIDED),
        ([T.VOIDED, T.VOIDED], P.VOIDED),
    ],
)
def test_what_was_approved_ends_only_when_all_of_it_was_taken_back(statuses, after):
    posted = {T.APPROVED: H.PAYMENT, T.VOIDED: H.PAYMENT}
    rows = [
        told(status, str(n), minute=n, home=posted.get(status, ""))
        for n, status in enumerate(statuses)
    ]

    assert of(*rows, tried=attempt(P.APPROVED)).state == after


@pytest.mark.parametrize("status", TransactionStatus.values)
def test_what_was_taken_back_stays_so(status):
    assert of(told(status), tried=attempt(P.VOIDED)).state == P.VOIDED


def test_money_in_another_amount_approves_nothing_and_ends_nothing():
    wrong = told(amount_cents=ASKED + 100, home=H.UNAPPLIED)

    assert of(wrong).state == P.PENDING
    assert of(wrong, told(T.DECLINED, "2")).state == P.DECLINED
    assert of(wrong, told(T.APPROVED, "2")).state == P.APPROVED


# -- In flight --------------------------------------------------------------------------------
JUST = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "state", "flies"),
    [
        (NOW, P.PENDING, True),
        (ENDS, P.PENDING, True),
        (ENDS + GRACE - JUST, P.PENDING, True),
        (ENDS + GRACE, P.ABANDONED, False),
    ],
)
def test_an_attempt_of_which_nothing_is_known_is_waited_for_ten_minutes(now, state, flies):
    decision = of(now=now)

    assert (decision.state, decision.in_flight) == (state, flies)


def test_one_that_wompi_works_on_for_longer_is_pending_but_waited_for_no_more():
    decision = of(told(T.PENDING), now=ENDS + GRACE)

    assert (decision.state, decision.in_flight) == (P.PENDING, False)


@pytest.mark.parametrize("state", PaymentState.values)
def test_only_a_pending_one_is_in_flight(state):
    assert is_in_flight(state, ENDS, now=NOW) == (state == P.PENDING)


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(0), timedelta(minutes=5)),
        (timedelta(minutes=30) - JUST, timedelta(minutes=5)),
        (timedelta(minutes=30), timedelta(minutes=15)),
        (timedelta(hours=3) - JUST, timedelta(minutes=15)),
        (timedelta(hours=3), timedelta(hours=1)),
        (timedelta(hours=12) - JUST, timedelta(hours=1)),
        (timedelta(hours=12), timedelta(hours=4)),
        (timedelta(hours=48) - JUST, timedelta(hours=4)),
        (timedelta(hours=48), None),
        (timedelta(days=30), None),
    ],
)
def test_what_is_not_in_flight_is_asked_about_ever_more_rarely(age, pause):
    now = OPENED + age

    decision = of(told(T.DECLINED), now=now)

    assert decision.look_at == (pause and now + pause)


@pytest.mark.parametrize("transactions", [[], [told(T.PENDING)]])
def test_what_is_in_flight_is_asked_about_each_minute(transactions):
    assert of(*transactions).look_at == NOW + timedelta(minutes=1)


def test_a_long_hold_is_asked_about_each_minute_until_its_end():
    day = attempt(ends_at=OPENED + timedelta(days=3))

    assert of(tried=day, now=OPENED + timedelta(days=2)).in_flight
    assert of(tried=day, now=day.ends_at + GRACE).look_at is None


def test_the_pauses_grow():
    assert sorted(BACK_OFF) == list(BACK_OFF)
    assert BACK_OFF[-1][0] == timedelta(hours=48)


# -- Order and repetition ---------------------------------------------------------------------
TRANSACTIONS = some.builds(
    Reported,
    gateway_id=some.sampled_from("123456"),
    status=some.sampled_from(TransactionStatus.values),
    amount_cents=some.sampled_from([ASKED, ASKED + 100, 49]),
    currency=some.sampled_from(["COP", "USD"]),
    created_at=some.sampled_from([at(7, 4), at(7, 5)]),  # equal ones, too
    home=some.sampled_from(["", *H.values]),
    is_resolved=some.booleans(),
    is_taken_back=some.booleans(),
)
LISTS = some.lists(TRANSACTIONS, max_size=6, unique_by=lambda one: one.gateway_id)
ATTEMPTS = some.none() | some.sampled_from([attempt(state) for state in PaymentState.values])
VISITS = some.none() | some.sampled_from([visit(status) for status in AppointmentStatus.values])
MOMENTS = some.sampled_from([NOW, ENDS + GRACE, START, OPENED + timedelta(hours=48)])
CASES = {"rows": LISTS, "tried": ATTEMPTS, "paid": VISITS, "now": MOMENTS}


def carried_out(rows, decision):
    """Return the transactions as they are once the steps were taken."""
    done = {step.gateway_id: step for step in decision.steps}
    return [replace(row, **_change(done.get(row.gateway_id))) for row in rows]


def _change(step: Step | None) -> dict:
    if step is None:
        return {}
    return {
        Do.HOLD: {"home": H.UNAPPLIED},
        Do.LIST: {"home": H.LISTED},
        Do.TAKE_BACK: {"is_taken_back": True},
        Do.LET_GO: {"is_resolved": True, "is_taken_back": True},
    }.get(step.do, {"home": H.PAYMENT})


@given(**CASES, dice=some.randoms(use_true_random=False))
@settings(deadline=None, max_examples=400)
def test_the_order_of_the_news_decides_nothing(rows, tried, paid, now, dice):
    shuffled = dice.sample(rows, len(rows))

    assert decide(attempt=tried, transactions=shuffled, visit=paid, now=now) == decide(
        attempt=tried, transactions=rows, visit=paid, now=now
    )


@given(**CASES)
@settings(deadline=None, max_examples=400)
def test_once_the_steps_are_taken_there_are_none(rows, tried, paid, now):
    first = decide(attempt=tried, transactions=rows, visit=paid, now=now)
    after = tried and replace(tried, state=first.state)

    again = decide(attempt=after, transactions=carried_out(rows, first), visit=paid, now=now)

    assert again.steps == ()
    assert (again.state, again.in_flight) == (first.state, first.in_flight)


@given(**CASES)
@settings(deadline=None, max_examples=400)
def test_each_transaction_has_one_step_at_most_and_each_approval_a_home(rows, tried, paid, now):
    decision = decide(attempt=tried, transactions=rows, visit=paid, now=now)

    named = [step.gateway_id for step in decision.steps]
    assert len(named) == len(set(named))
    assert {row.gateway_id for row in rows if row.status == T.APPROVED and not row.home} == {
        step.gateway_id for step in decision.steps if step.do not in (Do.TAKE_BACK, Do.LET_GO)
    }
    assert all((step.do in (Do.HOLD, Do.LIST)) == bool(step.mismatch) for step in decision.steps)


HISTORY = [
    told(T.DECLINED, "1", minute=3),
    told(T.ERROR, "2", minute=4),
    told(T.PENDING, "3", minute=4),
    told(T.APPROVED, "4", minute=5),
    told(T.APPROVED, "5", minute=5, amount_cents=ASKED + 1),
]


def test_in_all_120_orders_of_a_long_evening_the_same_is_done():
    decisions = {of(*order) for order in permutations(HISTORY)}

    assert len(decisions) == 1
    assert [step.do for step in decisions.pop().steps] == [Do.PAY, Do.HOLD]
