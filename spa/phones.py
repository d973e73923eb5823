"""Telephone numbers as they are said at a Colombian desk, to and from E.164."""

import re

import phonenumbers
from django.utils.translation import gettext as _

from spa.errors import BusinessLogicError

HOME = "CO"


class PhoneInvalid(BusinessLogicError):
    """What was typed is no telephone number that can be called."""


def normalise(text: str) -> str:
    """Return `text` as E.164 (`+573004561278`); a number without `+` is Colombian.

    :raises PhoneInvalid: it is too short, too long, or in no numbering plan
    """
    if not text.strip():
        raise PhoneInvalid(_("Write down a telephone number."), reason="phone")
    # A letter is a slip of the hand or another field's content: never guess around it.
    slipped = any(character.isalpha() for character in text)
    digits = "" if slipped else re.sub(r"[^\d+]", "", text)
    if digits.startswith("00"):  # the way out of the country, as many write it
        digits = "+" + digits[2:]
    try:
        number = phonenumbers.parse(digits, HOME)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise PhoneInvalid(
            _(
                "“%(text)s” is not a telephone number. Write ten digits, like 300 456 1278 or"
                " 601 345 6789, or + and the country for one abroad."
            )
            % {"text": text[:40]},
            reason="phone",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spoken(e164: str) -> str:
    """Return a stored number as it is read aloud: `300 456 1278`, `+1 415 555 2671`."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    home = number.country_code == phonenumbers.country_code_for_region(HOME)
    digits = str(number.national_number)
    if home and len(digits) == 10:  # the library writes the last seven in one
        return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    plan = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, plan.NATIONAL if home else plan.INTERNATIONAL)


def whatsapp(e164: str) -> str:
    """Return the address that opens a chat with a number; nothing if it is no mobile one."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return ""
    kinds = phonenumbers.PhoneNumberType
    if phonenumbers.number_type(number) not in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE):
        return ""
    return f"https://wa.me/{e164.removeprefix('+')}"
