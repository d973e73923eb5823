"""A location as it stands, to be compared with what a change of schedule makes of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from spa import engine, localtime
from spa.engine.intervals import contains, overlaps
from spa.models import ACTIVE, AppointmentItem, Location
from spa.services.schedule.block import seal_of
from spa.services.slots import house as houses
from spa.services.slots.house import Closure, House

MEASURED = timedelta(days=28)
FURTHEST = timedelta(days=400)  # nobody measures, and few plan, beyond


@dataclass(frozen=True, slots=True)
class Visit:
    """A coming visit that a change leaves outside the rules: somebody must act."""

    code: str
    client: str
    starts_at: datetime
    location: int


@dataclass(frozen=True, slots=True)
class Change:
    """Minutes that can be worked, before and after."""

    before: int
    after: int

    @property
    def gained(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Report:
    """What a change does: visits it newly leaves outside, and minutes over `MEASURED`."""

    visits: tuple[Visit, ...]  # earliest first
    staff: Change  # all therapists together
    rooms: Change  # all places of all rooms together
    since: date

    @property
    def seal(self) -> str:
        """Return what confirms that just these visits were seen; empty without any."""
        return seal_of(visit.code for visit in self.visits)

    def __add__(self, other: "Report") -> "Report":
        visits = sorted(self.visits + other.visits, key=lambda one: (one.starts_at, one.code))
        return Report(
            tuple(visits),
            Change(self.staff.before + other.staff.before, self.staff.after + other.staff.after),
            Change(self.rooms.before + other.rooms.before, self.rooms.after + other.rooms.after),
            min(self.since, other.since),
        )


class Standing:
    """What is coming at a location and what it is open for; `report` compares. Three queries."""

    def __init__(self, location: Location, *, since: date | None, now: datetime) -> None:
        self.location = location
        today = location.today(now=now)
        self.since = min(max(today, since or today), today + FURTHEST)
        self.items = list(_coming(location, now))
        ends = [location.today(now=item["ends_at"]) for item in self.items]
        self.days = (today, max([self.since + MEASURED, *ends]))
        zone = location.tz
        self.window = (
            max(
                localtime.minutes(now, round_up=True),
                localtime.instant(self.since, 0, zone),
            ),
            localtime.instant(self.since + MEASURED, 0, zone),
        )
        self.before = self._bookable()

    def report(self) -> Report:
        """Return how the location of now differs from what it was."""
        before, after = self.before, self._bookable()
        was = {item["appointment"] for item in self.items if not before.holds(item)}
        visits = {
            item["appointment"]: Visit(
                item["appointment__code"],
                item["appointment__client__name"],
                item["appointment__starts_at"],
                self.location.pk,
            )
            for item in self.items
            if item["appointment"] not in was and not after.holds(item)
        }
        return Report(
            tuple(visits.values()),
            Change(before.staff_minutes(self.window), after.staff_minutes(self.window)),
            Change(before.room_minutes(self.window), after.room_minutes(self.window)),
            self.since,
        )

    def _bookable(self) -> "_Bookable":
        return _Bookable(houses.load(self.location, *self.days))


class _Bookable:
    """A house's time with what is closed taken out."""

    def __init__(self, house: House) -> None:
        opening = engine.subtract(house.opening, _spans(house.closures))
        self.opening = opening
        self.staff = {
            pk: engine.subtract(
                engine.intersect(shift, opening), _spans(house.staff_closures.get(pk, ()))
            )
            for pk, shift in house.shifts.items()
        }
        self.shut = {pk: _spans(closures) for pk, closures in house.room_closures.items()}
        self.rooms = house.rooms

    def holds(self, item: dict) -> bool:
        """Say whether an item lies within; as in booking, only a room must keep its buffer."""
        start, end = localtime.minutes(item["starts_at"]), localtime.minutes(item["ends_at"])
        time = self.staff.get(item["staff"], ()) if item["staff"] else self.opening
        if not contains(time, start, end):
            return False
        until = localtime.minutes(item["room_busy_until"], round_up=True)
        return not overlaps(self.shut.get(item["room"], ()), start, until)

    def staff_minutes(self, window: engine.Interval) -> int:
        return sum(_length(time, window) for time in self.staff.values())

    def room_minutes(self, window: engine.Interval) -> int:
        return sum(
            room["places"]
            * _length(engine.subtract(self.opening, self.shut.get(room["id"], ())), window)
            for room in self.rooms
        )


def _coming(location: Location, now: datetime) -> Iterator[dict]:
    return (
        AppointmentItem.objects.filter(
            appointment__location=location,
            appointment__status__in=ACTIVE,
            appointment__starts_at__gte=now,
        )
        .order_by("appointment__starts_at", "appointment__pk", "position")
        .values(
            *("appointment", "appointment__code", "appointment__client__name"),
            *("appointment__starts_at", "staff", "room", "starts_at", "ends_at"),
            "room_busy_until",
        )
    )


def _spans(closures: Iterable[Closure]) -> tuple[engine.Interval, ...]:
    return engine.merge((one.start, one.end) for one in closures)


def _length(time: tuple[engine.Interval, ...], window: engine.Interval) -> int:
    return sum(end - start for start, end in engine.intersect(time, engine.merge([window])))
