"""What is said at the desk of a payment link: where it stands, and what happened to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from frontdesk.story import Line
from frontdesk.templatetags.spa import masked, said_at
from spa import money
from spa.models import AuditLog, GatewayTransaction, PaymentRequest
from spa.services.link_progress import Stage, stage

LOOKS = {
    Stage.PAYING: ("refresh-cw", "info"),
    Stage.PAID: ("circle-check", "ok"),
    Stage.ENDED: ("circle-x", ""),
    Stage.OVER: ("clock-alert", "warn"),
    Stage.DECLINED: ("circle-alert", "bad"),
    Stage.UNDELIVERED: ("mail-x", "bad"),
    Stage.LEAVING: ("mail", ""),
    Stage.SENT: ("mail-check", "ok"),
    Stage.OPEN: ("link", ""),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A link's state in a sentence; `short` is the word of it for a list."""

    stage: str
    short: str
    text: str
    icon: str
    tone: str


def said(request: PaymentRequest, *, zone: ZoneInfo, now: datetime, email: str) -> Said:
    """Say where a request of `with_progress` stands; the email is shown by its edges only."""
    found = stage(request, now=now)
    icon, tone = LOOKS[found]
    return Said(found.value, _short(found), _text(found, request, zone, email), icon, tone)


def history(
    steps: Iterable[AuditLog], refused: Iterable[GatewayTransaction], *, email: str
) -> list[Line]:
    """Return what happened to a visit's links; `steps` are of the log and know `who`."""
    words = {
        "PAYMENT_LINK_SENT": (
            _("Payment link sent to %(email)s") % {"email": masked(email)},
            "warn",
        ),
        "PAYMENT_LINK_ENDED": (_("Payment link ended"), ""),
    }
    lines = []
    for step in steps:
        text, tone = words[step.action]
        lines.append(Line(0, step.at, text, step.who or _("The system"), tone))
    lines += [
        Line(0, one.seen_at, _("Wompi declined a payment"), "Wompi", "bad") for one in refused
    ]
    return lines


def _short(found: Stage) -> str:
    return {
        Stage.PAYING: _("Being paid"),
        Stage.PAID: _("Paid by link"),
        Stage.ENDED: _("Ended by the desk"),
        Stage.OVER: _("Over"),
        Stage.DECLINED: _("Declined"),
        Stage.UNDELIVERED: _("Not delivered"),
        Stage.LEAVING: _("On its way"),
        Stage.SENT: _("Sent by email"),
        Stage.OPEN: _("Not sent by email"),
    }[found]


def _text(found: Stage, request: PaymentRequest, zone: ZoneInfo, email: str) -> str:
    if found == Stage.PAYING:
        return _("Wompi is processing a payment. Do not charge it here as well.")
    if found == Stage.OPEN:
        return _("The link is open and was not sent by email.")
    if found == Stage.UNDELIVERED:
        return _("The email could not be delivered. Copy the link, or send it by WhatsApp.")
    if found == Stage.LEAVING:
        return _("The email is on its way to %(email)s.") % {"email": masked(email)}
    told = {
        "when": said_at(_moment(found, request), zone),
        "email": masked(email),
        "amount": money.pesos(request.amount_cents),
    }
    if found == Stage.OVER and not request.is_open:
        return _("The link was closed %(when)s: the visit does not wait for it.") % told
    return {
        Stage.PAID: _("%(amount)s was paid by link %(when)s."),
        Stage.ENDED: _("The desk ended the link %(when)s."),
        Stage.OVER: _("The link ran out %(when)s without a payment."),
        Stage.DECLINED: _("A payment was declined %(when)s. The client can try again."),
        Stage.SENT: _("Sent to %(email)s %(when)s."),
    }[found] % told


def _moment(found: Stage, request: PaymentRequest) -> datetime:
    """Return when a link came to stand where it does."""
    if found == Stage.SENT:
        return request.mail_at
    if found == Stage.DECLINED:
        return request.refused_at or request.created_at
    return request.closed_at or request.until or request.created_at
