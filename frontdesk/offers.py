"""A start that can be booked, as it is drawn: who does what, where, and what speaks for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spa import engine, localtime
from spa.models import Service, StaffMember
from spa.services import slots

# How a merit looks: icon, tone, words.
MERITS: dict[str, tuple[str, str, str | Promise]] = {
    "no_gap": ("puzzle", "ok", gettext_lazy("Leaves no gap")),
    "usual_therapist": ("heart", "brand", gettext_lazy("The usual therapist")),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One service of an offer: from when, by whom, where."""

    service: Service
    staff: StaffMember | None
    room: str
    at: datetime

    @property
    def who(self) -> str:
        """Who does it; where nobody does, the room."""
        return self.staff.first_name if self.staff else self.room


@dataclass(frozen=True, slots=True)
class Offer:
    start: datetime
    end: datetime
    guests: tuple[tuple[Part, ...], ...]  # the parts of each who comes
    merits: tuple[tuple[str, str, str | Promise], ...] = ()

    @property
    def parts(self) -> list[Part]:
        return [part for parts in self.guests for part in parts]

    @property
    def staff(self) -> list[StaffMember]:
        return list(dict.fromkeys(part.staff for part in self.parts if part.staff))

    @property
    def who(self) -> str:
        """Whose hands the guests are in, one after the other and at the same time."""
        return " · ".join(map(_who, self.guests))


def offer(
    plans: Sequence[engine.Plan],
    window: slots.Window | slots.PartyWindow,
    staff: Mapping[int, StaffMember],
    zone: ZoneInfo,
    merits: Iterable[engine.Merit] = (),
) -> Offer:
    """Return what these plans of a window, one of each who comes, amount to. No query."""
    rooms = {room["id"]: room["name"] for room in window.house.rooms}
    together = isinstance(window, slots.PartyWindow)

    def local(minute: int) -> datetime:
        return localtime.moment(minute).astimezone(zone)

    def parts(plan: engine.Plan, services: Sequence[Service]) -> tuple[Part, ...]:
        return tuple(
            Part(service, staff.get(item.staff), rooms.get(item.room, ""), local(item.start))
            for item, service in zip(plan.items, services, strict=True)
        )

    services = window.services if together else (window.services,)
    return Offer(
        start=local(plans[0].start),
        end=local(max(plan.end for plan in plans)),
        guests=tuple(map(parts, plans, services)),
        merits=tuple(map(_merit, merits)),
    )


def _who(parts: Sequence[Part]) -> str:
    """Return the therapists of one guest in their order, those at the same time side by side."""
    turns = [
        " + ".join(dict.fromkeys(part.who for part in group))
        for _at, group in groupby(parts, key=lambda part: part.at)
    ]
    return _(", then ").join(turn for turn, _same in groupby(turns))


def _merit(merit: engine.Merit) -> tuple[str, str, str | Promise]:
    if merit.code == "fills_gap":
        return "puzzle", "ok", _("Fills a gap of %(minutes)s min") % {"minutes": merit.minutes}
    return MERITS[merit.code]
