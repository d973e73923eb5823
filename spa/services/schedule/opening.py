"""When a location is open: windows for each weekday (rule book §4)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from spa.errors import Stale
from spa.models import Location, OpeningHours
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.schedule.block import lock_made_unavailable
from spa.services.schedule.standing import Report
from spa.services.schedule.trial import measured, nothing
from spa.services.schedule.weekly import Hours, hours_of, merged, plain, version_of
from spa.services.transactions import locked_transaction


@locked_transaction
def set_opening(
    *,
    location: Location,
    hours: Iterable[Hours],
    version: str | None = None,
    now: datetime,
    actor: Actor,
    confirmed: bool | str = False,
) -> Report:
    """Have `location` open at these hours, from now on; past days are drawn with them too.

    :raises ScheduleInvalid: a window past midnight
    :raises BlocksOverlap: two windows that share a minute
    :raises Stale: the hours are not those of which `version` was made
    :raises VisitsLeftOutside: coming visits, and not `confirmed`
    """
    hours = sorted(hours)
    earlier = idempotency.claim(
        actor=actor,
        operation="set_opening",
        now=now,
        location=location.pk,
        hours=list(map(plain, hours)),
    )
    if earlier:
        return nothing(location, now)
    lock_made_unavailable(location, staff=None, room=None)
    # A house that has nobody yet is changed by one at a time as well.
    list(Location.objects.locked().filter(pk=location.pk))

    rows = OpeningHours.objects.filter(location=location)
    if version is not None and version != version_of(rows):
        raise Stale
    wanted = merged(hours)

    report = measured([location], lambda: _write(wanted, location), now=now, confirmed=confirmed)

    audit.record(
        "OPENING_HOURS_CHANGED",
        subject=f"location:{location.pk}",
        actor=actor,
        now=now,
        visits=len(report.visits),
        minutes=report.staff.gained,
    )
    idempotency.settle(actor=actor, result=str(location.pk))
    return report


def opening_of(location: Location) -> tuple[Hours, ...]:
    """Return the hours as a week. One query."""
    return hours_of(OpeningHours.objects.filter(location=location))


def _write(wanted: Sequence[Hours], location: Location) -> None:
    OpeningHours.objects.filter(location=location).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(
            location=location,
            weekday=one.weekday,
            from_minute=one.from_minute,
            to_minute=one.to_minute,
        )
        for one in wanted
    )
