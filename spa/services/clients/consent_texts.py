"""What a client is told before she allows something: the one place of these texts (SEC-46, 48).

A consent records the version of the text that was shown, which is a hash of its words in the
language shown: another word or another language is another version.
"""

import hashlib

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from spa.models import ConsentKind

TEXTS = {
    ConsentKind.DATA: _(
        "Tell her: we keep her name and number to book and to reach her about her visits, and "
        "she can see, correct or erase them at any time."
    ),
    ConsentKind.HEALTH: _(
        "The client was asked and agrees that we keep this about her health, so that whoever "
        "treats her knows. She may refuse or take it back: booking does not depend on it."
    ),
    ConsentKind.PROMOTIONAL: _(
        "Tell her: we write to her with news and offers. She may refuse or take it back at any "
        "time: booking does not depend on it."
    ),
}
# Word for word what was shown once and is not any more. A text that is changed above, in either
# language, goes here as it was: what was recorded must stay readable.
FORMER: tuple[str, ...] = (
    "Cuéntele: guardamos su nombre y su número para reservar y avisarle de sus citas, y puede "
    "verlos, corregirlos o borrarlos cuando quiera.",
    "Cuéntele: le escribimos con novedades y ofertas. Puede negarse o retirarlo cuando quiera: "
    "reservar no depende de ello.",
)


def consent_text(kind: str) -> str:
    """Return what a client is told about this kind of consent, in the reader's language."""
    return str(TEXTS[ConsentKind(kind)])


def consent_text_version(kind: str) -> str:
    """Return what identifies that text, word for word: 16 hexadecimal digits."""
    return _version(consent_text(kind))


def consent_text_behind(version: str) -> str | None:
    """Return the text that a consent was given to, as it was shown; None for an unknown one."""
    texts = list(FORMER)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts += map(consent_text, TEXTS)
    return next((text for text in texts if _version(text) == version), None)


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
