"""Secret links: what opens a page, and all that nearly does (SEC-25)."""

import hmac
import random
import string
import uuid

import pytest

from spa.models.payment_requests import new_public_id
from spa.services import links
from spa.services.links import PAY, RETURN

ROW = uuid.UUID("5f1d6e0a-7c52-4b8e-9a3f-0c1d2e3f4a5b")
ALPHABET = string.ascii_letters + string.digits + "-_+/=."


@pytest.fixture(autouse=True)
def keys(settings):
    settings.LINK_KEYS = ["the key of today", "the key of yesterday"]


def test_a_token_names_its_row_and_is_valid_for_its_page_and_version():
    text = links.token(PAY, ROW, 1)

    assert len(text) == links.LENGTH
    assert links.public_id(text) == ROW
    assert links.is_valid(PAY, text, 1)


@pytest.mark.parametrize(("kind", "version"), [(RETURN, 1), ("", 1), (PAY, 2), (PAY, 0), (PAY, 11)])
def test_it_opens_no_other_page_and_no_other_version(kind, version):
    assert not links.is_valid(kind, links.token(PAY, ROW, 1), version)


def test_the_sum_of_one_row_is_no_sum_of_another():
    one, other = links.token(PAY, ROW, 1), links.token(PAY, new_public_id(), 1)
    swapped = links._text(links._bytes(one)[:16] + links._bytes(other)[16:])

    assert links.public_id(swapped) == ROW
    assert not links.is_valid(PAY, swapped, 1)


def test_a_key_that_is_exchanged_still_opens_what_was_sent_and_signs_no_more(settings):
    sent = links.token(PAY, ROW, 1)

    settings.LINK_KEYS = ["the key of tomorrow", "the key of today"]
    assert links.is_valid(PAY, sent, 1)
    assert links.token(PAY, ROW, 1) != sent

    settings.LINK_KEYS = ["the key of tomorrow"]
    assert not links.is_valid(PAY, sent, 1)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "a" * 63, "a" * 65, "a" * 10_000, "é" * 64, " " * 64, "=" * 64, "\x00" * 64),
        *("a" * 62 + "==", "A" * 62 + "==", "a" * 63 + "\n", "ａ" * 64, "-" * 60 + "\ud800" * 4),
    ],
)
def test_what_is_no_token_names_nothing(text):
    assert links.public_id(text) is None
    assert not links.is_valid(PAY, text, 1)


def test_no_end_of_a_token_is_enough():
    text = links.token(PAY, ROW, 1)

    assert not any(links.is_valid(PAY, text[:length], 1) for length in range(64))
    assert not any(links.is_valid(PAY, text[start:], 1) for start in range(1, 65))


def test_a_token_has_one_spelling_only():
    """Base64 has two for the same bytes; whoever counts or ends a link by its text knows one."""
    text = next(
        text for row in iter(new_public_id, None) if "-" in (text := links.token(PAY, row, 1))
    )

    assert links.public_id(text.replace("-", "+")) is None
    assert not links.is_valid(PAY, text.replace("-", "+"), 1)


def test_ten_thousand_guesses_and_misprints_open_nothing():
    dice = random.Random(6)
    for _ in range(5_000):
        text = links.token(PAY, ROW, 1)
        place = dice.randrange(64)
        other = dice.choice([one for one in ALPHABET if one != text[place]])
        assert not links.is_valid(PAY, text[:place] + other + text[place + 1 :], 1)

        guess = links._text(ROW.bytes + dice.randbytes(32))
        assert not links.is_valid(PAY, guess, 1)


def test_sums_are_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda *two: compared.append(two) or False)

    assert not links.is_valid(PAY, links.token(PAY, ROW, 1), 1)
    assert [len(one) for pair in compared for one in pair] == [32] * 4  # each key of both


def test_public_ids_are_random_bits_and_tell_nothing_of_each_other():
    ids = {new_public_id() for _ in range(1_000)}

    assert len(ids) == 1_000
    assert len({one.bytes[6] >> 4 for one in ids}) == 16  # not even a version of a UUID
