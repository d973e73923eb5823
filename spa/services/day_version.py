"""What an open page asks every few seconds: has anything on these days changed?"""

from datetime import date

from django.db.models import Count, Max, Q

from spa.models import AppointmentChange, AvailabilityExclusion, Location


def version(location: Location, day: date, last_day: date | None = None) -> str:
    """Return what `day`, or all days to `last_day`, are at: equal means unchanged.

    Made of the rows of changes and of blocked time, so that no counter has to be locked. Both
    their number and the latest are told, since a change with an older key may be committed
    after a younger one. Two queries.
    """
    days = (day, last_day or day)
    # Who is out is out at every house where she works.
    here = Q(location=location) | Q(staff__availability__location=location)
    blocks = AvailabilityExclusion.objects.filter(here).aggregate(
        number=Count("pk", distinct=True), latest=Max("pk")
    )
    seen = AppointmentChange.objects.filter(
        Q(day__range=days) | Q(left_day__range=days), location=location
    ).aggregate(number=Count("pk"), latest=Max("pk"))
    return "-".join(str(one or 0) for one in (*seen.values(), *blocks.values()))
