"""The address that a payer is sent to (wompi.md §4, rule book §6.2)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit

import pytest

from spa.wompi import checkout
from spa.wompi.checkout import LEAST_CENTS, checkout_url, new_reference, wire_time
from tests.spa.wompi.gateway import KEYS, REFERENCE

UNTIL = datetime(2026, 12, 1, 0, 0, tzinfo=timezone(timedelta(hours=-5)))
SIGNATURE = "b389b3a1c5ff4956a7300109a287304582f121eab8156803db8936e42625864d"
GOOD = {
    "keys": KEYS,
    "reference": REFERENCE,
    "amount_in_cents": 72_000_00,
    "expires_at": UNTIL,
    "return_url": "https://desk.example.com/return/abc/",
}


def test_the_address_holds_what_wompi_asks_for_and_its_signature():
    address = urlsplit(checkout_url(**GOOD, email="ana+pago@example.test"))

    assert (address.scheme, address.netloc, address.path) == ("https", "checkout.wompi.co", "/p/")
    assert dict(parse_qsl(address.query, strict_parsing=True)) == {
        "public-key": KEYS.public,
        "currency": "COP",
        "amount-in-cents": "7200000",
        "reference": REFERENCE,
        # SHA-256 of reference, 7200000, COP, the moment and the secret, computed apart.
        "signature:integrity": SIGNATURE,
        "expiration-time": "2026-12-01T05:00:00.000Z",
        "redirect-url": "https://desk.example.com/return/abc/",
        "customer-data:email": "ana+pago@example.test",
    }


def test_names_and_values_are_encoded():
    address = checkout_url(**GOOD, email="a&b=c@example.test")

    assert "signature%3Aintegrity=" in address
    assert "a%26b%3Dc%40example.test" in address


def test_no_secret_is_in_the_address():
    address = checkout_url(**GOOD)

    assert not any(secret in address for secret in (KEYS.private, KEYS.integrity, *KEYS.events))


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": REFERENCE[:-1] + "7"},
        {"reference": "SPA-1"},
        {"reference": REFERENCE + "\n"},
        {"amount_in_cents": LEAST_CENTS - 100},
        {"amount_in_cents": LEAST_CENTS + 1},
        {"return_url": "https://desk.example.com/return/?token=abc"},
        {"return_url": "https://desk.example.com/return/#abc"},
        {"return_url": "/return/abc/"},
        {"return_url": "javascript:alert(1)"},
        {"expires_at": UNTIL.replace(tzinfo=None)},
    ],
    ids=repr,
)
def test_what_wompi_would_answer_with_an_error_page_is_a_fault(wrong):
    with pytest.raises(ValueError):  # noqa: PT011
        checkout_url(**GOOD | wrong)


def test_references_have_one_length_end_in_a_letter_and_do_not_repeat():
    made = {new_reference() for _ in range(10_000)}

    assert len(made) == 10_000
    assert all(checkout.REFERENCE.fullmatch(reference) for reference in made)
    assert {len(reference) for reference in made} == {30}
    assert not any(reference[-1].isdigit() for reference in made)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,255}", reference) for reference in made)


def test_a_moment_is_written_in_utc_to_the_millisecond():
    assert wire_time(datetime(2026, 1, 2, 3, 4, 5, 678_999, UTC)) == "2026-01-02T03:04:05.678Z"
