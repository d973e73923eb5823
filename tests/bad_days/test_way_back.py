"""The way back from Wompi, with every fault of it: the page believes nothing and asks nobody."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from spa.services import links
from tests.bad_days.test_faults import assert_paid_once
from tests.spa.money.till import books


def come_back(day, payment, outcome: str = "APPROVED") -> str:
    """Let somebody pay, and her browser be sent back; return what the page says."""
    asked = payment.request
    token = links.token(links.RETURN, asked.public_id, asked.token_version)
    url = day.url(payment, back=f"/return/{token}/")
    paid = day.wompi.control("pay", url=url, outcome=outcome)
    back = urlsplit(paid["redirect"] or f"/return/{token}/")
    answer = Client().get(f"{back.path}?{back.query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    "fault",
    [
        *("redirect.missing", "redirect.repeated", "redirect.while_pending"),
        *("redirect.after_event", "redirect.keeps_query"),
    ],
)
def test_however_she_comes_back_the_read_decides_and_pays_once(day, fault):
    visit, payment = day.hold()
    day.wompi.fault(fault)

    said = come_back(day, payment)
    assert books() == {}
    assert "Todo listo" not in said

    day.pass_time(seconds=10)
    day.work()
    day.reconcile()
    assert_paid_once(day, visit, payment)


@pytest.mark.parametrize("fault", ["redirect.forged", "redirect.declined"])
def test_another_id_in_the_address_is_not_even_looked_at(day, fault):
    visit, payment = day.hold()
    _other, others = day.hold(hour=12)
    day.pay(others, "APPROVED" if fault == "redirect.forged" else "DECLINED")
    day.work()
    before = books()
    day.wompi.fault(fault)

    said = come_back(day, payment, "DECLINED")
    day.work()

    assert "Todo listo" not in said
    assert day.state(visit, payment) == ("pending_payment", "declined")
    assert books() == before
