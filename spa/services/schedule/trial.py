"""What a change of schedule would do: made, measured, and taken back (rule book §4)."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import reduce
from operator import add

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken
from spa.models import Location, StaffMember
from spa.services.audit import Actor
from spa.services.schedule.standing import Change, Report, Standing
from spa.services.transactions import locked_transaction


class VisitsLeftOutside(RuleBroken):
    """The change was not confirmed, and leaves visits outside: `report` says which."""

    default_detail = _("Coming visits would be left outside. Look at them, then confirm.")

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(None, field="confirmed", reason="visits_left_outside")


@locked_transaction
def trial(change: Callable[..., Report], *, actor: Actor, **arguments: object) -> Report:
    """Return what `change` would report, and leave everything as it is.

    Takes the locks of the change, for as long as that takes.

    :raises BusinessLogicError: whatever `change` itself refuses
    """
    # The request is kept for the change itself.
    arguments["actor"] = replace(actor, request_id=None)
    report = change(**arguments | {"confirmed": True})
    transaction.set_rollback(True)
    return report


def measured(
    locations: Iterable[Location],
    write: Callable[[], object],
    *,
    since: date | None = None,
    now: datetime,
    confirmed: bool | str,
) -> Report:
    """Write, and report what that changed at these locations; three queries for each.

    `confirmed` is the `seal` of a report that was seen, so that a visit booked since then is
    seen too; True confirms whatever it is.

    :raises VisitsLeftOutside: there are such visits, and the change is not confirmed
    """
    standings = [Standing(location, since=since, now=now) for location in locations]
    write()
    report = reduce(add, (standing.report() for standing in standings))
    if report.visits and confirmed is not True and confirmed != report.seal:
        raise VisitsLeftOutside(report)
    return report


def nothing(location: Location, now: datetime) -> Report:
    """Return the report of a request that was carried out before."""
    return Report((), Change(0, 0), Change(0, 0), location.today(now=now))


def where(location: Location, staff: StaffMember | None) -> list[Location]:
    """Return whom a closure concerns: who is out is out everywhere she works."""
    if staff is None:
        return [location]
    works = Location.objects.filter(availability__staff=staff).exclude(pk=location.pk)
    return [location, *works.distinct().order_by("pk")]
