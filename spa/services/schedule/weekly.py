"""The weekly blocks in which somebody works at a location (rule book §4, `SRV-002`)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from spa import engine
from spa.errors import RuleBroken, Stale
from spa.models import Location, StaffAvailability, StaffMember, Weekday
from spa.models.schedule import MINUTES_PER_DAY, clock_of
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.schedule.standing import FURTHEST, Report
from spa.services.schedule.trial import measured, nothing
from spa.services.transactions import locked_transaction

DAY = timedelta(days=1)
MOST_A_DAY = 8


class ScheduleInvalid(RuleBroken):
    """Working hours cannot be like this: `facts` name `field`, `reason`, perhaps `weekday`."""

    def __init__(self, detail: str, *, field: str, reason: str, **facts: object) -> None:
        super().__init__(detail, field=field, reason=reason, **facts)


class BlocksOverlap(ScheduleInvalid):
    """Two blocks of one person, or two windows of one location, share a minute."""

    internal_code = "SRV-002"


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """Local minutes of one ISO weekday, to ≤ 1440."""

    weekday: int
    from_minute: int
    to_minute: int

    def __str__(self) -> str:
        day = Weekday(self.weekday).label
        return f"{day} {clock_of(self.from_minute)}–{clock_of(self.to_minute)}"


@locked_transaction
def set_week(
    *,
    location: Location,
    staff: StaffMember,
    hours: Iterable[Hours],
    valid_from: date,
    version: str | None = None,
    now: datetime,
    actor: Actor,
    confirmed: bool | str = False,
) -> Report:
    """Have `staff` work these hours at `location` from `valid_from` on, until changed again.

    Replaces whatever was planned from that day on; the days before keep their hours. Hours
    that touch count as one. Who is booking her at this moment is waited for.

    :raises ScheduleInvalid: a day that is past or far, work past midnight, a stranger
    :raises BlocksOverlap: with one another, or with her hours at another location
    :raises Stale: her hours are not those of which `version` was made
    :raises VisitsLeftOutside: coming visits, and not `confirmed`
    """
    hours = sorted(hours)
    earlier = idempotency.claim(
        actor=actor,
        operation="set_week",
        now=now,
        location=location.pk,
        staff=staff.pk,
        hours=list(map(plain, hours)),
        valid_from=valid_from,
    )
    if earlier:
        return nothing(location, now)
    list(StaffMember.objects.locked().filter(pk=staff.pk))

    _refuse_stranger(location, staff)
    refuse_day(valid_from, today=location.today(now=now))
    if version is not None and version != version_of(staff.availability.filter(location=location)):
        raise Stale
    wanted = merged(hours)
    _refuse_elsewhere(wanted, staff, location, valid_from)

    report = measured(
        [location],
        lambda: _write(wanted, staff, location, valid_from),
        since=valid_from,
        now=now,
        confirmed=confirmed,
    )

    audit.record(
        "SCHEDULE_CHANGED",
        subject=f"staff:{staff.pk}",
        actor=actor,
        now=now,
        location=location.pk,
        valid_from=valid_from.isoformat(),
        visits=len(report.visits),
        minutes=report.staff.gained,
    )
    idempotency.settle(actor=actor, result=str(staff.pk))
    return report


def week_of(staff: StaffMember, location: Location, day: date) -> tuple[Hours, ...]:
    """Return the hours that are in force on `day`, as a week. One query."""
    rows = in_force(StaffAvailability.objects.filter(staff=staff, location=location), day)
    return hours_of(rows.filter(valid_from__lte=day))


def hours_of(rows: QuerySet) -> tuple[Hours, ...]:
    names = ("weekday", "from_minute", "to_minute")
    return tuple(sorted(Hours(*row) for row in rows.values_list(*names)))


def version_of(rows: QuerySet) -> str:
    """Return a mark that changes whenever one of the rows does. One query."""
    text = repr(list(rows.order_by("pk").values_list()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def merged(hours: Sequence[Hours]) -> tuple[Hours, ...]:
    """Return the hours in order, those that touch as one.

    :raises ScheduleInvalid: one that does not end after its start on the same day, or too many
    :raises BlocksOverlap: two that share a minute
    """
    joined: list[Hours] = []
    for weekday, of_day in groupby(sorted(hours), key=lambda one: one.weekday):
        spans = list(of_day)
        if len(spans) > MOST_A_DAY:
            raise ScheduleInvalid(
                _("Write at most %(most)s blocks for one day.") % {"most": MOST_A_DAY},
                field="hours",
                reason="too_many",
                weekday=weekday,
            )
        for span in spans:
            _refuse_span(span)
        for one, other in pairwise(spans):
            if other.from_minute < one.to_minute:
                raise BlocksOverlap(
                    _("%(one)s and %(other)s overlap. Change one of them.")
                    % {"one": one, "other": other},
                    field="hours",
                    reason="overlap",
                    weekday=weekday,
                )
        whole = engine.merge((span.from_minute, span.to_minute) for span in spans)
        joined += [Hours(weekday, start, end) for start, end in whole]
    return tuple(joined)


def refuse_day(day: date, *, today: date) -> None:
    if day < today:
        raise ScheduleInvalid(
            _("That day is over. Choose today or a later day."), field="valid_from", reason="past"
        )
    if day - today > FURTHEST:
        raise ScheduleInvalid(
            _("Choose a day within %(days)s days. Check the year.") % {"days": FURTHEST.days},
            field="valid_from",
            reason="too_far",
        )


def _refuse_span(span: Hours) -> None:
    if span.to_minute > MINUTES_PER_DAY or span.to_minute <= span.from_minute:
        raise ScheduleInvalid(
            _("A block ends after its start and by 24:00. Write what follows on the next day."),
            field="hours",
            reason="past_midnight",
            weekday=span.weekday,
        )


def _refuse_stranger(location: Location, staff: StaffMember) -> None:
    if not StaffMember.objects.working_at(location).filter(pk=staff.pk).exists():
        raise ScheduleInvalid(
            _("That person does not work at this location. Choose somebody who does."),
            field="staff",
            reason="other_location",
        )


def _refuse_elsewhere(
    wanted: Sequence[Hours], staff: StaffMember, location: Location, day: date
) -> None:
    rows = StaffAvailability.objects.filter(staff=staff).exclude(location=location)
    for row in in_force(rows, day).select_related("location").order_by("weekday", "from_minute"):
        for span in wanted:
            if (
                span.weekday == row.weekday
                and row.from_minute < span.to_minute
                and span.from_minute < row.to_minute
            ):
                raise BlocksOverlap(
                    _("%(name)s works at %(location)s then: %(hours)s. Change one of them.")
                    % {
                        "name": staff.name,
                        "location": row.location.name,
                        "hours": Hours(row.weekday, row.from_minute, row.to_minute),
                    },
                    field="hours",
                    reason="elsewhere",
                    weekday=span.weekday,
                )


def _write(wanted: Sequence[Hours], staff: StaffMember, location: Location, day: date) -> None:
    """Close what was in force, forget what was planned, and write what is wanted."""
    rows = in_force(StaffAvailability.objects.filter(staff=staff, location=location), day)
    lasting = rows.filter(valid_from__lte=day, valid_until__isnull=True)
    kept = {
        Hours(row.weekday, row.from_minute, row.to_minute): row.pk
        for row in lasting
        if Hours(row.weekday, row.from_minute, row.to_minute) in wanted
    }
    others = rows.exclude(pk__in=kept.values())
    others.filter(valid_from__gte=day).delete()
    others.filter(valid_from__lt=day).update(valid_until=day - DAY)
    StaffAvailability.objects.bulk_create(
        StaffAvailability(
            staff=staff,
            location=location,
            weekday=one.weekday,
            from_minute=one.from_minute,
            to_minute=one.to_minute,
            valid_from=day,
        )
        for one in wanted
        if one not in kept
    )


def in_force(rows: QuerySet, day: date) -> QuerySet:
    """Return those that are valid on `day` or on a later one."""
    return rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day))


def plain(hours: Hours) -> tuple[int, int, int]:
    return (hours.weekday, hours.from_minute, hours.to_minute)
