"""Telephone numbers as they are said at the desk."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from spa import phones


@pytest.mark.parametrize(
    "typed",
    [
        "3004561278",
        "300 456 12 78",
        "300-456-1278",
        "(300) 456 1278",
        "+57 300 456 1278",
        "57 300 456 1278",
        "0057 300 456 1278",
    ],
)
def test_every_local_form_of_a_mobile_is_understood(typed):
    assert phones.normalise(typed) == "+573004561278"


@pytest.mark.parametrize(
    ("typed", "kept"), [("601 345 6789", "+576013456789"), ("+1 415 555 2671", "+14155552671")]
)
def test_landlines_and_numbers_abroad_are_understood(typed, kept):
    assert phones.normalise(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "12", "300 456", "9" * 10_000, "+57 1", "x3004561278", "300456127O", "+", "++57"],
)
def test_what_cannot_be_called_is_refused(typed):
    with pytest.raises(phones.PhoneInvalid):
        phones.normalise(typed)


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("+573004561278", "300 456 1278"),
        ("+576013456789", "601 345 6789"),
        ("+14155552671", "+1 415-555-2671"),
        ("+34612345678", "+34 612 34 56 78"),
        ("", ""),
        ("nobody", "nobody"),
    ],
)
def test_a_number_is_read_aloud_as_people_group_it(kept, said):
    assert phones.spoken(kept) == said


@pytest.mark.parametrize(
    ("kept", "chat"),
    [
        ("+573004561278", "https://wa.me/573004561278"),
        ("+14155552671", "https://wa.me/14155552671"),
        ("+576013456789", ""),
        ("", ""),
        ("nobody", ""),
    ],
)
def test_a_chat_is_opened_with_a_number_that_can_have_one(kept, chat):
    assert phones.whatsapp(kept) == chat


@settings(deadline=None)
@given(some.text() | some.text("0123456789+ -()", max_size=20))
def test_whatever_is_typed_is_refused_or_fits_the_column(typed):
    try:
        kept = phones.normalise(typed)
    except phones.PhoneInvalid:
        return

    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", kept)
    assert phones.normalise(kept) == phones.normalise(phones.spoken(kept)) == kept
