"""Who works when at a location, and what is taken away from them: for whoever plans it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from spa.models import (
    AvailabilityExclusion,
    Location,
    Room,
    StaffAvailability,
    StaffMember,
    Weekday,
)
from spa.services.schedule.weekly import DAY, Hours, in_force


@dataclass(frozen=True, slots=True)
class Worker:
    """A therapist's week as it is on a day, and the next day on which it changes."""

    staff: StaffMember
    hours: tuple[Hours, ...]
    changes_on: date | None

    @property
    def minutes(self) -> int:
        return sum(one.to_minute - one.from_minute for one in self.hours)

    @property
    def days(self) -> list[tuple[Hours, ...]]:
        return days_of(self.hours)


def days_of(hours: Iterable[Hours]) -> list[tuple[Hours, ...]]:
    """Return the hours of Monday to Sunday, each in order."""
    by_day = defaultdict(list)
    for one in sorted(hours):
        by_day[one.weekday].append(one)
    return [tuple(by_day[weekday]) for weekday in Weekday.values]


def workers(location: Location, *, today: date) -> list[Worker]:
    """Return everybody active who works or worked here, with this week's hours. Two queries."""
    rows = defaultdict(list)
    for row in in_force(StaffAvailability.objects.filter(location=location), today):
        rows[row.staff_id].append(row)
    members = StaffMember.objects.active().working_at(location).order_by("position", "pk")
    return [_worker(member, rows[member.pk], today) for member in members]


def rooms(location: Location, *, now: datetime) -> QuerySet[Room]:
    """Return the rooms, each with the number of its coming `exclusions_ahead`. One query."""
    ahead = _ahead("exclusions__", location.today(now=now), now)
    return (
        Room.objects.active()
        .filter(location=location)
        .select_related("kind")
        .annotate(exclusions_ahead=Count("exclusions", filter=ahead))
        .order_by("position", "pk")
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """Time taken away: one exclusion on dates, or what is the same on several weekdays."""

    exclusion: AvailabilityExclusion
    weekdays: tuple[int, ...]
    pks: tuple[int, ...]


def taken(
    location: Location,
    *,
    staff: StaffMember | None = None,
    room: Room | None = None,
    now: datetime,
) -> list[Taken]:
    """Return what is not over of a person's, a room's, or the whole location's exclusions.

    Weekly ones first, then by date. One query.
    """
    rows = AvailabilityExclusion.objects.filter(
        _ahead("", location.today(now=now), now), location=location, staff=staff, room=room
    )
    groups = defaultdict(list)
    for row in rows.order_by("starts_at", "weekday", "pk"):
        weekly = (row.from_minute, row.to_minute, row.valid_from, row.valid_until)
        groups[(row.kind, row.note, weekly) if row.weekday else row.pk].append(row)
    every_week = [group for group in groups.values() if group[0].weekday]
    dated = [group for group in groups.values() if not group[0].weekday]
    return [
        Taken(
            group[0],
            tuple(sorted({row.weekday for row in group if row.weekday})),
            tuple(row.pk for row in group),
        )
        for group in (*every_week, *dated)
    ]


def _ahead(path: str, today: date, now: datetime) -> Q:
    lasting = Q(**{f"{path}valid_until__isnull": True}) | Q(**{f"{path}valid_until__gte": today})
    return Q(**{f"{path}ends_at__gt": now}) | Q(**{f"{path}weekday__isnull": False}) & lasting


def _worker(member: StaffMember, rows: list[StaffAvailability], today: date) -> Worker:
    hours = [
        Hours(row.weekday, row.from_minute, row.to_minute)
        for row in rows
        if row.valid_from <= today
    ]
    edges = {row.valid_from for row in rows} | {
        row.valid_until + DAY for row in rows if row.valid_until
    }
    return Worker(
        member, tuple(sorted(hours)), min((day for day in edges if day > today), default=None)
    )
