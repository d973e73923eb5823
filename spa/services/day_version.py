"""What an open page asks every few seconds: has anything on these days changed?"""

from datetime import date

from django.db.models import Count, Max, Q, QuerySet, Value

from spa import localtime
from spa.models import (
    Appointment,
    AppointmentChange,
    AvailabilityExclusion,
    ClientChange,
    Location,
    StaffAvailability,
)


def version(location: Location, day: date, last_day: date | None = None) -> str:
    """Return what `day`, or all days to `last_day`, are at: equal means unchanged.

    Made of the rows of changes, of these days' clients too, and of blocked time, so that no
    counter has to be locked. Both their number and the latest are told, since a change with an
    older key may be committed after a younger one. One query.
    """
    last_day = last_day or day
    # Who is out, or has a visit, is so at every house where she works.
    blocks = AvailabilityExclusion.objects.filter(
        Q(location=location) | Q(staff__availability__location=location)
    )
    changes = AppointmentChange.objects.filter(
        Q(day__range=(day, last_day)) | Q(left_day__range=(day, last_day)),
        Q(location=location) | Q(location__in=_sharing_staff_with(location)),
    )
    tz = location.tz
    visits = Appointment.objects.filter(location=location).starting_between(
        localtime.day_span(day, tz)[0], localtime.day_span(last_day, tz)[1]
    )
    of_clients = ClientChange.objects.filter(client__in=visits.values("client"))
    first, *others = (_counted(rows) for rows in (changes, blocks, of_clients))
    told = sorted(first.union(*others, all=True))
    return "-".join(f"{number}.{latest or 0}" for _table, number, latest in told)


def _sharing_staff_with(location: Location) -> QuerySet:
    return StaffAvailability.objects.filter(staff__availability__location=location).values(
        "location"
    )


def _counted(rows: QuerySet) -> QuerySet:
    table = Value(rows.model._meta.db_table)
    return rows.values_list(table).annotate(number=Count("pk", distinct=True), latest=Max("pk"))
