"""When a location is open and who works there: hours, shifts, rooms, exclusions, policy.

One query for any number of days; the weekly rules are unrolled here, in the location's zone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from spa import engine, localtime
from spa.models import (
    AvailabilityExclusion,
    ExclusionKind,
    Location,
    OpeningHours,
    Room,
    Service,
    SpaPolicy,
    StaffAvailability,
)

DAY = timedelta(days=1)
_WEEKLY = ("weekday", "from_minute", "to_minute")
_VALID = ("valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Closure:
    """One exclusion within the window, as the engine and the calendar need it."""

    start: int
    end: int
    kind: str
    text: str  # the note that was written, else the kind in the reader's language

    @property
    def exclusion(self) -> engine.Exclusion:
        return engine.Exclusion(self.start, self.end, self.text)


@dataclass(frozen=True, slots=True)
class House:
    """A location's working time between two local days; instants in minutes since the epoch."""

    opening: tuple[engine.Interval, ...]
    shifts: dict[int, tuple[engine.Interval, ...]]  # by staff member, all who work here
    rooms: tuple[dict, ...]  # id, kind, places, shared, name
    closures: tuple[Closure, ...]  # of the whole location
    staff_closures: dict[int, tuple[Closure, ...]]
    room_closures: dict[int, tuple[Closure, ...]]
    policy: dict[str, int]
    sellable: int  # minutes of the shortest service on offer: a shorter gap sells nothing


def load(location: Location, first_day: date, last_day: date) -> House:
    """Load what is open on these local days and the nights around them. One query."""
    row = _row(location, first_day - DAY, last_day + DAY)
    dates = list(localtime.days(first_day - DAY, last_day + DAY))
    zone = location.tz
    weekly = defaultdict(list)
    for shift in row["shifts"]:
        weekly[shift["staff_id"]].append(shift)
    closures = defaultdict(list)
    for exclusion in row["all_exclusions"]:
        closures[exclusion["staff_id"], exclusion["room_id"]] += _closures(exclusion, dates, zone)
    return House(
        opening=engine.merge(_unroll(row["opening"], dates, zone)),
        shifts={pk: engine.merge(_unroll(rows, dates, zone)) for pk, rows in weekly.items()},
        rooms=tuple(row["all_rooms"]),
        closures=_sorted(closures.pop((None, None), ())),
        staff_closures={s: _sorted(found) for (s, _r), found in closures.items() if s},
        room_closures={r: _sorted(found) for (_s, r), found in closures.items() if r},
        policy=row["policy"],
        sellable=row["sellable"] or 30,
    )


def _row(location: Location, first: date, last: date) -> dict:
    here = {"location": OuterRef("pk")}
    in_force = Q(valid_from__lte=last) & (Q(valid_until__isnull=True) | Q(valid_until__gte=first))
    start, end = localtime.day_span(first, location.tz)[0], localtime.day_span(last, location.tz)[1]
    dated = Q(starts_at__lt=end, ends_at__gt=start)
    return (
        Location.objects.filter(pk=location.pk)
        .annotate(
            opening=_json(OpeningHours.objects.filter(**here), *_WEEKLY),
            shifts=_json(
                StaffAvailability.objects.filter(in_force, staff__is_active=True, **here),
                *("staff_id", *_WEEKLY, *_VALID),
            ),
            all_rooms=_json(
                Room.objects.active().filter(**here), "id", "kind_id", "places", "shared", "name"
            ),
            all_exclusions=_json(
                AvailabilityExclusion.objects.filter(
                    dated | Q(weekday__isnull=False) & in_force,
                    # Who is out is out everywhere, wherever that was written down.
                    Q(**here) | Q(staff__in=_who_works_there(OuterRef(OuterRef("pk")))),
                ),
                *("staff_id", "room_id", "kind", "note", "starts_at", "ends_at"),
                *(*_WEEKLY, *_VALID),
            ),
            policy=Subquery(
                SpaPolicy.objects.values(
                    row=JSONObject(**{field.name: field.name for field in SpaPolicy._meta.fields})
                )[:1]
            ),
            sellable=Subquery(
                Service.objects.offered()
                .order_by("duration_minutes")
                .values("duration_minutes")[:1]
            ),
        )
        .values(
            *("opening", "shifts", "all_rooms", "all_exclusions", "policy", "sellable"),
        )
        .get()
    )


def _who_works_there(location: OuterRef) -> QuerySet:
    return StaffAvailability.objects.filter(location=location).values("staff")


def _json(rows: QuerySet, *fields: str) -> ArraySubquery:
    return ArraySubquery(rows.order_by("pk").values(row=JSONObject(**{f: f for f in fields})))


def _unroll(rows: Iterable[dict], dates: list[date], zone) -> list[engine.Interval]:
    """Return the intervals of weekly rows on these dates, in no order."""
    return [
        (
            localtime.instant(day, row["from_minute"], zone),
            localtime.instant(day, row["to_minute"], zone),
        )
        for day in dates
        for row in rows
        if row["weekday"] == day.isoweekday() and _in_force(row, day)
    ]


def _in_force(row: dict, day: date) -> bool:
    """Compare as ISO text, which is how JSON brings dates and sorts as they do."""
    valid_from, valid_until = row.get("valid_from"), row.get("valid_until")
    on = day.isoformat()
    return (valid_from is None or valid_from <= on) and (valid_until is None or on <= valid_until)


def _closures(row: dict, dates: list[date], zone) -> list[Closure]:
    text = row["note"] or str(ExclusionKind(row["kind"]).label)
    if row["weekday"] is None:
        spans = [
            (
                localtime.minutes(datetime.fromisoformat(row["starts_at"])),
                localtime.minutes(datetime.fromisoformat(row["ends_at"]), round_up=True),
            )
        ]
    else:
        spans = _unroll([row], dates, zone)
    return [Closure(start, end, row["kind"], text) for start, end in spans]


def _sorted(closures: Iterable[Closure]) -> tuple[Closure, ...]:
    return tuple(sorted(closures, key=lambda closure: (closure.start, closure.end, closure.text)))
