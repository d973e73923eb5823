"""A letter as an email: html and text in its reader's language, a visit with a calendar file."""

import re

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from spa import clock
from spa.models import OF_A_VISIT, MessageKind
from spa.services import alert_words
from spa.services.messages import calendar, ics
from spa.services.messages.alerts import AlertLetter
from spa.services.messages.letters import Letter
from spa.text import visible

K = MessageKind
TEMPLATES = {
    K.CONFIRMED: "confirmed",
    K.MOVED: "moved",
    K.CANCELLED: "cancelled",
    K.RECEIPT: "receipt",
    K.PAYMENT_LINK: "payment_link",
    K.PAYMENT_APPROVED: "payment_approved",
    K.PAYMENT_DECLINED: "payment_declined",
    K.LATE_MONEY: "late_money",
    K.ALERT: "alert",
}


def deliver(letter: Letter | AlertLetter) -> None:
    """Hand a letter to the mail server; raises what keeps it from that, after 10 s at most."""
    render(letter).send()


def render(letter: Letter | AlertLetter) -> EmailMultiAlternatives:
    """Return the mail, not sent. No heading of it holds a name, a service or an amount."""
    name = TEMPLATES[letter.kind]
    with translation.override(letter.language):
        context = {"letter": letter, "spa_name": settings.SPA_NAME, **_told(letter)}
        mail = EmailMultiAlternatives(
            # One line, whatever a house is called.
            subject=visible(render_to_string(f"emails/{name}_subject.txt", context)),
            body=_spaced(render_to_string(f"emails/{name}.txt", context)),
            to=[letter.to],
            headers={"Message-ID": _message_id(letter), "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string(f"emails/{name}.html", context), "text/html")
        if letter.kind in OF_A_VISIT:
            method = "CANCEL" if letter.kind == K.CANCELLED else "PUBLISH"
            cancelled = letter.kind == K.CANCELLED
            event = calendar.event_of(letter.visit, now=clock.now(), cancelled=cancelled)
            file = ics.write(event)
            mail.attach(_("visit.ics"), file, f"text/calendar; method={method}")
    return mail


def _told(letter: Letter | AlertLetter) -> dict[str, object]:
    """Return what a letter is about: a visit at its house, or an alert in words."""
    if isinstance(letter, AlertLetter):
        words = {"happened": alert_words.happened(letter.alert)}
        words["to_do"] = alert_words.to_do(letter.alert)
        return {**words, "location": letter.location, "zone": letter.location.tz}
    location = letter.visit.location
    return {"visit": letter.visit, "location": location, "zone": location.tz}


def _spaced(text: str) -> str:
    """Return a text without the gaps that parts of its template leave which say nothing."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _message_id(letter: Letter | AlertLetter) -> str:
    """The same each time, so that mail which is sent twice arrives once where that is noticed."""
    return f"<{letter.key}@{calendar.domain()}>"
