"""Beginning to pay: who may, and with which reference (rule book §6.2)."""

import pytest

from spa.models import PaymentRequest
from spa.services.gateway import CannotPay
from tests.factories import at
from tests.spa.gateway.links import fresh, later, reported
from tests.spa.money.till import card


def refused(call) -> str:
    with pytest.raises(CannotPay) as refusal:
        call()
    return refusal.value.facts["reason"]


def test_nobody_pays_by_a_second_link_while_wompi_works_on_the_first(links):
    visit, payment = links.hold()
    links.hear(reported(payment, "PENDING"))
    links.till.charge(visit, card(72_000), now=at(7, 8))
    request = links.ask(visit, now=at(7, 9))

    assert refused(lambda: links.begin(request, now=at(7, 10))) == "processing"


def test_but_a_payment_that_wompi_never_ended_locks_nothing_for_longer_than_two_days(links):
    visit = links.till.visit()
    request = links.ask(visit)
    payment = links.begin(request)
    links.hear(reported(payment, "PENDING", created_at=at(7, 5)))

    assert refused(lambda: links.begin(request, now=later(at(7, 5), hours=47))) == "processing"
    assert links.begin(request, now=later(at(7, 5), hours=48)).reference != payment.reference


def test_a_link_of_a_visit_that_is_gone_is_over(links):
    visit = links.till.visit()
    request = links.ask(visit)
    PaymentRequest.objects.filter(pk=request.pk).update(appointment="BR-1")

    assert refused(lambda: links.begin(fresh(request))) == "over"
