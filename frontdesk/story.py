"""What happened to a visit, in sentences, from the states that its changes kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from frontdesk.templatetags.spa import day_as
from spa import money
from spa.models import Action, AppointmentChange

GATEWAY = "gateway"  # the origin of what Wompi's reports did
TONES = {
    Action.CHECK_IN: "info",
    Action.COMPLETE: "ok",
    Action.CANCEL: "bad",
    Action.NO_SHOW: "bad",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`version` is the visit's after it; 0 where it did not change the visit."""

    version: int
    at: datetime
    text: str
    who: str
    tone: str


def tell(
    changes: Sequence[AppointmentChange], *, zone: ZoneInfo, beside: Sequence[Line] = ()
) -> list[Line]:
    """Return one line for each change, the latest first. `changes` in their order; no query.

    `beside` are lines of what happened without changing the visit.
    """
    before: dict = {}
    lines = []
    for change in changes:
        lines.append(
            Line(
                version=change.version,
                at=change.at,
                text=_sentence(change, before, zone),
                who=_who(change),
                tone=_tone(change),
            )
        )
        before = change.state
    told = [*beside, *reversed(lines)]
    return sorted(told, key=lambda line: line.at, reverse=True) if beside else told


def _who(change: AppointmentChange) -> str:
    if change.origin == GATEWAY:
        return "Wompi"
    return change.user.name if change.user else _("The system")


def _tone(change: AppointmentChange) -> str:
    if change.origin == GATEWAY:
        return "bad" if change.action == Action.GIVE_BACK else "ok"
    return TONES.get(change.action, "")


def _sentence(change: AppointmentChange, before: dict, zone: ZoneInfo) -> str:
    if change.action == Action.MOVE:
        return _moved(change, before, zone)
    if change.action == Action.CHANGE_ITEMS:
        return _other_treatments(change, before, zone)
    if change.action == Action.CANCEL:
        by = change.state["cancelled_by"]
        return _("Cancelled for the client") if by == "client" else _("Cancelled for the spa")
    if change.action == Action.KEEP and change.reason_code == "gateway_down":
        until = datetime.fromisoformat(change.state["held_until"]).astimezone(zone)
        return _("Wompi does not answer: kept until %(time)s") % {"time": f"{until:%H:%M}"}
    if change.origin == GATEWAY and change.action in (Action.CHARGE, Action.GIVE_BACK):
        return _of_the_gateway(change, before)
    return change.get_action_display()


def _of_the_gateway(change: AppointmentChange, before: dict) -> str:
    cents = abs(change.state["paid_cents"] - before.get("paid_cents", 0))
    amount = {"amount": money.pesos(cents)}
    if change.action == Action.GIVE_BACK:
        return _("Wompi took %(amount)s back") % amount
    return _("Wompi approved %(amount)s") % amount


def _moved(change: AppointmentChange, before: dict, zone: ZoneInfo) -> str:
    was, now = _start(before, zone), _start(change.state, zone)
    asked = change.reason_code == "client"
    if was == now:
        text = _("Moved to another therapist or room")
    elif was.date() == now.date():
        text = _("Moved from %(was)s to %(now)s") % {"was": f"{was:%H:%M}", "now": f"{now:%H:%M}"}
    else:
        text = _("Moved from %(was)s to %(now)s") % {"was": _day(was), "now": _day(now)}
    return _("%(what)s, the client asked") % {"what": text} if asked else text


def _other_treatments(change: AppointmentChange, before: dict, zone: ZoneInfo) -> str:
    if change.reason_code == "late":
        return _("Shortened, since the client came late")
    had, has = ({item["service"] for item in state["items"]} for state in (before, change.state))
    end = datetime.fromisoformat(change.state["ends_at"]).astimezone(zone)
    until = {"end": f"{end:%H:%M}"}
    if had < has:
        return _("A treatment was added, until %(end)s now") % until
    if has < had:
        return _("A treatment was removed, until %(end)s now") % until
    if had == has and change.state["ends_at"] != before["ends_at"]:
        return _("Another length, until %(end)s now") % until
    return _("Treatments changed, until %(end)s now") % until


def _start(state: dict, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(state["starts_at"]).astimezone(zone)


def _day(moment: datetime) -> str:
    return f"{day_as(moment.date(), 'j M')} {moment:%H:%M}"
