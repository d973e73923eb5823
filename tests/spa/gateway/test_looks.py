"""Wompi is asked at once when a payer is back, and not by every load of the page (§6.8)."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from spa.services import gateway
from tests.factories import at
from tests.spa.gateway.links import fresh, reported


@pytest.mark.parametrize("minute", [2, 3, 6], ids=["ahead", "due", "overdue"])
def test_who_is_back_has_her_payment_asked_about(links, minute):
    _visit, payment = links.hold()
    assert payment.look_at == at(7, 3)

    assert gateway.hurry(payment=payment, now=at(7, minute))

    assert fresh(payment).look_at == at(7, minute) + timedelta(seconds=5)
    assert OrmQ.objects.latest("pk").func() == "tasks.gateway.look"


def test_it_is_asked_about_every_five_seconds_at_most(links):
    _visit, payment = links.hold()
    moments = [at(7, 6) + timedelta(seconds=seconds) for seconds in range(11)]

    asked = [now.second for now in moments if gateway.hurry(payment=payment, now=now)]

    assert asked == [0, 5, 10]


def test_what_nobody_asks_about_any_more_is_left_alone(links):
    _visit, payment = links.hold()
    links.hear(reported(payment))
    type(payment).objects.filter(pk=payment.pk).update(look_at=None)

    assert not gateway.hurry(payment=payment, now=at(7, 6))
