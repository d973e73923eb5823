"""What happened to a client's data, in sentences, for the history on her page."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spa.models import AuditLog, Client, Consent, User

MOST_LINES = 30
# What only the audit log knows; the rest has rows of its own.
FROM_THE_LOG = {
    "HEALTH_NOTES_VIEWED": gettext_lazy("Opened the health notes"),
    "HEALTH_NOTE_WRITTEN": gettext_lazy("Wrote a health note"),
}
CHANGED = {
    "name": gettext_lazy("Changed the name; before: %(old)s"),
    "phone": gettext_lazy("Changed the mobile; before: %(old)s"),
    "email": gettext_lazy("Changed the email; before: %(old)s"),
    "language": gettext_lazy("Changed the language"),
    "birth_date": gettext_lazy("Changed the birth date"),
    "guardian": gettext_lazy("Changed the guardian"),
    "alert": gettext_lazy("Changed the alert"),
}


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    who: str
    text: str
    reason: str = ""
    tone: str = ""


def tell(client: Client, *, user: User) -> list[Line]:
    """Return the latest lines, the newest first. Two queries; four for who may read the log.

    Reasons of a block only reach who may block; who opened what, only who may read the log.
    Old values of health data are never shown.
    """
    lines = [
        _changed(row, with_reason=user.has_perm("spa.flag_client")) for row in _changes(client)
    ]
    lines += [_consent(row) for row in client.consents.select_related("recorded_by")]
    if user.has_perm("spa.view_auditlog"):
        lines += _from_the_log(client)
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_LINES]


def _changes(client: Client) -> list:
    return list(client.changes.select_related("user").order_by("-at", "-pk")[:MOST_LINES])


def _changed(row, *, with_reason: bool) -> Line:
    who = _name(row.user)
    if row.action == "FLAG_NON_GRATA":
        text, tone = _("Blocked the client"), "bad"
    elif row.action == "LIFT_NON_GRATA":
        text, tone = _("Lifted the block"), "ok"
    elif row.field in CHANGED:
        text, tone = str(CHANGED[row.field]) % {"old": row.old_value or "–"}, ""
    else:
        text, tone = row.action, ""
    return Line(row.at, who, text, row.reason if with_reason else "", tone)


def _consent(row: Consent) -> Line:
    text = _("Consent given: %(kind)s") if row.given else _("Consent withdrawn: %(kind)s")
    return Line(row.at, _name(row.recorded_by), text % {"kind": row.get_kind_display()})


def _from_the_log(client: Client) -> list[Line]:
    rows = AuditLog.objects.filter(
        subject=f"client:{client.pk}", action__in=FROM_THE_LOG.keys()
    ).order_by("-at")[:MOST_LINES]
    people = User.objects.in_bulk({row.user_id for row in rows if row.user_id})
    return [
        Line(row.at, _name(people.get(row.user_id)), str(FROM_THE_LOG[row.action])) for row in rows
    ]


def _name(user: User | None) -> str:
    return user.name if user else _("The system")
