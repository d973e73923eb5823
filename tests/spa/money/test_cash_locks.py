"""Two at one drawer: the second waits for the first, and is then refused."""

import pytest
from django.db import IntegrityError, models

from spa.errors import RuleBroken, Stale
from spa.models import CashDrawer, CashSession, DayClose, Payment, StaffMember
from spa.services import cash
from spa.services.audit import Actor
from tests.factories import TODAY, at
from tests.spa.money.locking import beside_an_open, clean, unlocked, while_the_first_is_open
from tests.spa.money.till import PRICE, Till, card, coins, held
from tests.tills import make_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(transactional_db):
    return Till()


# -- A drawer is closed while a payment is taken into it --------------------------------------
def a_drawer_and_a_payment(till):
    session, visit = till.drawer(pesos=0), till.visit()
    return (
        session,
        lambda: till.close(session, {}, by=till.manager),
        lambda: till.charge(visit, coins(180_000)),
    )


def test_a_payment_waits_for_a_close_and_finds_no_drawer(till):
    _session, close, pay = a_drawer_and_a_payment(till)

    thread = while_the_first_is_open(close, pay, table="spa_cashsession")

    with pytest.raises(cash.NoOpenDrawer):
        thread.outcome()
    assert not Payment.objects.exists()
    assert clean()


def test_a_close_waits_for_a_payment_and_counts_it(till):
    session, close, pay = a_drawer_and_a_payment(till)

    thread = while_the_first_is_open(pay, close, table="spa_cashsession")

    thread.outcome()
    session.refresh_from_db()
    assert (session.expected_cents, session.difference_cents) == (PRICE, -PRICE)
    assert clean()


def test_without_the_lock_a_payment_would_only_be_stopped_by_the_database(till, monkeypatch):
    """The control: the payment reads the session as open, and its movement is refused."""
    unlocked(monkeypatch, type(CashSession.objects.all()))
    _session, close, pay = a_drawer_and_a_payment(till)

    thread = while_the_first_is_open(close, pay, table="spa_cashmovement")

    with pytest.raises(IntegrityError, match="is closed"):
        thread.outcome()


def test_without_the_lock_a_close_would_not_count_the_payment(till, monkeypatch):
    """The control: the close counts what was there before, and is refused at its commit."""
    unlocked(monkeypatch, type(CashSession.objects.all()))
    _session, close, pay = a_drawer_and_a_payment(till)

    thread = while_the_first_is_open(pay, close, table="spa_cashsession")

    with pytest.raises(IntegrityError, match="moved 18000000"):
        thread.outcome()


# -- Cash is moved by hand while the drawer is closed -----------------------------------------
def a_drawer_and_a_movement(till):
    session = till.drawer(pesos=100_000)

    def move():
        cash.move_by_hand(
            session=session, cents=-30_000_00, reason="bank", now=at(20), actor=Actor(till.desk)
        )

    return session, lambda: till.close(session, {100_000: 1}, by=till.manager), move


def test_a_movement_waits_for_a_close_and_is_refused(till):
    _session, close, move = a_drawer_and_a_movement(till)

    thread = while_the_first_is_open(close, move, table="spa_cashsession")

    with pytest.raises(Stale):
        thread.outcome()
    assert held("safe") == 0
    assert clean()


def test_a_close_waits_for_a_movement_and_counts_it(till):
    session, close, move = a_drawer_and_a_movement(till)

    thread = while_the_first_is_open(move, close, table="spa_cashsession")

    thread.outcome()
    session.refresh_from_db()
    assert (session.expected_cents, session.difference_cents) == (70_000_00, 30_000_00)
    assert clean()


def test_without_the_lock_a_movement_would_only_be_stopped_by_the_database(till, monkeypatch):
    """The control: it reads the session as open, and is refused as it is written down."""
    unlocked(monkeypatch, type(CashSession.objects.all()))
    _session, close, move = a_drawer_and_a_movement(till)

    thread = while_the_first_is_open(close, move, table="spa_cashmovement")

    with pytest.raises(IntegrityError, match="is closed"):
        thread.outcome()


# -- A drawer is opened twice -----------------------------------------------------------------
def opening(drawer, user):
    return lambda: cash.open_session(drawer=drawer, float_cents=0, now=at(8), actor=Actor(user))


def two_who_open_one_drawer(till):
    drawer = CashDrawer.objects.create(location=till.location, name="Front")
    return opening(drawer, till.desk), opening(drawer, make_worker())


def one_who_opens_two_drawers(till):
    drawers = [CashDrawer.objects.create(location=till.location, name=name) for name in "AB"]
    return tuple(opening(drawer, till.desk) for drawer in drawers)


@pytest.mark.parametrize(
    ("openings", "table"),
    [(two_who_open_one_drawer, "spa_cashdrawer"), (one_who_opens_two_drawers, "spa_user")],
)
def test_who_opens_a_drawer_meanwhile_waits_and_is_told_why_not(till, openings, table):
    first, second = openings(till)

    thread = while_the_first_is_open(first, second, table=table)

    with pytest.raises(cash.DrawerIsOpen):
        thread.outcome()
    assert CashSession.objects.count() == 1


@pytest.mark.parametrize(
    ("openings", "constraint"),
    [
        (two_who_open_one_drawer, "drawer_has_one_open_session"),
        (one_who_opens_two_drawers, "user_answers_for_one_drawer"),
    ],
)
def test_without_the_locks_only_the_constraint_would_be_left(
    till, monkeypatch, openings, constraint
):
    """The control: neither sees the other, and the second runs into the database, untold."""
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, **_how: self)
    first, second = openings(till)

    thread = while_the_first_is_open(first, second, table="spa_cashsession")

    with pytest.raises(IntegrityError, match=constraint):
        thread.outcome()


# -- Tips are handed on twice -----------------------------------------------------------------
def two_who_hand_on_the_same_tips(till):
    paola, other = till.house.paola, make_worker()
    till.completed_visit(card(200_000), tips={paola.pk: 20_000_00})
    till.drawer(), till.drawer(other)

    def hand_on(user):
        return lambda: cash.pay_out_tips(
            staff=paola, cents=20_000_00, location=till.location, now=at(19), actor=Actor(user)
        )

    return hand_on(till.desk), hand_on(other)


def test_tips_are_handed_on_once(till):
    first, second = two_who_hand_on_the_same_tips(till)

    thread = while_the_first_is_open(first, second, table="spa_staffmember")

    with pytest.raises(RuleBroken) as refused:
        thread.outcome()
    assert refused.value.facts["reason"] == "no_tips"
    assert held("tips_payable") == 0
    assert clean()


def test_without_the_lock_tips_would_be_paid_out_twice(till, monkeypatch):
    """The control: out of two drawers, to one therapist; no constraint forbids it."""
    unlocked(monkeypatch, type(StaffMember.objects.all()))
    first, second = two_who_hand_on_the_same_tips(till)

    beside_an_open(first, second)

    assert held("tips_payable") == 20_000


# -- The day is closed while a drawer is opened on it -----------------------------------------
def a_day_and_who_opens_a_drawer_on_it(till):
    drawer = CashDrawer.objects.create(location=till.location, name="Front")

    def close():
        return cash.close_day(
            location=till.location,
            day=TODAY,
            difference_cents=0,
            now=at(21),
            actor=Actor(user=till.manager),
        )

    return close, opening(drawer, till.desk)


def test_who_opens_a_drawer_waits_for_the_days_close_and_is_refused(till):
    close, open_drawer = a_day_and_who_opens_a_drawer_on_it(till)

    thread = while_the_first_is_open(close, open_drawer, table="spa_cashdrawer")

    with pytest.raises(cash.DayIsClosed):
        thread.outcome()
    assert not CashSession.objects.exists()
    assert clean()


def test_the_days_close_waits_for_a_drawer_that_is_being_opened_and_is_refused(till):
    close, open_drawer = a_day_and_who_opens_a_drawer_on_it(till)

    thread = while_the_first_is_open(open_drawer, close, table="spa_cashdrawer")

    with pytest.raises(cash.DrawerIsOpen):
        thread.outcome()
    assert not DayClose.objects.exists()


@pytest.mark.parametrize("first_is", ["close", "open"])
def test_without_the_locks_only_the_triggers_would_be_left(till, monkeypatch, first_is):
    """The control: the second has read the day as the first found it."""
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, **_how: self)
    close, open_drawer = a_day_and_who_opens_a_drawer_on_it(till)
    first, second = (close, open_drawer) if first_is == "close" else (open_drawer, close)
    written = "spa_cashsession" if first_is == "close" else "spa_dayclose"

    thread = while_the_first_is_open(first, second, table=written)

    name = "is closed at" if first_is == "close" else "a drawer of day"
    with pytest.raises(IntegrityError, match=name):
        thread.outcome()


def test_a_day_is_closed_once(till):
    close, _open_drawer = a_day_and_who_opens_a_drawer_on_it(till)

    thread = while_the_first_is_open(close, close, table="spa_cashdrawer")

    with pytest.raises(Stale):
        thread.outcome()
    assert DayClose.objects.count() == 1


def test_a_days_close_waits_for_a_drawer_that_is_being_counted(till):
    session = till.drawer(pesos=0)
    close, _open_drawer = a_day_and_who_opens_a_drawer_on_it(till)

    thread = while_the_first_is_open(
        lambda: till.close(session, {}), close, table="spa_cashsession"
    )

    assert thread.outcome().drawers_off == 0
    assert clean()
