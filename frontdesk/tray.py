"""What a user has put aside to re-plan: codes of visits in her session, nothing more.

A visit keeps its time until it is really moved, so that nothing is promised and nothing locked.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from frontdesk.grid import UNIT
from spa import localtime
from spa.errors import RuleBroken
from spa.models import Appointment, AppointmentItem, Location
from spa.services.agenda import Agenda

Items = list[AppointmentItem]  # of one visit, in their order
MINUTE = timedelta(minutes=1)
KEY = "tray"  # in the session
MOST = 12


@dataclass(frozen=True, slots=True)
class Held:
    """One visit of the tray, by its first item, and where that would stand on the day shown."""

    item: AppointmentItem
    day: date
    start: int  # unit of the grid, from one
    length: int
    parts: int

    @property
    def visit(self) -> Appointment:
        return self.item.appointment


def put(request: HttpRequest, code: str) -> None:
    """Put a visit aside; one that is there already stays where it is.

    :raises RuleBroken: the tray is full (reason `tray_full`)
    """
    codes = _codes(request)
    if code in codes:
        return
    if len(codes) >= MOST:
        raise RuleBroken(
            _("%(most)s visits are put aside already. Move one of them first.") % {"most": MOST},
            reason="tray_full",
        )
    request.session[KEY] = [*codes, code]


def take(request: HttpRequest, code: str) -> None:
    """Take a visit out of the tray, if it is there."""
    codes = _codes(request)
    if code in codes:
        request.session[KEY] = [other for other in codes if other != code]


def load(request: HttpRequest, location: Location) -> list[Items]:
    """Return the items of what is put aside of this house, in the order it came.

    One query; none where there is nothing.
    """
    codes = _codes(request)
    if not codes:
        return []
    visible = Appointment.objects.visible_to(request.user)
    items = (
        AppointmentItem.objects.filter(
            appointment__in=visible.filter(code__in=codes, location=location)
        )
        .select_related("appointment__client", "service", "room")
        .order_by("position")
    )
    by_code: dict[str, Items] = {}
    for item in items:
        by_code.setdefault(item.appointment.code, []).append(item)
    return [by_code[code] for code in codes if code in by_code]


def version(aside: Iterable[Items]) -> str:
    """Return what was drawn of the tray, for a page that asks whether that is still true."""
    visits = [items[0].appointment for items in aside]
    told = ".".join(f"{visit.code}:{visit.version}" for visit in visits)
    return f"-{hashlib.sha256(told.encode()).hexdigest()[:8]}" if told else ""


def draw(items: Items, agenda: Agenda) -> Held:
    """Place a visit by its first item: at its time of day, on the day that is shown."""
    first, zone = items[0], agenda.location.tz
    local = first.starts_at.astimezone(zone)
    at = localtime.instant(agenda.day, local.hour * 60 + local.minute, zone)
    start = agenda.offset(at) // UNIT + 1
    return Held(
        item=first,
        day=local.date(),
        start=min(max(1, start), (agenda.end - agenda.start) // UNIT),
        length=max(1, round((first.ends_at - first.starts_at) / (UNIT * MINUTE))),
        parts=len(items),
    )


def _codes(request: HttpRequest) -> list[str]:
    return request.session.get(KEY, [])
