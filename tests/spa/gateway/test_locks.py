"""Two at once about one payment by link: one is seen waiting, and then does what is right."""

import pytest
from django.db import IntegrityError

from spa.errors import RuleBroken, Stale
from spa.models import (
    Appointment,
    Client,
    ClientCredit,
    GatewayTransaction,
    JournalEntry,
    Payment,
    PaymentRequest,
    Room,
    StaffMember,
)
from spa.services import booking, gateway, payment_requests
from spa.services.audit import Actor
from spa.services.gateway import void
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import at, make_client
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import DEPOSIT, Links, fresh, reported, row_of, with_keys
from tests.spa.money.locking import (
    beside_an_open,
    clean,
    nothing_locks,
    while_the_first_is_open,
)
from tests.spa.money.till import Till, books, card

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "10042-1-00001"
VISIT, MONEY = "spa_appointment", "spa_gatewaytransaction"


@pytest.fixture
def links(transactional_db, settings):
    with_keys(settings)
    return Links(Till())


@pytest.fixture
def hold(links):
    return links.hold(minutes=20)


def approve(links, payment, **told):
    return lambda: links.hear(reported(payment, key=KEY, **told), now=at(7, 31))


def expire():
    return booking.expire_due(now=at(7, 31))


# -- An approval, and what else becomes of its visit ------------------------------------------
def test_a_hold_that_is_being_paid_by_link_is_passed_over(links, hold):
    visit, payment = hold

    assert beside_an_open(approve(links, payment), expire) == 0  # it did not even wait

    assert expire() == 0
    assert fresh(visit).status == "confirmed"
    assert clean()


def test_an_approval_waits_for_the_hold_to_expire_and_books_it_again(links, hold):
    visit, payment = hold

    thread = while_the_first_is_open(expire, approve(links, payment), table=VISIT)

    assert thread.outcome().payment.state == "approved"
    assert fresh(visit).status == "confirmed"
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}
    assert clean()


def test_an_approval_waits_for_a_cancellation_and_becomes_credit(links, hold):
    visit, payment = hold

    thread = while_the_first_is_open(
        lambda: links.till.cancel(visit), approve(links, payment), table=VISIT
    )

    thread.outcome()
    assert fresh(visit).status == "cancelled"
    assert books() == {"wompi": 72_000, "client_credit": -72_000}
    assert clean()


def test_a_cancellation_waits_for_an_approval_and_gives_its_money_back(links, hold):
    visit, payment = hold

    thread = while_the_first_is_open(
        approve(links, payment), lambda: links.till.cancel(visit, by="spa"), table=VISIT
    )

    thread.outcome()
    assert books() == {"wompi": 72_000, "client_credit": -72_000}
    assert clean()


def test_an_approval_waits_for_the_desk_and_pays_what_that_left(links, hold):
    visit, payment = hold

    thread = while_the_first_is_open(
        lambda: links.till.charge(visit, card(150_000)), approve(links, payment), table=VISIT
    )

    thread.outcome()
    assert fresh(visit).paid_cents == 180_000_00
    assert ClientCredit.objects.get().remaining_cents == 42_000_00
    assert clean()


def test_the_desk_waits_for_an_approval_and_is_refused_what_is_too_much(links, hold):
    visit, payment = hold

    thread = while_the_first_is_open(
        approve(links, payment), lambda: links.till.charge(visit, card(150_000)), table=VISIT
    )

    with pytest.raises(RuleBroken) as refused:
        thread.outcome()
    assert refused.value.facts["reason"] == "more_than_owed"
    assert fresh(visit).paid_cents == DEPOSIT
    assert clean()


@pytest.mark.parametrize("other", ["expires", "is cancelled", "is charged"])
def test_without_the_locks_the_visit_would_be_written_twice(links, hold, monkeypatch, other):
    """The control: the approval reads past the open change; only its history stops it then."""
    visit, payment = hold
    changes = {
        "expires": expire,
        "is cancelled": lambda: links.till.cancel(visit),
        "is charged": lambda: links.till.charge(visit, card(150_000)),
    }
    nothing_locks(monkeypatch, type(Client.objects.all()), type(Payment.objects.all()))

    with open_transaction():
        changes[other]()
        thread = Thread(approve(links, payment))
        thread.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(IntegrityError):
        thread.outcome()


# -- The same news twice ----------------------------------------------------------------------
def test_of_two_reports_of_one_approval_the_second_waits_and_posts_nothing(links, hold):
    visit, payment = hold

    thread = while_the_first_is_open(approve(links, payment), approve(links, payment), table=VISIT)

    assert thread.outcome().decision.steps == ()
    assert JournalEntry.objects.count() == 1
    assert fresh(visit).version == 2
    assert clean()


def test_without_the_locks_the_approval_would_be_taken_twice(links, hold, monkeypatch):
    """The control: both see an attempt that nobody has paid; the journal takes one of them."""
    _visit, payment = hold
    links.hear(reported(payment, "PENDING", key=KEY))
    nothing_locks(monkeypatch, type(Client.objects.all()), type(Payment.objects.all()))
    monkeypatch.setattr(type(GatewayTransaction.objects.all()), "bulk_create", lambda *_, **__: [])

    with open_transaction():
        approve(links, payment)()
        thread = Thread(approve(links, payment))
        thread.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(IntegrityError):
        thread.outcome()
    assert JournalEntry.objects.count() == 1


def test_money_of_nobody_is_posted_once_though_nothing_but_its_row_is_locked(links):
    told = reported(reference="SOMEBODY-ELSES", cents=50_000_00, key=KEY)

    thread = while_the_first_is_open(
        lambda: links.hear(told), lambda: links.hear(told, now=at(7, 7)), table=MONEY
    )

    assert thread.outcome().decision.steps == ()
    assert books() == {"wompi": 50_000, "unapplied_money": -50_000}


def test_twenty_at_once_post_one_entry(links, hold):
    visit, payment = hold
    told = reported(payment, key=KEY)
    threads = [Thread(lambda minute=n: links.hear(told, now=at(7, 10 + minute))) for n in range(20)]

    with open_transaction():
        Appointment.objects.select_for_update(no_key=True).get(pk=visit.pk)
        for thread in threads:
            thread.start()
        wait_until_somebody_waits_for_a_lock()
    settled = [thread.outcome(patience=60) for thread in threads]

    assert sorted(len(one.decision.steps) for one in settled) == [0] * 19 + [1]
    assert JournalEntry.objects.count() == GatewayTransaction.objects.count() == 1
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}
    assert clean()


# -- Beginning to pay -------------------------------------------------------------------------
def test_two_tabs_at_once_get_the_same_reference(links):
    request = links.ask(links.till.hold(minutes=20))

    first = []
    thread = while_the_first_is_open(
        lambda: first.append(links.begin(request)), lambda: links.begin(request), table=VISIT
    )

    assert thread.outcome().reference == first[0].reference
    assert Payment.objects.count() == 1


def test_without_the_locks_two_tabs_could_pay_twice(links, monkeypatch):
    """The control: each begins an attempt of its own."""
    request = links.ask(links.till.hold(minutes=20))
    nothing_locks(monkeypatch, type(Payment.objects.all()), type(PaymentRequest.objects.all()))

    beside_an_open(lambda: links.begin(request), lambda: links.begin(request))

    assert Payment.objects.count() == 2


def test_nobody_begins_to_pay_a_link_that_is_being_ended(links):
    visit = links.till.hold(minutes=20)
    request = links.ask(visit)

    thread = while_the_first_is_open(
        lambda: payment_requests.end(appointment=visit, now=at(7, 2), actor=DESK),
        lambda: links.begin(request),
        table=VISIT,
    )

    with pytest.raises(gateway.CannotPay) as refused:
        thread.outcome()
    assert refused.value.facts["reason"] == "over"


def test_two_who_want_a_link_at_once_get_one(links):
    visit = links.till.hold(minutes=20)

    thread = while_the_first_is_open(
        lambda: links.ask(visit), lambda: links.ask(visit), table=VISIT
    )

    assert thread.outcome() == PaymentRequest.objects.get()


def test_of_two_who_ask_for_another_link_one_is_news(links):
    visit = links.till.hold(minutes=20)
    request = links.ask(visit)
    expire()

    def again():
        return payment_requests.ask_again(request=request, now=at(8))

    first = []
    thread = while_the_first_is_open(lambda: first.append(again()), again, table=VISIT)

    assert (first, thread.outcome()) == ([True], False)


# -- Money without a home ---------------------------------------------------------------------
@pytest.fixture
def homeless(links, hold):
    links.hear(told := reported(hold[1], key=KEY, cents=50_000_00))
    return row_of(told)


def decisions(links, homeless) -> dict:
    """Return each way to decide about it, called by a manager."""
    by = {"note": "Caso 12", "now": at(9), "actor": Actor(user=links.till.manager)}
    other = links.till.visit(hour=15, client=make_client())
    return {
        "applied": lambda: gateway.apply(transaction=homeless, appointment=other, **by),
        "credited": lambda: gateway.give_as_credit(
            transaction=homeless, client=other.client, location=other.location, **by
        ),
        "refunded": lambda: gateway.record_refund(transaction=homeless, **by),
    }


@pytest.mark.parametrize("second", ["applied", "credited", "refunded"])
@pytest.mark.parametrize("first", ["applied", "credited", "refunded"])
def test_of_two_decisions_about_it_the_second_is_refused(links, homeless, first, second):
    ways = decisions(links, homeless)
    table = MONEY  # all lock it, but only after the visit and the client that they are about
    if "refunded" not in (first, second):
        table = VISIT if first == second == "applied" else "spa_client"

    thread = while_the_first_is_open(ways[first], ways[second], table=table)

    with pytest.raises(Stale):
        thread.outcome()
    assert fresh(homeless).resolution == first
    assert clean()


def test_without_the_locks_it_would_be_given_twice(links, homeless, monkeypatch):
    """The control: the second reads what nobody has decided about; its row refuses the end."""
    ways = decisions(links, homeless)
    nothing_locks(monkeypatch, type(Client.objects.all()), type(GatewayTransaction.objects.all()))

    with open_transaction():
        ways["refunded"]()
        thread = Thread(ways["credited"])
        thread.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(IntegrityError):
        thread.outcome()


def test_wompi_takes_it_back_while_a_manager_applies_it_to_another_visit(links, homeless, hold):
    """What she applied is found, though it was no part of the reference when Wompi was asked."""
    other = links.till.visit(hour=15, client=make_client())
    by = {"note": "Caso 12", "now": at(9), "actor": Actor(user=links.till.manager)}
    told = reported(hold[1], "VOIDED", key=KEY, cents=50_000_00)

    thread = while_the_first_is_open(
        lambda: gateway.apply(transaction=homeless, appointment=other, **by),
        lambda: links.hear(told, now=at(9, 1)),
        table=MONEY,
    )

    thread.outcome()
    assert fresh(other).paid_cents == 0
    assert books() == {}
    assert clean()


def test_and_the_other_way_round_she_is_told_that_it_is_gone(links, homeless, hold):
    told = reported(hold[1], "VOIDED", key=KEY, cents=50_000_00)

    thread = while_the_first_is_open(
        lambda: links.hear(told, now=at(9)), decisions(links, homeless)["applied"], table=MONEY
    )

    with pytest.raises(Stale):
        thread.outcome()
    assert books() == {}
    assert clean()


# -- Voids ------------------------------------------------------------------------------------
def test_of_two_who_ask_for_a_void_one_is_refused(links, hold, monkeypatch):
    queued = []
    monkeypatch.setattr(void, "async_task", lambda *task: queued.append(task))
    approve(links, hold[1])()

    def ask():
        actor = Actor(user=links.till.manager)
        return void.ask(payment=hold[1], now=at(8), actor=actor)

    thread = while_the_first_is_open(ask, ask, table="spa_payment")

    with pytest.raises(Stale):
        thread.outcome()
    assert len(queued) == 1


def test_without_the_locks_it_would_be_asked_for_twice(links, hold, monkeypatch):
    """The control: both see a payment that nobody has asked about."""
    queued = []
    monkeypatch.setattr(void, "async_task", lambda *task: queued.append(task))
    approve(links, hold[1])()
    nothing_locks(monkeypatch, type(Payment.objects.all()), type(GatewayTransaction.objects.all()))

    def ask():
        void.ask(payment=hold[1], now=at(8), actor=Actor(user=links.till.manager))

    with open_transaction():
        ask()
        thread = Thread(ask)
        thread.start()
        wait_until_somebody_waits_for_a_lock()

    thread.outcome()
    assert len(queued) == 2


# -- The hour ---------------------------------------------------------------------------------
def rival(links):
    return lambda: links.till.house.book(client=make_client(), now=at(7, 32))


def test_late_money_waits_for_who_books_its_hour_and_becomes_credit(links, hold):
    visit, payment = hold
    expire()

    thread = while_the_first_is_open(rival(links), approve(links, payment), table="spa_staffmember")

    thread.outcome()
    assert fresh(visit).status == "expired"
    assert books() == {"wompi": 72_000, "client_credit": -72_000}
    assert clean()


def test_who_books_its_hour_waits_for_late_money_and_is_refused(links, hold):
    visit, payment = hold
    expire()

    thread = while_the_first_is_open(approve(links, payment), rival(links), table="spa_staffmember")

    with pytest.raises(booking.SlotTaken):
        thread.outcome()
    assert fresh(visit).status == "confirmed"
    assert clean()


def test_without_the_locks_the_constraint_would_lose_the_money(links, hold, monkeypatch):
    """The control: the hour looks free, the constraint refuses, and nothing is posted at all."""
    _visit, payment = hold
    expire()
    models = (Client, StaffMember, Room, Payment, GatewayTransaction)
    nothing_locks(monkeypatch, *(type(model.objects.all()) for model in models))

    with open_transaction():
        rival(links)()
        thread = Thread(approve(links, payment))
        thread.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(IntegrityError):
        thread.outcome()
    assert books() == {}
