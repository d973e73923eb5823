"""When a visit can start, as it is drawn: days, best times, all others, and why not the rest."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spa import engine, localtime
from spa.errors import RuleBroken
from spa.models import Location, Service, StaffMember
from spa.services import slots

STRIP = 7  # days
BEST = 3
FARTHEST = timedelta(days=740)
# How a merit looks: icon, tone, words.
MERITS: dict[str, tuple[str, str, str | Promise]] = {
    "no_gap": ("puzzle", "ok", gettext_lazy("Leaves no gap")),
    "usual_therapist": ("heart", "brand", gettext_lazy("The usual therapist")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which day and start were asked for; what nobody asked for is the page's to choose."""

    day: date
    first: date  # of the strip
    start: datetime | None = None
    day_is_automatic: bool = False

    @classmethod
    def read(cls, chosen: dict, *, location: Location, now: datetime) -> "Asked":
        """Take day and start from a form; `default_day` stands in for a day not given.

        What the page had chosen by itself is nobody's choice: it is made anew.

        :raises RuleBroken: the day is out of all reach (reason `too_far`)
        """
        today = location.today(now=now)
        start = None if chosen["start"] == chosen["auto_start"] else chosen["start"]
        day = chosen["go"] or (None if chosen["day"] == chosen["auto_day"] else chosen["day"])
        if day is None and start is not None:
            day = location.today(now=start)
        day = day or chosen.get("default_day")
        automatic, day = day is None, day or today
        if abs(day - today) > FARTHEST:
            raise RuleBroken(
                _("Visits cannot be booked so far away. Choose a nearer day."), reason="too_far"
            )
        if start is not None and location.today(now=start) != day:
            start = None
        return cls(day, _first(chosen["first"], day, today), start, automatic)


def _first(first: date | None, day: date, today: date) -> date:
    if first is not None and first <= day < first + timedelta(days=STRIP):
        return first
    if today <= day < today + timedelta(days=STRIP):
        return today
    return day if day < today else day - timedelta(days=1)


def start_is_of_its_day(chosen: dict, location: Location) -> bool:
    """Return whether a form has a start, and one of the day that it shows."""
    start, day = chosen["start"], chosen["day"]
    return start is not None and day in (None, location.today(now=start))


@dataclass(frozen=True, slots=True)
class Switch:
    """The two buttons above the times: with these therapists, or with anyone."""

    value: int
    names: str
    anyone: bool


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    free: int
    shown: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One service of an offer: from when, by whom, where."""

    service: Service
    staff: StaffMember | None
    room: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A start that can be booked."""

    start: datetime
    end: datetime
    parts: tuple[Part, ...]
    merits: tuple[tuple[str, str, str | Promise], ...]

    @property
    def staff(self) -> list[StaffMember]:
        return list(dict.fromkeys(part.staff for part in self.parts if part.staff))

    @property
    def who(self) -> str:
        names = [member.first_name for member in self.staff]
        names = names or list(dict.fromkeys(part.room for part in self.parts))
        return _(", then ").join(names)


@dataclass(frozen=True, slots=True)
class Start:
    """A start that is not among the best: free, or struck out."""

    at: datetime
    free: bool


@dataclass(frozen=True, slots=True)
class Times:
    """All that is shown of one day and the strip around it."""

    day: date
    days: tuple[Day, ...]
    best: tuple[Offer, ...]
    others: tuple[Start, ...]
    reasons: tuple[tuple[datetime, datetime, str], ...]  # from, to, sentence
    free: int
    chosen: Offer | None
    chosen_by_itself: bool
    impossible: str  # why the start that was asked for cannot be, if it cannot
    day_is_automatic: bool


def draw(
    window: slots.Window,
    asked: Asked,
    *,
    location: Location,
    staff: Mapping[int, StaffMember],
    choose: bool = True,
) -> Times:
    """Search `window`, which holds the strip's days, and draw the day asked for; no query.

    A day that nobody asked for gives way to the first one with a free start. `choose`: take the
    best start when none was asked for.
    """
    zone = location.tz
    search = window.search()
    free = Counter(_day_of(slot.plan.start, zone) for slot in search.slots)
    strip = [asked.first + timedelta(days=at) for at in range(STRIP)]
    day = asked.day
    if asked.day_is_automatic and not free[day]:
        day = next((other for other in strip if other >= day and free[other]), day)

    today = {
        slot.plan.start: slot for slot in search.slots if _day_of(slot.plan.start, zone) == day
    }
    refused = search.refused_between(*map(localtime.minutes, localtime.day_span(day, zone)))
    best = engine.best(list(today.values()), BEST)
    names = short_names(staff.values())
    at = None if asked.start is None else localtime.minutes(asked.start)
    slot = today.get(at) if at is not None else (best[0] if best and choose else None)

    def offer(slot: engine.Slot) -> Offer:
        return _offer(slot, window, staff, zone)

    return Times(
        day=day,
        days=tuple(Day(one, free[one], one == day) for one in strip),
        best=tuple(map(offer, best)),
        others=_others(today, refused, {slot.plan.start for slot in best}, window, zone),
        reasons=tuple(
            (_local(why.first, zone), _local(why.last, zone), why.sentence)
            for why in slots.why_not(refused, window=window, staff=names, zone=zone)
        ),
        free=free[day],
        chosen=offer(slot) if slot else None,
        chosen_by_itself=asked.start is None,
        impossible=_impossible(asked.start, slot, window, names, zone),
        day_is_automatic=asked.day_is_automatic,
    )


def short_names(staff: Iterable[StaffMember]) -> dict[int, str]:
    """Return first names by key, whole names where two share one."""
    members = list(staff)
    shared = Counter(member.first_name for member in members)
    return {m.pk: m.first_name if shared[m.first_name] == 1 else m.name for m in members}


def _impossible(
    start: datetime | None,
    slot: engine.Slot | None,
    window: slots.Window,
    names: Mapping[int, str],
    zone,
) -> str:
    if start is None or slot is not None:
        return ""
    answer = window.plan_at(start)
    if isinstance(answer, engine.Plan):
        return ""
    return slots.sentence(answer, window=window, staff=names, zone=zone)


def _others(
    free: Mapping[int, engine.Slot],
    refused: Sequence[engine.Refused],
    best: set[int],
    window: slots.Window,
    zone,
) -> tuple[Start, ...]:
    """Return all starts but the best, without those at which nobody would look for one."""
    starts = {start: True for start in free if start not in best}
    for one in refused:
        codes = {reason.code for reason in one.reasons}
        is_open = any(begin <= one.start < end for begin, end in window.facts.opening)
        if is_open and not codes & {"lead_time", "too_far"}:
            starts[one.start] = False
    return tuple(Start(_local(at, zone), is_free) for at, is_free in sorted(starts.items()))


def _offer(
    slot: engine.Slot, window: slots.Window, staff: Mapping[int, StaffMember], zone
) -> Offer:
    rooms = {room["id"]: room["name"] for room in window.house.rooms}
    parts = tuple(
        Part(service, staff.get(item.staff), rooms.get(item.room, ""), _local(item.start, zone))
        for item, service in zip(slot.plan.items, window.services, strict=True)
    )
    merits = tuple(map(_merit, slot.merits))
    return Offer(_local(slot.plan.start, zone), _local(slot.plan.end, zone), parts, merits)


def _merit(merit: engine.Merit) -> tuple[str, str, str | Promise]:
    if merit.code == "fills_gap":
        return "puzzle", "ok", _("Fills a gap of %(minutes)s min") % {"minutes": merit.minutes}
    return MERITS[merit.code]


def _local(minute: int, zone) -> datetime:
    return localtime.moment(minute).astimezone(zone)


def _day_of(minute: int, zone) -> date:
    return _local(minute, zone).date()
