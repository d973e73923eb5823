"""The items of the visits that stand on some days of a location."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.contrib.postgres.fields import RangeBoundary
from django.db.models import Exists, OuterRef, QuerySet
from psycopg.types.range import TimestamptzRange

from spa import localtime
from spa.engine import Interval, merge
from spa.models import (
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    Location,
    StaffMember,
    User,
)
from spa.postgres.ranges import TsTzRange


def span_of(item: AppointmentItem) -> Interval:
    return localtime.minutes(item.starts_at), localtime.minutes(item.ends_at, round_up=True)


def busy_span(item: AppointmentItem, until: str) -> Interval:
    """Return how long it occupies; `until` names the field of who or what is kept busy."""
    return (
        localtime.minutes(item.starts_at),
        localtime.minutes(getattr(item, until), round_up=True),
    )


def visits_between(location: Location, first_day: date, last_day: date, user: User) -> QuerySet:
    """Return the visits that start on these local days and exist for `user`."""
    first, last = span_of_days(location, first_day, last_day)
    visible = Appointment.objects.visible_to(user).filter(location=location)
    return visible.starting_between(first, last)


def span_of_days(location: Location, first_day: date, last_day: date) -> tuple[datetime, datetime]:
    """Return the half-open span from the first midnight to the last one, aware."""
    zone = location.tz
    return localtime.day_span(first_day, zone)[0], localtime.day_span(last_day, zone)[1]


def load_items(
    location: Location,
    first_day: date,
    last_day: date,
    user: User,
    *,
    staff: StaffMember | None = None,
) -> list[AppointmentItem]:
    """Return the items of these days' visits in order, all or those of `staff`. One query.

    Each knows `returning`, whether the client was here before, `parts`, how many items its visit
    has, and `in_party`, whether others come with her in these days.
    """
    visits = visits_between(location, first_day, last_day, user)
    if staff is not None:
        visits = visits.filter(
            Exists(AppointmentItem.objects.filter(appointment=OuterRef("pk"), staff=staff))
        )
    first, last = span_of_days(location, first_day, last_day)
    # Where and when is said once more: with this many tables PostgreSQL would not look into
    # `visits` first, and join the whole history.
    found = AppointmentItem.objects.filter(
        appointment__in=visits,
        appointment__location=location,
        appointment__starts_at__gte=first,
        appointment__starts_at__lt=last,
    )
    items = list(_with_returning(found))
    parts = Counter(item.appointment_id for item in items)
    together = Counter(group for _visit, group in {(i.appointment_id, i.group) for i in items})
    for item in items:
        item.parts = parts[item.appointment_id]
        item.in_party = together[item.group] > 1
    return items if staff is None else [item for item in items if item.staff_id == staff.pk]


def busy_of(
    staff: Collection[int], first: datetime, last: datetime
) -> dict[int, tuple[Interval, ...]]:
    """Return what keeps each of these therapists busy, in any house, as the engine sees it.

    By their keys, each in order. One query; none where nobody is asked about.
    """
    # As a range: then the exclusion constraint's index answers, however long the history.
    spans = (
        AppointmentItem.objects.annotate(
            busy=TsTzRange("starts_at", "staff_busy_until", RangeBoundary())
        )
        .filter(
            occupies=True, staff_id__in=staff, busy__overlap=TimestamptzRange(first, last, "[)")
        )
        .values_list("staff_id", "starts_at", "staff_busy_until")
    )
    busy = defaultdict(list)
    for pk, start, until in spans:
        busy[pk].append((localtime.minutes(start), localtime.minutes(until, round_up=True)))
    return {pk: merge(busy[pk]) for pk in staff}


def _with_returning(items: QuerySet) -> QuerySet:
    earlier = Appointment.objects.filter(
        client=OuterRef("appointment__client"),
        status__in=(AppointmentStatus.COMPLETED, AppointmentStatus.IN_SERVICE),
        starts_at__lt=OuterRef("appointment__starts_at"),
    )
    return (
        items.annotate(returning=Exists(earlier))
        .select_related("appointment__client", "service", "room", "staff")
        .order_by("starts_at", "position", "pk")
    )
