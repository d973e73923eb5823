"""What people type, made safe to keep: NFC, trimmed, without invisible characters (SEC-18)."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_URL = re.compile(r"https?:|www\.|://", re.IGNORECASE)
# Control, format (bidi, zero width), private use, surrogate; line breaks are handled apart.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}


def visible(text: str, *, keep_lines: bool = False) -> str:
    """Return `text` in NFC, trimmed, without control, bidi or zero-width characters."""
    kept = (
        character
        for character in unicodedata.normalize("NFC", text)
        if unicodedata.category(character) not in _INVISIBLE
        or (keep_lines and character == "\n")
        or character == "\t"
    )
    text = "".join(" " if character == "\t" else character for character in kept)
    if keep_lines:
        return text.strip()
    return re.sub(r"\s+", " ", text).strip()


def clean_name(text: str) -> str:
    """Return a name fit to be kept and shown.

    :raises ValidationError: nothing is left, or it holds angle brackets or an address
    """
    name = visible(text)
    if not any(character.isalpha() for character in name):
        raise ValidationError(_("Write a name."), code="required")
    if "<" in name or ">" in name or _URL.search(name):
        raise ValidationError(_("A name holds no < > and no web address."), code="name")
    return name
