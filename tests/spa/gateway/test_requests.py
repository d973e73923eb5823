"""What is asked for by link: once for a visit, as much as is due, until it is over (§6)."""

import uuid

import pytest

from spa.errors import RuleBroken
from spa.models import AuditLog, OutboxMessage, Payment, PaymentRequest
from spa.services import booking, gateway, payment_requests
from spa.services.audit import Actor
from spa.services.gateway import CannotPay
from spa.services.rights import NotAllowed
from tests.factories import at
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import DEPOSIT, fresh, later, reported, row_of
from tests.spa.money.till import card
from tests.tills import make_worker

OPEN = ""


def end(visit, *, actor=DESK, now=None):
    return payment_requests.end(appointment=visit, now=now or at(7, 10), actor=actor)


def send(visit, *, actor=DESK, now=None):
    return payment_requests.send(appointment=visit, now=now or at(7, 10), actor=actor)


def reasons_of(visit) -> list[str]:
    """Return why each link of a visit is closed, the oldest first; an open one has none."""
    requests = PaymentRequest.objects.filter(appointment=visit.code).order_by("pk")
    return [one.closed_reason for one in requests]


def refused(call) -> str:
    with pytest.raises((RuleBroken, CannotPay)) as refusal:
        call()
    return refusal.value.facts["reason"]


# -- Which ------------------------------------------------------------------------------------
def test_a_visit_that_waits_is_asked_for_its_deposit_until_its_hold_ends(links):
    visit = links.till.hold(minutes=20)

    request = links.ask(visit)

    assert (request.purpose, request.amount_cents, request.ends_at) == ("deposit", DEPOSIT, None)
    assert payment_requests.end_of(request, visit) == visit.held_until


@pytest.mark.parametrize("status", ["confirmed", "arrived", "in_service", "finished"])
def test_any_other_is_asked_for_what_is_left_of_it_for_three_days(links, status):
    request = links.ask(links.till.visit(status))

    assert (request.purpose, request.amount_cents) == ("balance", 180_000_00)
    assert request.ends_at == later(at(7, 1), days=3)


def test_of_a_completed_one_it_is_the_debt_that_she_left(links):
    visit = links.till.visit("finished")
    links.till.charge(
        visit, card(100_000), by=links.till.manager, complete=True, debt_reason="left"
    )

    assert links.ask(visit).amount_cents == 80_000_00


def test_asked_for_again_it_is_the_same_link(links):
    visit = links.till.hold()

    assert links.ask(visit) == links.ask(visit, now=at(7, 5))
    assert reasons_of(visit) == [OPEN]


def test_when_more_or_less_is_due_by_now_the_same_link_asks_for_that(links):
    visit = links.till.hold()
    request = links.ask(visit)
    links.till.charge(visit, card(20_000), now=at(7, 3))

    again = links.ask(visit, now=at(7, 5))

    assert (again, again.amount_cents) == (request, 52_000_00)


def test_when_the_hold_is_kept_for_longer_so_is_the_link(links):
    visit = links.till.hold(minutes=20)
    request = links.ask(visit)

    visit = booking.keep(appointment=visit, minutes=60, now=at(7, 10), actor=DESK)

    assert links.begin(request, now=at(7, 50)).amount_cents == DEPOSIT


def test_a_link_for_another_purpose_replaces_the_one_before(links):
    visit = links.till.hold()
    links.ask(visit)
    booking.confirm_without_deposit(
        appointment=visit,
        reason_code="regular",
        now=at(7, 3),
        actor=Actor(user=links.till.manager),
    )

    request = links.ask(visit, now=at(7, 5))

    assert (request.purpose, request.amount_cents) == ("balance", 180_000_00)
    assert reasons_of(visit) == ["over", OPEN]


def test_a_balance_whose_days_are_over_is_replaced(links):
    visit = links.till.visit("arrived")
    first = links.ask(visit)

    links.ask(visit, now=later(first.ends_at, seconds=0))

    assert reasons_of(visit) == ["replaced", OPEN]


# -- Refusals ---------------------------------------------------------------------------------
def test_without_a_gateway_there_are_no_links(links, settings):
    visit = links.till.hold()
    settings.WOMPI_PUBLIC_KEY = settings.WOMPI_PRIVATE_KEY = ""
    settings.WOMPI_EVENTS_SECRET = settings.WOMPI_INTEGRITY_SECRET = ""

    assert refused(lambda: links.ask(visit)) == "no_gateway"
    assert not payment_requests.can_be_asked_for(visit)


def test_what_is_paid_is_not_asked_for(links):
    visit = links.till.charge(links.till.visit(), card(180_000)).visit

    assert refused(lambda: links.ask(visit)) == "nothing_to_ask_for"
    assert not payment_requests.can_be_asked_for(visit)


@pytest.mark.parametrize(
    ("pesos", "reason"),
    [(178_500, OPEN), (178_501, "below_the_least"), (179_999, "below_the_least")],
)
def test_nor_less_than_wompi_takes(links, pesos, reason):
    visit = links.till.charge(links.till.visit(), card(pesos)).visit

    assert payment_requests.can_be_asked_for(visit) == (not reason)
    if reason:
        assert refused(lambda: links.ask(visit)) == reason
    else:
        assert links.ask(visit).amount_cents == 1_500_00


def test_of_a_visit_that_will_not_be_nothing_is_asked(links):
    visit = links.till.cancel(links.till.hold())

    assert refused(lambda: links.ask(visit)) == "nothing_to_ask_for"


def test_a_link_is_sent_to_an_address_only(links):
    visit = links.till.hold()

    assert refused(lambda: send(visit)) == "no_email"
    assert reasons_of(visit) == []


def test_what_is_not_open_cannot_be_ended(links):
    visit = links.till.hold()

    assert refused(lambda: end(visit)) == "no_link"


@pytest.mark.parametrize("step", [send, end])
def test_a_therapist_does_neither(links, step):
    visit = links.till.hold()
    links.till.client.email = "mariana@example.test"
    links.till.client.save()
    links.ask(visit)

    with pytest.raises(NotAllowed):
        step(visit, actor=Actor(user=make_worker("therapist")))


# -- Sent and ended ---------------------------------------------------------------------------
def test_the_same_form_sent_twice_sends_one_mail_another_form_another(links):
    links.till.client.email = "mariana@example.test"
    links.till.client.save()
    visit = links.till.hold()
    once = Actor(user=links.till.desk, request_id=uuid.uuid4())
    again = Actor(user=links.till.desk, request_id=uuid.uuid4())

    requests = [send(visit, actor=actor) for actor in (once, once, again)]

    assert len({one.pk for one in requests}) == 1
    assert OutboxMessage.objects.filter(kind="PAYMENT_LINK").count() == 2
    assert AuditLog.objects.filter(action="PAYMENT_LINK_SENT").count() == 2


def test_an_ended_link_takes_no_beginning_but_what_has_begun(links):
    visit, payment = links.hold()
    end(visit)

    assert refused(lambda: links.begin(payment.request, now=at(7, 11))) == "over"
    links.hear(reported(payment), now=at(7, 12))

    assert fresh(visit).status == "confirmed"
    assert reasons_of(visit) == ["ended"]


# -- Closed by what becomes of the visit ------------------------------------------------------
def test_it_closes_when_the_visit_is_cancelled(links):
    visit = links.till.hold()
    links.ask(visit)

    links.till.cancel(visit)

    assert reasons_of(visit) == ["over"]


def test_and_when_its_hold_expires(links):
    visit = links.till.hold(minutes=20)
    links.ask(visit)

    booking.expire_due(now=at(7, 31))

    assert reasons_of(visit) == ["over"]


def test_and_when_nobody_came(links):
    visit = links.till.visit()
    links.ask(visit)

    booking.record_no_show(appointment=visit, now=at(11), actor=DESK)

    assert reasons_of(visit) == ["over"]


@pytest.mark.parametrize(("pesos", "reason"), [(71_000, OPEN), (72_000, "paid"), (180_000, "paid")])
def test_a_deposit_that_is_paid_at_the_desk_is_asked_for_no_more(links, pesos, reason):
    visit = links.till.hold()
    links.ask(visit)

    links.till.charge(visit, card(pesos))

    assert reasons_of(visit) == [reason]


@pytest.mark.parametrize(("pesos", "reason"), [(179_000, OPEN), (180_000, "paid")])
def test_nor_is_the_rest_of_a_bill(links, pesos, reason):
    visit = links.till.visit()
    links.ask(visit)

    links.till.charge(visit, card(pesos))

    assert reasons_of(visit) == [reason]


def test_nor_a_deposit_that_a_manager_waives(links):
    visit = links.till.hold()
    request = links.ask(visit)

    booking.confirm_without_deposit(
        appointment=visit,
        reason_code="regular",
        now=at(7, 3),
        actor=Actor(user=links.till.manager),
    )

    assert reasons_of(visit) == ["over"]
    assert refused(lambda: links.begin(request)) == "over"


def test_money_of_an_earlier_link_closes_the_one_that_replaced_it(links):
    visit, payment = links.hold()
    links.till.charge(visit, card(108_000), now=at(7, 3))
    links.ask(visit, now=at(7, 4))

    links.hear(reported(payment))

    assert fresh(visit).balance_cents == 0
    assert reasons_of(visit) == ["paid", "paid"]


def test_money_that_a_manager_applies_closes_it_too(links):
    told = reported(reference="SOMEBODY-ELSES", cents=180_000_00)
    links.hear(told)
    visit = links.till.visit()
    links.ask(visit)

    gateway.apply(
        transaction=row_of(told),
        appointment=visit,
        note="Caso 12",
        now=at(8),
        actor=Actor(user=links.till.manager),
    )

    assert reasons_of(visit) == ["paid"]


def test_a_part_of_a_debt_leaves_the_link_open_for_the_rest(links):
    visit = links.till.visit("finished")
    links.till.charge(
        visit, card(100_000), by=links.till.manager, complete=True, debt_reason="left"
    )
    request = links.ask(visit, now=at(11))
    payment = links.begin(request, now=at(11, 1))
    links.till.charge_back(Payment.objects.get(method="card_terminal"), 50_000)

    links.hear(reported(payment), now=at(13))

    assert fresh(visit).debt_cents == 50_000_00
    assert reasons_of(visit) == [OPEN]


# -- Another link, please ---------------------------------------------------------------------
def ask_again(request, now):
    return payment_requests.ask_again(request=request, now=now)


def test_the_client_asks_for_another_link_once_and_only_when_hers_is_over(links):
    visit = links.till.hold(minutes=20)
    request = links.ask(visit)

    assert not ask_again(request, at(7, 19))
    booking.expire_due(now=at(7, 31))
    assert ask_again(request, at(7, 40))
    assert not ask_again(request, at(7, 41))
    assert fresh(request).asked_again_at == at(7, 40)


def test_nobody_is_troubled_by_who_has_paid_late_or_at_the_desk(links):
    late, payment = links.hold(minutes=20)
    booking.expire_due(now=at(7, 31))
    links.hear(reported(payment), now=at(7, 40))
    assert fresh(late).status == "confirmed"
    other = links.till.hold(hour=14)
    request = links.ask(other)
    links.till.charge(other, card(72_000))

    assert not ask_again(payment.request, at(8))
    assert not ask_again(request, at(9, 30))


def test_nor_when_the_time_that_was_kept_is_over_already(links):
    visit = links.till.hold(minutes=20)

    with pytest.raises(RuleBroken) as refused:
        links.ask(visit, now=at(7, 20))

    assert refused.value.facts["reason"] == "hold_is_over"
