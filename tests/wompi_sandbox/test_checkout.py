"""The hosted page, by its addresses and forms."""

import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.wompi_sandbox.wompi import REFERENCE


def problems(answer) -> list[str]:
    assert answer.status_code == 422
    return [part.split('"')[0] for part in answer.text.split('data-field="')[1:]]


def moment(wompi, seconds: float) -> str:
    now = datetime.fromtimestamp(wompi.control("settle")["now"], UTC)
    return (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def open_page(wompi, **changed):
    return wompi.session.get(wompi.url(**changed), timeout=10)


def test_the_page_tells_what_is_to_be_paid(wompi):
    answer = open_page(wompi, expiration_time=moment(wompi, 600))

    assert answer.status_code == 200
    assert "$ 150.000 COP" in answer.text
    assert REFERENCE in answer.text
    assert 'id="pay-until"' in answer.text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"public_key": None}, "public-key"),
        ({"public_key": "spa"}, "public-key"),
        ({"public_key": "pub_prod_abcdef"}, "public-key"),
        ({"public_key": "pub_test_abcdef"}, "public-key"),
        ({"currency": None}, "currency"),
        ({"currency": "USD"}, "currency"),
        ({"amount_in_cents": None}, "amount-in-cents"),
        ({"amount_in_cents": "150.000"}, "amount-in-cents"),
        ({"amount_in_cents": "-15000000"}, "amount-in-cents"),
        ({"amount_in_cents": 149_900}, "amount-in-cents"),
        ({"amount_in_cents": 15_000_001}, "amount-in-cents"),
        ({"reference": None}, "reference"),
        ({"reference": "X" * 256}, "reference"),
        ({"signature__integrity": None}, "signature:integrity"),
        ({"signature__integrity": "0" * 64}, "signature:integrity"),
        ({"expiration_time": "mañana"}, "expiration-time"),
        ({"expiration_time": "2026-13-41T05:00:00.000Z"}, "expiration-time"),
        ({"expiration_time": "2020-01-01T05:00:00.000Z"}, "expiration-time"),
        ({"redirect_url": "javascript:alert(1)"}, "redirect-url"),
        ({"customer_data__phone_number": "3000000000"}, "customer-data:phone-number-prefix"),
        (
            {"customer_data__legal_id": "1", "customer_data__legal_id_type": "XX"},
            "customer-data:legal-id-type",
        ),
        ({"customer_data__email": "nadie"}, "customer-data:email"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_created(wompi, shop, changed, field):
    url = wompi.url(**changed)

    shown, sent = wompi.session.get(url, timeout=10), wompi.press("APPROVED", url)

    assert problems(shown) == problems(sent) == [field]
    assert wompi.look("transactions") == []
    wompi.settle()
    assert shop.deliveries == []


def test_an_incomplete_address_of_delivery_names_each_part_that_is_missing(wompi):
    answer = open_page(wompi, shipping_address__city="Bogotá")

    parts = ("address-line-1", "country", "region", "phone-number")
    assert problems(answer) == [f"shipping-address:{part}" for part in parts]


def test_the_right_signature_in_capitals_is_wrong(wompi):
    right = parse_qs(urlsplit(wompi.url()).query)["signature:integrity"][0]

    assert problems(open_page(wompi, signature__integrity=right.upper())) == ["signature:integrity"]


def test_a_parameter_given_twice_is_refused(wompi):
    url = f"{wompi.url()}&amount-in-cents=100"

    assert problems(wompi.session.get(url, timeout=10)) == ["amount-in-cents"]


def test_an_amount_changed_after_signing_is_refused(wompi):
    url = wompi.url().replace("15000000", "150000")

    assert problems(wompi.press("APPROVED", url)) == ["signature:integrity"]


@pytest.mark.parametrize("outcome", ["APPROVED", "PENDING"])
def test_the_payer_goes_back_with_the_transactions_id(wompi, outcome):
    answer = wompi.press(outcome)

    [paid] = wompi.find()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://spa.test/return/abc/?id={paid['id']}&env=test"
    assert paid["status"] == outcome


def test_the_return_address_loses_its_own_query_as_with_a_form(wompi):
    assert "order" not in wompi.return_url(redirect_url="http://spa.test/back/?order=7")


def test_without_a_return_address_the_result_is_shown(wompi):
    answer = wompi.press("APPROVED", wompi.url(redirect_url=None))

    assert answer.status_code == 200
    assert "Pago aprobado" in answer.text


def test_who_closes_the_page_has_paid_nothing(wompi):
    assert wompi.press("CLOSED").status_code == 200
    assert wompi.find() == []


@pytest.mark.parametrize("outcome", ["DECLINED", "ERROR"])
def test_after_a_failure_the_payer_can_try_again_with_the_same_reference(wompi, shop, outcome):
    failed = wompi.press(outcome)
    [first] = wompi.find()
    again = wompi.press("AGAIN", second_try_of=first["id"])
    wompi.press("APPROVED", second_try_of=first["id"])

    assert 'id="pay-again"' in failed.text
    assert f'href="http://spa.test/return/abc/?id={first["id"]}&amp;env=test"' in failed.text
    assert 'id="pay-approve"' in again.text
    assert sorted(one["status"] for one in wompi.find()) == sorted(["APPROVED", outcome])
    wompi.settle()
    assert sorted(shop.statuses) == sorted(["APPROVED", outcome])


def test_three_minutes_after_a_failure_its_reference_is_burned(wompi):
    first = wompi.pay("DECLINED")
    wompi.advance(181)

    assert problems(wompi.press("AGAIN", second_try_of=first["id"])) == ["reference"]
    assert problems(wompi.press("APPROVED", second_try_of=first["id"])) == ["reference"]


def test_a_second_try_after_an_approval_is_refused(wompi):
    first = wompi.pay("APPROVED")

    assert problems(wompi.press("APPROVED", second_try_of=first["id"])) == ["reference"]


def test_two_tabs_with_one_reference_pay_once(wompi):
    tabs = [open_page(wompi), open_page(wompi)]

    wompi.press("APPROVED")

    assert [tab.status_code for tab in tabs] == [200, 200]
    assert problems(wompi.press("APPROVED")) == ["reference"]
    assert problems(open_page(wompi)) == ["reference"]
    assert len(wompi.find()) == 1


def test_of_twenty_who_pay_one_reference_at_the_same_instant_one_does(wompi, shop):
    start, answers = threading.Barrier(20), []

    def pay():
        start.wait(5)
        form = {"outcome": "APPROVED", "method": "CARD"}
        sent = requests.post(wompi.url(), data=form, timeout=10, allow_redirects=False)
        answers.append(sent.status_code)

    payers = [threading.Thread(target=pay) for _ in range(20)]
    for payer in payers:
        payer.start()
    for payer in payers:
        payer.join()

    wompi.settle()
    assert sorted(answers) == [303, *[422] * 19]
    assert len(shop.deliveries) == len(wompi.find()) == 1


def test_two_tabs_with_two_references_pay_twice(wompi, shop):
    wompi.pay(reference="RES-1-A")
    wompi.pay(reference="RES-1-B")

    assert shop.statuses == ["APPROVED", "APPROVED"]


def test_a_page_that_was_open_is_refused_once_the_time_to_pay_is_over(wompi):
    url = wompi.url(expiration_time=moment(wompi, 600))
    assert wompi.session.get(url, timeout=10).status_code == 200

    wompi.advance(601)

    assert problems(wompi.press("APPROVED", url)) == ["expiration-time"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"outcome=NONSENSE", "application/x-www-form-urlencoded"),
        (b"outcome=APPROVED&method=GOLD", "application/x-www-form-urlencoded"),
        (b"outcome=%ff%fe\xff", "application/x-www-form-urlencoded"),
        (b"[1]", "application/json"),
        (b"{", "text/plain"),
    ],
)
def test_a_form_that_cannot_be_read_pays_nothing(wompi, body, kind):
    answer = wompi.session.post(wompi.url(), data=body, headers={"Content-Type": kind}, timeout=10)

    assert problems(answer) == ["outcome"]
    assert wompi.find() == []


def test_hostile_text_is_escaped(wompi):
    hostile = '<script>alert("x")</script>'

    assert "<script>" not in open_page(wompi, reference=hostile).text


# -- Faults of the page and of the payment ----------------------------------------------------
def test_the_page_can_be_down(wompi):
    wompi.fault("page.down", times=1)

    assert [open_page(wompi).status_code for _ in range(2)] == [503, 200]


@pytest.mark.parametrize("name", ["page.reset", "page.hang"])
def test_the_page_can_give_no_answer(wompi, name):
    wompi.fault(name, times=1)

    with pytest.raises((requests.ConnectionError, requests.Timeout)):
        requests.get(wompi.url(), timeout=0.3)


def test_the_page_can_be_slow(wompi):
    wompi.fault("page.slow", times=1, seconds=0.3)

    answer = open_page(wompi)

    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.3


def test_a_reference_can_be_had_paid_twice(wompi, shop):
    wompi.fault("page.allows_used_reference")

    wompi.press("APPROVED")
    assert open_page(wompi).status_code == 200
    wompi.press("APPROVED")

    wompi.settle()
    assert [one["status"] for one in wompi.find()] == ["APPROVED", "APPROVED"]
    assert len({one.transaction["id"] for one in shop.deliveries}) == 2


def test_money_can_be_had_after_the_expiry(wompi):
    url = wompi.url(expiration_time=moment(wompi, 60))
    wompi.advance(61)
    wompi.fault("page.ignores_expiry", times=1)

    assert wompi.session.get(url, timeout=10).status_code == 200
    assert wompi.press("APPROVED", url).status_code == 303
    assert problems(wompi.press("APPROVED", url)) == ["expiration-time"]


@pytest.mark.parametrize(
    ("fault", "option", "field", "value"),
    [
        ("payment.amount", {"cents": 100}, "amount_in_cents", 100),
        ("payment.currency", {"value": "USD"}, "currency", "USD"),
        ("payment.reference", {"value": "OTHER-X"}, "reference", "OTHER-X"),
    ],
)
def test_a_payment_can_differ_from_what_was_asked(wompi, shop, fault, option, field, value):
    wompi.fault(fault, times=1, **option)

    paid = wompi.pay()

    assert wompi.read(paid["id"])[field] == shop.deliveries[0].transaction[field] == value


# -- Faults of the way back -------------------------------------------------------------------
def test_the_payer_can_be_kept(wompi):
    wompi.fault("redirect.missing", times=1)

    assert wompi.return_url() is None


def test_the_way_back_can_be_asked_for_twice(wompi, shop):
    wompi.fault("redirect.repeated", times=1)

    url = wompi.return_url(redirect_url=shop.url)

    assert [f"{urlsplit(url).path}?{urlsplit(url).query}"] == shop.visits


def test_the_way_back_can_tell_the_id_of_another_paid_order(wompi):
    other = wompi.pay(reference="RES-OTHER-X")
    wompi.fault("redirect.forged", times=1)

    assert f"id={other['id']}&" in wompi.return_url()


def test_the_way_back_can_tell_any_id(wompi):
    wompi.fault("redirect.forged", times=1, id="<made-up>")

    assert parse_qs(urlsplit(wompi.return_url()).query)["id"] == ["<made-up>"]


def test_the_way_back_can_tell_the_id_of_a_declined_transaction(wompi):
    declined = wompi.pay("DECLINED", reference="RES-OTHER-X")
    wompi.fault("redirect.declined", times=1)

    assert f"id={declined['id']}&" in wompi.return_url()


def test_the_payer_can_be_back_while_the_payment_is_pending(wompi, shop):
    wompi.fault("redirect.while_pending", times=1, seconds=60)

    wompi.return_url()

    [paid] = wompi.find()
    assert (paid["status"], shop.deliveries) == ("PENDING", [])
    wompi.advance(60)
    assert (wompi.find()[0]["status"], shop.statuses) == ("APPROVED", ["APPROVED"])


def test_the_payer_can_be_back_only_after_the_event(wompi, shop):
    wompi.fault("redirect.after_event", times=1)

    wompi.return_url()

    assert shop.statuses == ["APPROVED"]


def test_the_return_address_can_keep_its_own_query(wompi):
    wompi.fault("redirect.keeps_query", times=1)

    assert "?order=7&id=" in wompi.return_url(redirect_url="http://spa.test/back/?order=7")
