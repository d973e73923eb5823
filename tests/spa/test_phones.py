"""Telephone numbers as they are said at the desk."""

import pytest

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


@pytest.mark.parametrize("typed", ["", "abc", "12", "300 456", "9" * 10_000, "+57 1"])
def test_what_cannot_be_called_is_refused(typed):
    with pytest.raises(phones.PhoneInvalid):
        phones.normalise(typed)
