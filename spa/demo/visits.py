"""The demo's visits: written in bulk, led on by the clock, and legal all the same."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet

from spa import localtime
from spa.demo import plans
from spa.demo.board import Board
from spa.demo.diary import Diary
from spa.demo.life import Step, due
from spa.demo.stories import ORIGIN, Story, write_on
from spa.models import (
    Action,
    Appointment,
    AppointmentChange,
    AppointmentItem,
    AppointmentStatus,
    Location,
)

S = AppointmentStatus


def fill(now: datetime, *, back: int, ahead: int) -> int:
    """Write what has been booked since the last start, up to `ahead` days from now.

    Into an empty spa: all that was booked up to now, from `back` days ago.
    """
    location = Location.objects.order_by("position", "pk").first()
    today = location.today(now=now)
    until = _ours().aggregate(last=Max("at"))["last"]
    first = today - timedelta(days=back)
    horizon = first - timedelta(days=1)
    if until:
        first = max(first, location.today(now=until))
        horizon = location.today(now=until) + timedelta(days=ahead)
    last = today + timedelta(days=ahead)
    diary = Diary(first, last, now)

    for day in localtime.days(first, last):

        def wanted(life: list[Step], day: date = day) -> bool:
            # It turns up in the calendar where it will stay: once it has been moved there.
            at = max(s.at for s in life if s.action in (Action.BOOK, Action.MOVE))
            return at <= now and (until is None or day > horizon or at > until)

        for number, site in enumerate(diary.sites):
            laid = plans.lay(site, Board(), day)
            diary.add(site, laid, diary.guests.of(day, number, 0), wanted)
    return diary.write()


def advance(now: datetime) -> int:
    """Lead on what is under way, close what is over; return how many visits that were."""
    stories = []
    for story in open_stories():
        visit = story.visit
        zone = visit.location.tz
        for step in due(visit, zone, now):
            story.take(step)
        if story.changes:
            stories.append(story)
    write_on(stories)
    return len(stories)


def open_stories(**which: object) -> Iterator[Story]:
    """Yield the demo's visits that are not over, by their start; locked."""
    visits = list(
        untouched()
        .filter(status__in=(S.CONFIRMED, S.ARRIVED, S.IN_SERVICE), **which)
        .select_related("location")
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    items = defaultdict(list)
    for item in AppointmentItem.objects.filter(appointment__in=visits).order_by("position"):
        items[item.appointment_id].append(item)
    for visit in sorted(visits, key=lambda visit: (visit.starts_at, visit.pk)):
        yield Story(visit, items[visit.pk])


def untouched() -> QuerySet[Appointment]:
    """Return the visits on which nobody but the demo has ever acted."""
    acted = AppointmentChange.objects.filter(appointment=OuterRef("pk")).exclude(origin=ORIGIN)
    return Appointment.objects.filter(~Exists(acted))


def _ours() -> QuerySet[AppointmentChange]:
    return AppointmentChange.objects.filter(origin=ORIGIN)
