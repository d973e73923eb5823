"""Wompi's reports, carried out: money is posted once, and every report has a named end (§6.4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from spa.models import Alert, ClientCredit, OutboxMessage, Payment, WebhookEvent
from spa.services import booking, gateway, payment_requests
from spa.services.audit import Actor
from spa.services.gateway import CannotPay
from spa.wompi.answers import Status
from tests.factories import TODAY, at
from tests.spa.booking.houses import DESK
from tests.spa.gateway.fake import announcement
from tests.spa.gateway.links import DEPOSIT, fresh, held, reported, row_of
from tests.spa.money.till import books, card


def write_to(client) -> None:
    client.email = "mariana@example.test"
    client.save()


# -- In time ----------------------------------------------------------------------------------
def test_an_approval_confirms_the_visit(links):
    visit, payment = links.hold()

    links.hear(reported(payment))

    visit, payment = fresh(visit), fresh(payment)
    assert (visit.status, visit.paid_cents, visit.held_until) == ("confirmed", DEPOSIT, None)
    assert (payment.state, payment.applied_cents) == ("approved", DEPOSIT)
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}


def test_the_same_report_again_changes_nothing(links):
    visit, payment = links.hold()
    told = reported(payment)

    for minute in (6, 7, 8):
        links.hear(told, now=at(7, minute))

    assert fresh(visit).version == 2
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}


def test_a_pending_one_is_in_flight_and_asked_about_each_minute(links):
    _visit, payment = links.hold()

    decision = links.hear(reported(payment, "PENDING")).decision

    assert (decision.state, decision.in_flight, decision.steps) == ("pending", True, ())
    assert fresh(payment).look_at == at(7, 7)


def test_a_refusal_leaves_the_visit_waiting_and_lets_the_client_try_again(links):
    visit, payment = links.hold()
    links.hear(reported(payment, "DECLINED"))

    again = links.begin(fresh(payment).request, now=at(7, 7))

    assert (fresh(payment).state, fresh(visit).status) == ("declined", "pending_payment")
    assert again.reference != payment.reference
    assert books() == {}


def test_an_approval_wins_over_the_refusal_before_it_in_any_order(links):
    visit, payment = links.hold()
    approved, declined = reported(payment), reported(payment, "DECLINED", created_at=at(7, 4))

    links.hear(approved)
    links.hear(declined, now=at(7, 7))

    assert (fresh(payment).state, fresh(visit).status) == ("approved", "confirmed")


def test_an_older_status_of_the_same_transaction_changes_nothing(links):
    _visit, payment = links.hold()
    approved = reported(payment, key="10042-1-00001")

    links.hear(approved)
    links.hear(reported(payment, "PENDING", key="10042-1-00001"), now=at(7, 7))
    links.hear(reported(payment, "DECLINED", key="10042-1-00001"), now=at(7, 8))

    assert (row_of(approved).status, fresh(payment).state) == ("APPROVED", "approved")


def test_nor_does_it_at_the_very_same_moment(links):
    _visit, payment = links.hold()
    approved = reported(payment, key="10042-1-00001")

    links.hear(approved)
    links.hear(reported(payment, "PENDING", key="10042-1-00001"))

    assert (row_of(approved).status, fresh(payment).state) == ("APPROVED", "approved")


def test_an_event_that_comes_while_wompi_is_asked_waits_for_a_read_of_its_own(links):
    _visit, payment = links.hold()
    approved = reported(payment)
    gateway.receive(announcement=announcement(approved), now=at(7, 7))

    gateway.mark_read(
        transaction_id=approved.transaction_id,
        told=replace(approved, status=Status.PENDING),
        now=at(7, 8),
        asked_at=at(7, 6),
    )

    event = WebhookEvent.objects.get()
    assert (event.truth, event.look_at) == ("", at(7, 8))
    assert not Alert.objects.exists()


# -- Twice ------------------------------------------------------------------------------------
def test_two_approvals_of_one_reference_are_two_receipts(links):
    visit, payment = links.hold()

    links.hear(reported(payment), reported(payment))

    assert Payment.objects.approved().count() == 2
    assert fresh(visit).paid_cents == 144_000_00  # the rest of the visit was still owed
    assert held("wompi") == 144_000_00


def test_what_the_visit_does_not_owe_becomes_credit(links):
    visit, payment = links.hold()

    links.hear(*(reported(payment) for _ in range(3)))

    assert fresh(visit).paid_cents == 180_000_00
    assert ClientCredit.objects.get().remaining_cents == 36_000_00
    assert books() == {"wompi": 216_000, "client_deposits": -180_000, "client_credit": -36_000}


def test_a_payment_at_the_desk_meanwhile_makes_the_late_one_pay_the_rest(links):
    visit, payment = links.hold()
    links.till.charge(visit, card(180_000))

    links.hear(reported(payment))

    assert ClientCredit.objects.get().remaining_cents == DEPOSIT
    assert fresh(visit).paid_cents == 180_000_00


# -- Wrong ------------------------------------------------------------------------------------
@pytest.mark.parametrize("cents", [100_00, 71_999_00, 72_001_00, 71_999_99])
def test_another_amount_is_money_without_a_home(links, cents):
    visit, payment = links.hold()
    told = reported(payment, cents=cents)

    links.hear(told)
    links.hear(told, now=at(7, 7))

    posted = (cents + 50) // 100 * 100
    assert (fresh(visit).status, fresh(payment).state) == ("pending_payment", "pending")
    assert (row_of(told).home, row_of(told).amount_cents) == ("unapplied", cents)
    assert (held("wompi"), held("unapplied_money")) == (posted, -posted)
    assert Alert.objects.get().kind == "amount_mismatch"


def test_another_currency_is_listed_and_not_posted(links):
    _visit, payment = links.hold()
    told = reported(payment, currency="USD")

    links.hear(told)

    assert (row_of(told).home, row_of(told).mismatch) == ("listed", "currency")
    assert books() == {}


def test_a_reference_that_is_not_ours_is_money_without_a_home(links):
    told = reported(reference="SOMEBODY-ELSES", cents=50_000_00)

    links.hear(told)
    links.hear(told, now=at(7, 7))

    assert (row_of(told).home, row_of(told).mismatch) == ("unapplied", "reference")
    assert held("unapplied_money") == -50_000_00


# -- Late -------------------------------------------------------------------------------------
def test_money_for_an_expired_visit_books_it_again(links):
    visit, payment = links.hold()
    booking.expire_due(now=at(7, 31))

    links.hear(reported(payment), now=at(7, 40))

    visit = fresh(visit)
    assert (visit.status, visit.paid_cents, visit.closed_at) == ("confirmed", DEPOSIT, None)
    assert visit.items.get().occupies
    assert visit.changes.filter(action="rebook").count() == 1
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}


def test_with_the_credit_and_the_cash_that_it_held_before(links):
    lot = links.till.give_credit(20_000)
    visit = links.till.hold()
    links.till.charge(visit, card(30_000), credit_cents=20_000_00)
    payment = links.begin(links.ask(visit))
    assert payment.amount_cents == 22_000_00
    booking.expire_due(now=at(10))

    links.hear(reported(payment), now=at(9, 30))

    assert (fresh(visit).status, fresh(visit).paid_cents) == ("confirmed", DEPOSIT)
    assert fresh(lot).remaining_cents == 0


def test_when_the_hour_is_sold_it_becomes_credit_and_everybody_is_told(links):
    visit, payment = links.hold()
    booking.expire_due(now=at(7, 31))
    links.till.house.book(now=at(7, 35))
    write_to(visit.client)

    links.hear(reported(payment), now=at(7, 40))

    assert fresh(visit).status == "expired"
    assert ClientCredit.objects.get().origin == "late"
    assert books() == {"wompi": 72_000, "client_credit": -72_000}
    assert Alert.objects.get().kind == "late_money"
    told = set(OutboxMessage.objects.values_list("kind", "client"))
    assert told == {("LATE_MONEY_RESOLVED", visit.client_id), ("MANAGER_ALERT", None)}


def test_of_a_cancelled_visit_it_is_always_credit(links):
    visit, payment = links.hold()
    booking.cancel(appointment=visit, cancelled_by="client", now=at(7, 5), actor=DESK)

    links.hear(reported(payment))

    assert fresh(visit).status == "cancelled"
    assert books() == {"wompi": 72_000, "client_credit": -72_000}


def test_a_client_who_is_blocked_meanwhile_gets_credit(links):
    visit, payment = links.hold()
    booking.expire_due(now=at(7, 31))
    client = visit.client
    client.persona_non_grata_since = at(7, 32)
    client.save()

    links.hear(reported(payment), now=at(7, 40))

    assert fresh(visit).status == "expired"


def test_a_visit_that_has_begun_is_not_booked_again(links):
    visit, payment = links.hold()
    booking.expire_due(now=at(7, 31))

    links.hear(reported(payment), now=at(10, 1))

    assert fresh(visit).status == "expired"
    assert held("client_credit") == -DEPOSIT


# -- Taken back -------------------------------------------------------------------------------
def test_a_void_takes_the_money_back_and_the_visit_stays(links):
    visit, payment = links.hold()
    links.hear(reported(payment, key="10042-1-00001"))

    links.hear(reported(payment, "VOIDED", key="10042-1-00001"), now=at(7, 30))

    visit = fresh(visit)
    assert (visit.status, visit.paid_cents) == ("confirmed", 0)
    assert fresh(payment).state == "voided"
    assert books() == {}


def test_a_void_that_is_seen_first_posts_nothing_then_or_later(links):
    _visit, payment = links.hold()

    links.hear(reported(payment, "VOIDED", key="10042-1-00001"))
    links.hear(reported(payment, "APPROVED", key="10042-1-00001"), now=at(7, 30))

    assert fresh(payment).state == "error"
    assert books() == {}


def test_with_one_of_two_approvals_voided_the_payment_stays_approved(links):
    visit, payment = links.hold()
    links.hear(reported(payment, key="10042-1-00001"), reported(payment, key="10042-1-00002"))

    links.hear(reported(payment, "VOIDED", key="10042-1-00001"), now=at(7, 30))

    assert fresh(payment).state == "approved"
    assert fresh(visit).paid_cents == DEPOSIT
    assert held("wompi") == DEPOSIT


def test_what_became_credit_and_was_spent_is_the_houses_loss_and_is_told(links):
    visit, payment = links.hold()
    links.hear(*(reported(payment, key=f"10042-1-0000{n}") for n in range(3)))
    links.till.charge(links.till.visit(hour=14, client=visit.client), credit_cents=36_000_00)

    links.hear(reported(payment, "VOIDED", key="10042-1-00002"), now=at(7, 30))

    assert held("wompi") == 2 * DEPOSIT
    assert held("goodwill") == 36_000_00
    assert Alert.objects.get(kind="taken_back").facts["lost_cents"] == 36_000_00


@pytest.mark.parametrize("pesos", [30_000, 72_000])
def test_what_the_bank_took_before_is_not_taken_twice(links, pesos):
    visit, payment = links.hold()
    links.hear(reported(payment, key="10042-1-00001"))
    links.till.charge_back(fresh(payment), pesos)

    links.hear(reported(payment, "VOIDED", key="10042-1-00001"), now=at(12, 30))

    assert (fresh(payment).state, fresh(visit).paid_cents) == ("voided", 0)
    assert (held("wompi"), held("goodwill")) == (0, 0)


def test_a_second_payment_of_what_is_paid_is_told_as_such(links):
    visit, payment = links.hold()
    links.till.charge(visit, card(180_000))

    links.hear(reported(payment))

    assert Alert.objects.get().facts["reason"] == "paid_already"


def test_money_without_a_home_that_goes_back_is_struck_out(links):
    _visit, payment = links.hold()
    links.hear(reported(payment, key="10042-1-00001", cents=100_00))

    links.hear(reported(payment, "VOIDED", key="10042-1-00001", cents=100_00), now=at(7, 30))

    assert books() == {}


# -- Beginning to pay -------------------------------------------------------------------------
def test_two_tabs_get_the_same_reference(links):
    _visit, payment = links.hold()

    assert links.begin(payment.request, now=at(7, 10)).reference == payment.reference


def test_nobody_pays_again_while_wompi_works_on_it(links):
    _visit, payment = links.hold()
    links.hear(reported(payment, "PENDING"))

    with pytest.raises(CannotPay) as refused:
        links.begin(payment.request, now=at(7, 10))

    assert refused.value.facts["reason"] == "processing"


def test_nobody_begins_after_the_hold(links):
    _visit, payment = links.hold()

    with pytest.raises(CannotPay) as refused:
        links.begin(payment.request, now=at(7, 20))

    assert refused.value.facts["reason"] == "over"


def test_what_is_paid_is_paid(links):
    _visit, payment = links.hold()
    links.hear(reported(payment))

    with pytest.raises(CannotPay) as refused:
        links.begin(payment.request, now=at(7, 10))

    assert refused.value.facts["reason"] == "paid"


def test_when_less_is_due_by_now_a_new_attempt_asks_for_that(links):
    visit, payment = links.hold()
    links.till.charge(visit, card(20_000))

    again = links.begin(payment.request, now=at(7, 10))

    assert (again.amount_cents, again.reference == payment.reference) == (52_000_00, False)


# -- Waiting ----------------------------------------------------------------------------------
def test_a_hold_waits_for_an_attempt_for_ten_minutes(links):
    visit, _payment = links.hold()

    assert booking.expire_due(now=at(7, 29)) == 0
    assert booking.expire_due(now=at(7, 30)) == 1
    assert fresh(visit).status == "expired"


def test_but_not_for_a_declined_one(links):
    _visit, payment = links.hold()
    links.hear(reported(payment, "DECLINED"))

    assert booking.expire_due(now=at(7, 20)) == 1


def test_an_attempt_of_which_nothing_came_is_abandoned_and_still_takes_money(links):
    visit, payment = links.hold()
    gateway.settle(reference=payment.reference, found=[], now=at(7, 31))
    assert fresh(payment).state == "abandoned"
    booking.expire_due(now=at(7, 31))

    links.hear(reported(payment), now=at(7, 45))

    assert (fresh(payment).state, fresh(visit).status) == ("approved", "confirmed")


def test_the_news_of_one_transaction_puts_off_no_look_for_the_others(links):
    _visit, payment = links.hold()
    assert fresh(payment).look_at == at(7, 3)

    gateway.settle(
        reference=payment.reference,
        found=[reported(payment, "DECLINED")],
        now=at(7, 2, day=TODAY + timedelta(days=3)),
        is_all=False,
    )

    assert fresh(payment).look_at == at(7, 3)


# -- The link ---------------------------------------------------------------------------------
def test_a_booking_can_send_the_link_at_once(links):
    write_to(links.till.client)
    visit = links.till.hold(link=True)

    message = OutboxMessage.objects.get(subject=visit.code)
    assert (message.kind, message.priority, message.state) == ("PAYMENT_LINK", 0, "waiting")


def test_the_rest_of_a_bill_is_asked_for_as_a_balance(links):
    visit = links.till.charge(links.till.hold(), card(72_000)).visit
    request = links.ask(visit)
    assert (request.purpose, request.amount_cents) == ("balance", 108_000_00)

    links.hear(reported(links.begin(request)))

    assert fresh(visit).balance_cents == 0
    assert payment_requests.PaymentRequest.objects.get().closed_reason == "paid"


# -- Decided by a manager ---------------------------------------------------------------------
def test_money_without_a_home_can_pay_what_a_cancelled_visit_still_owes(links):
    """A chargeback left it: the desk may take it, so may a manager out of what Wompi has."""
    visit, payment = links.till.paid_visit(card(180_000))
    links.till.cancel(visit, by="spa")
    links.till.charge(links.till.visit(hour=14), credit_cents=180_000_00)
    links.till.charge_back(payment, 180_000)
    owed = fresh(visit).debt_cents
    links.hear(told := reported(reference="SOMEBODY-ELSES", cents=owed))

    gateway.apply(
        transaction=row_of(told),
        appointment=visit,
        note="Caso 12",
        now=at(13),
        actor=Actor(user=links.till.manager),
    )

    assert owed == 180_000_00
    assert (fresh(visit).status, fresh(visit).debt_cents) == ("cancelled", 0)
    assert held("unapplied_money") == held("receivables") == 0
