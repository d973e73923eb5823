"""The public holidays on which a location is closed: exclusions of the whole house."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from spa import holidays, localtime
from spa.models import AvailabilityExclusion, ExclusionKind, Location
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.schedule.block import BlockInvalid, lock_made_unavailable
from spa.services.schedule.standing import Report
from spa.services.schedule.trial import measured, nothing
from spa.services.transactions import locked_transaction


@locked_transaction
def close_on_holidays(
    *,
    location: Location,
    year: int,
    days: Iterable[date],
    now: datetime,
    actor: Actor,
    confirmed: bool | str = False,
) -> Report:
    """Close `location` on these public holidays of `year`, and open it on the others.

    Holidays that are over stay as they are. Whole days alone are looked at: a holiday that is
    closed in part, or blocked under another name, was somebody's own doing.

    :raises BlockInvalid: a day that is no public holiday of that year
    :raises VisitsLeftOutside: coming visits, and not `confirmed`
    """
    chosen = sorted(set(days))
    earlier = idempotency.claim(
        actor=actor,
        operation="close_on_holidays",
        now=now,
        location=location.pk,
        year=year,
        days=chosen,
    )
    if earlier:
        return nothing(location, now)
    lock_made_unavailable(location, staff=None, room=None)
    list(Location.objects.locked().filter(pk=location.pk))

    known = {one.day: one.name for one in holidays.of_year(year)}
    if not known.keys() >= set(chosen):
        raise BlockInvalid(
            _("Choose among the public holidays of that year."), field="days", reason="no_holiday"
        )
    today = location.today(now=now)
    ahead = {day for day in known if day > today}
    closed = closed_holidays(location, year)
    shut = sorted(ahead & set(chosen) - closed.keys())
    open_again = sorted(ahead & closed.keys() - set(chosen))

    report = measured(
        [location],
        lambda: _write(location, shut, [closed[day] for day in open_again], known),
        since=min([*shut, *open_again], default=today),
        now=now,
        confirmed=confirmed,
    )

    audit.record(
        "HOLIDAYS_CHOSEN",
        subject=f"location:{location.pk}",
        actor=actor,
        now=now,
        year=year,
        closed=[day.isoformat() for day in shut],
        opened=[day.isoformat() for day in open_again],
        visits=len(report.visits),
    )
    idempotency.settle(actor=actor, result=str(location.pk))
    return report


def closed_holidays(location: Location, year: int) -> dict[date, int]:
    """Return the public holidays on which `location` is closed all day, by exclusion. One query."""
    spans = {localtime.day_span(one.day, location.tz): one.day for one in holidays.of_year(year)}
    first, last = min(start for start, _end in spans), max(end for _start, end in spans)
    rows = AvailabilityExclusion.objects.filter(
        location=location,
        staff=None,
        room=None,
        kind=ExclusionKind.HOLIDAY,
        starts_at__gte=first,
        ends_at__lte=last,
    )
    return {
        spans[row.starts_at, row.ends_at]: row.pk
        for row in rows.order_by("pk")
        if (row.starts_at, row.ends_at) in spans
    }


def _write(location: Location, shut: list[date], gone: list[int], names: dict[date, str]) -> None:
    AvailabilityExclusion.objects.filter(pk__in=gone).delete()
    AvailabilityExclusion.objects.bulk_create(
        AvailabilityExclusion(
            location=location,
            kind=ExclusionKind.HOLIDAY,
            note=names[day],
            starts_at=start,
            ends_at=end,
        )
        for day in shut
        for start, end in [localtime.day_span(day, location.tz)]
    )
