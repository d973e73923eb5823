"""What people type, made safe to keep: NFC, trimmed, without invisible characters (SEC-18)."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_URL = re.compile(r"https?:|www\.|://", re.IGNORECASE)
# Control, format (bidi, zero width), private use, surrogate, unassigned; white space apart.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}
# Letters by their category, yet drawn as nothing.
_FILLERS = set("\u115f\u1160\u3164\uffa0")


def visible(text: str, *, keep_lines: bool = False) -> str:
    """Return `text` in NFC, trimmed, white space as single spaces, all else that is invisible gone.

    Invisible are control, bidi and zero-width characters. `keep_lines` leaves line feeds.
    """
    kept = "".join(
        character
        for character in text.replace("\r\n", "\n")
        if character.isspace()
        or (unicodedata.category(character) not in _INVISIBLE and character not in _FILLERS)
    )
    kept = re.sub(r"[^\S\n]+" if keep_lines else r"\s+", " ", kept)
    # Last, since taking out a joiner may bring a letter and its accent together.
    return unicodedata.normalize("NFC", kept).strip()


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
