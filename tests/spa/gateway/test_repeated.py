"""The same news more than once, at once or in the same moment: it is taken in once."""

import pytest

from spa.models import GatewayTransaction
from tests.factories import at
from tests.spa.gateway.links import DEPOSIT, fresh, held, reported, row_of
from tests.spa.money.till import books

KEY = "10042-1-00001"


def test_a_list_that_names_a_transaction_twice_is_read_as_one_that_does_not(links):
    visit, payment = links.hold()
    told = reported(payment, key=KEY)

    links.hear(told, told)

    assert GatewayTransaction.objects.count() == 1
    assert fresh(visit).paid_cents == held("wompi") == DEPOSIT


@pytest.mark.parametrize("order", [("APPROVED", "PENDING"), ("PENDING", "APPROVED")])
def test_and_of_two_statuses_the_later_one_counts(links, order):
    _visit, payment = links.hold()

    links.hear(*(reported(payment, status, key=KEY) for status in order))

    assert GatewayTransaction.objects.get().status == "APPROVED"
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}


@pytest.mark.parametrize(
    ("before", "after"), [("APPROVED", "DECLINED"), ("APPROVED", "PENDING"), ("VOIDED", "APPROVED")]
)
def test_older_news_of_the_very_same_moment_changes_nothing(links, before, after):
    _visit, payment = links.hold()
    links.hear(told := reported(payment, before, key=KEY), now=at(7, 6))

    links.hear(reported(payment, after, key=KEY), now=at(7, 6))

    assert row_of(told).status == before


def test_what_is_taken_back_is_told_as_such(links):
    _visit, payment = links.hold()
    links.hear(reported(payment, key=KEY))

    settled = links.hear(reported(payment, "VOIDED", key=KEY), now=at(7, 30))

    assert (settled.decision.state, settled.payment.state) == ("voided", "voided")
