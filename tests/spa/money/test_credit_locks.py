"""Two at a client's credit: the second waits for the first, and sees what it left."""

from uuid import uuid4

import pytest
from django.db import IntegrityError

from spa.models import Client, ClientCredit, CreditUse
from spa.services import credit, idempotency
from tests.spa.money.locking import beside_an_open, clean, unlocked, while_the_first_is_open
from tests.spa.money.till import Till
from tests.tills import make_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(transactional_db):
    return Till()


# -- Two desks spend the same credit ----------------------------------------------------------
def two_visits_and_one_credit(till):
    till.give_credit(100_000)
    other = make_worker()
    first, second = till.visit(), till.visit(hour=14)
    return (
        lambda: till.charge(first, credit_cents=100_000_00),
        lambda: till.charge(second, credit_cents=100_000_00, by=other),
    )


def test_credit_is_spent_once(till):
    first, second = two_visits_and_one_credit(till)

    thread = while_the_first_is_open(first, second, table="spa_client")

    with pytest.raises(credit.NotEnoughCredit):
        thread.outcome()
    assert CreditUse.objects.count() == 1
    assert clean()


def test_without_the_locks_credit_would_be_spent_twice(till, monkeypatch):
    """The control: neither client nor lot is locked, and the second spends what it has read."""
    unlocked(monkeypatch, type(Client.objects.all()), type(ClientCredit.objects.all()))
    first, second = two_visits_and_one_credit(till)

    thread = while_the_first_is_open(first, second, table="spa_clientcredit")

    # It wrote over the lot as if nobody had spent it; only the proof at its commit is left.
    with pytest.raises(IntegrityError, match="of credit and"):
        thread.outcome()


# -- Credit is given by hand twice at once ----------------------------------------------------
def one_form_sent_twice(till):
    key = uuid4()
    return lambda: till.give_credit(50_000, request_id=key)


def test_a_form_that_arrives_twice_at_once_gives_credit_once(till):
    give = one_form_sent_twice(till)

    thread = while_the_first_is_open(give, give, table="spa_idempotencykey")

    assert thread.outcome() == ClientCredit.objects.get()
    assert till.credit_left() == 50_000
    assert clean()


def test_without_its_key_a_form_would_give_credit_twice(till, monkeypatch):
    """The control: nobody knows that it is the same form; the client's lock only orders them."""
    monkeypatch.setattr(idempotency, "claim", lambda **_request: None)
    give = one_form_sent_twice(till)

    thread = while_the_first_is_open(give, give, table="spa_client")

    thread.outcome()
    assert till.credit_left() == 100_000


# -- Credit is spent while it is being given --------------------------------------------------
def a_gift_and_who_spends_it(till):
    visit = till.visit()
    return (
        lambda: till.give_credit(180_000),
        lambda: till.charge(visit, credit_cents=180_000_00),
    )


def test_who_spends_waits_for_credit_that_is_being_given(till):
    give, spend = a_gift_and_who_spends_it(till)

    thread = while_the_first_is_open(give, spend, table="spa_client")

    assert thread.outcome().visit.balance_cents == 0
    assert till.credit_left() == 0
    assert clean()


def test_without_the_clients_lock_it_would_not_be_seen(till, monkeypatch):
    """The control: whoever spends looks before the gift is there, and is turned away."""
    unlocked(monkeypatch, type(Client.objects.all()))
    give, spend = a_gift_and_who_spends_it(till)

    with pytest.raises(credit.NotEnoughCredit):
        beside_an_open(give, spend)
