"""An attempt to pay by link is no money: not in the list, its sums, export, receipt or day."""

import pytest

from spa.models import Payment
from tests.factories import at
from tests.spa.gateway.links import reported

KEY = "10042-1-00001"


def test_only_what_was_approved_is_money_in_the_sums_and_the_export(boss, links):
    _visit, payment = links.hold()
    links.hear(reported(payment, "DECLINED"))
    again = links.begin(payment.request)

    page = boss.get("/payments/").content.decode()
    rows = b"".join(boss.get("/payments/export/").streaming_content).decode().splitlines()[1:]

    assert "0 payments" in page
    assert page.count("asked for") == 2
    assert [row.split(",")[6] for row in rows] == ["0", "0"]
    links.hear(reported(again))
    assert "1 payment<" in boss.get("/payments/").content.decode()


def test_what_was_taken_back_is_given_back_in_the_export(boss, links):
    _visit, payment = links.hold()
    links.hear(reported(payment, key=KEY))
    links.hear(reported(payment, "VOIDED", key=KEY), now=at(12, 2))

    row = b"".join(boss.get("/payments/export/").streaming_content).decode().splitlines()[1]

    assert row.split(",")[6:9] == ["72000", "0", "72000"]


@pytest.mark.parametrize("state", ["pending", "declined", "abandoned", "error"])
def test_attempts_are_found_by_what_became_of_them(boss, links, state):
    _visit, payment = links.hold()
    Payment.objects.filter(pk=payment.pk).update(state=state)

    found = boss.get(f"/payments/?state={state}").content.decode()
    others = boss.get("/payments/?state=approved").content.decode()

    assert payment.code in found
    assert 'data-tone="ok"' not in found.partition("<tbody>")[2]
    assert payment.code not in others


def test_a_receipt_and_the_days_close_know_only_what_was_approved(boss, links):
    visit, payment = links.hold()
    links.hear(reported(payment, "DECLINED"))
    begun = links.begin(payment.request)

    receipt = boss.get(f"/appointments/{visit.code}/receipt/").content.decode()
    day = boss.get("/cash/2026-11-19/").content.decode()

    for code in (payment.code, begun.code):
        assert code not in receipt
        assert code not in day


def test_a_payment_by_link_explains_no_drawer(boss, links):
    """It was entered by nobody, so nobody entered it by the wrong method."""
    drawer = links.till.drawer()
    _visit, payment = links.hold()
    links.hear(reported(payment))
    links.till.close(drawer, {50_000: 5, 20_000: 1, 2_000: 1})

    day = boss.get("/cash/2026-11-19/").content.decode()

    assert "Nothing of this day explains it" in day
    assert payment.code not in day
