"""Who is expected, here, being treated and done: a day as the front desk sees it.

Reads and never decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Exists, OuterRef, Prefetch

from spa import localtime
from spa.models import (
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    Location,
    SpaPolicy,
    User,
)

S = AppointmentStatus
COMING = (S.PENDING_PAYMENT, S.CONFIRMED)
SHOWN = (*COMING, S.ARRIVED, S.IN_SERVICE, S.COMPLETED)
AHEAD = timedelta(hours=2)  # who comes later than that is not yet expected
LONG_WAIT = timedelta(minutes=10)
LATEST_DONE = 6
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tick:
    """One visit on the board, with what time makes of it."""

    visit: Appointment
    items: tuple[AppointmentItem, ...]
    now: datetime
    late_minutes: int  # from how many minutes after the start on somebody is late

    @property
    def counted_from(self) -> datetime:
        """The moment that its timer counts to, or from."""
        if self.visit.status == S.ARRIVED:
            return self.visit.arrived_at
        if self.visit.is_finished:
            return self.visit.finished_at
        if self.visit.status == S.IN_SERVICE:
            return self.visit.ends_at
        return self.visit.starts_at

    @property
    def minutes(self) -> int:
        """Whole minutes since then; less than 0: until then."""
        return localtime.minutes(self.now) - localtime.minutes(self.counted_from)

    @property
    def minutes_left(self) -> int:
        return -self.minutes

    @property
    def alarm_minutes(self) -> int:
        """From how many minutes on the timer raises an alarm."""
        if self.visit.status == S.ARRIVED or self.visit.is_finished:
            return int(LONG_WAIT.total_seconds() // 60) + 1
        return self.late_minutes if self.visit.status in COMING else 1

    @property
    def is_alarming(self) -> bool:
        """Late, waiting for long, or over its planned end."""
        return self.minutes >= self.alarm_minutes

    @property
    def percent(self) -> int:
        """How much of the treatment's planned time has gone by, 0 to 100."""
        planned = (self.visit.ends_at - self.visit.started_at).total_seconds()
        gone = (self.now - self.visit.started_at).total_seconds()
        return max(0, min(100, round(gone * 100 / planned))) if planned > 0 else 100

    @property
    def is_first_visit(self) -> bool:
        return not self.visit.returning

    @property
    def is_vip(self) -> bool:
        return self.visit.client.is_vip(on=self.visit.location.today(now=self.now))

    @property
    def alarm_at(self) -> datetime:
        return localtime.moment(localtime.minutes(self.counted_from) + self.alarm_minutes)

    @property
    def steps(self) -> list[list[str]]:
        """The services in order; those that run side by side are one step."""
        return [
            [item.service.name for item in group]
            for _start, group in groupby(self.items, key=lambda item: item.starts_at)
        ]

    @property
    def therapists(self) -> list[str]:
        """Their first names, each once, in order."""
        return list(dict.fromkeys(item.staff.first_name for item in self.items if item.staff))

    @property
    def rooms(self) -> list[str]:
        return list(dict.fromkeys(item.room.name for item in self.items if item.room))


@dataclass(frozen=True, slots=True)
class Board:
    """The lanes, the most urgent first in each."""

    location: Location
    now: datetime
    expected: tuple[Tick, ...]
    arrived: tuple[Tick, ...]
    in_service: tuple[Tick, ...]
    unpaid: tuple[Tick, ...]  # treated, and not paid yet
    done: tuple[Tick, ...]  # the latest of them
    done_count: int
    changes_at: datetime  # when time alone will change a lane or raise an alarm

    @property
    def unpaid_cents(self) -> int:
        return sum(tick.visit.balance_cents for tick in self.unpaid)

    @property
    def done_before(self) -> int:
        return self.done_count - len(self.done)


def load(*, location: Location, user: User, now: datetime) -> Board:
    """Return the board of the day it is; a visit that began before midnight is on it too.

    Three queries, however many visits.
    """
    late_minutes = SpaPolicy.current().late_minutes
    visits = _visits(location, user, now)
    ticks = [Tick(visit, tuple(visit.items.all()), now, late_minutes) for visit in visits]
    coming = [tick for tick in ticks if tick.visit.status in COMING]
    done = [tick for tick in ticks if tick.visit.status == S.COMPLETED]
    done.sort(key=lambda tick: tick.visit.closed_at, reverse=True)
    return Board(
        location=location,
        now=now,
        expected=tuple(tick for tick in coming if tick.visit.starts_at <= now + AHEAD),
        arrived=_longest_first(ticks, S.ARRIVED),
        in_service=_longest_first(
            (tick for tick in ticks if not tick.visit.is_finished), S.IN_SERVICE
        ),
        unpaid=_longest_first((tick for tick in ticks if tick.visit.is_finished), S.IN_SERVICE),
        done=tuple(done[:LATEST_DONE]),
        done_count=len(done),
        changes_at=_changes_at(ticks, coming, location, now),
    )


def days_of(location: Location, now: datetime) -> tuple[date, date]:
    """Return the first and last local day of which the board shows visits."""
    today = location.today(now=now)
    return today - DAY, today


def _visits(location: Location, user: User, now: datetime) -> list[Appointment]:
    """Return the day's visits by their start, with what is told of each. Two queries."""
    first, last = localtime.day_span(location.today(now=now), location.tz)
    earlier = Appointment.objects.filter(
        client=OuterRef("client"),
        status__in=(S.COMPLETED, S.IN_SERVICE),
        starts_at__lt=OuterRef("starts_at"),
    )
    items = AppointmentItem.objects.select_related("service", "staff", "room").order_by("position")
    visits = (
        Appointment.objects.visible_to(user)
        .filter(location=location, status__in=SHOWN, ends_at__gt=first)
        .starting_between(first - DAY, last)
        .annotate(returning=Exists(earlier))
        .select_related("client")
        .prefetch_related(Prefetch("items", queryset=items))
        .order_by("starts_at", "pk")
    )
    found = list(visits)
    for visit in found:
        visit.location = location
    return found


def _longest_first(ticks: Iterable[Tick], status: str) -> tuple[Tick, ...]:
    of_lane = (tick for tick in ticks if tick.visit.status == status)
    return tuple(sorted(of_lane, key=lambda tick: tick.counted_from))


def _changes_at(
    ticks: Iterable[Tick], coming: Iterable[Tick], location: Location, now: datetime
) -> datetime:
    """Return the next moment at which somebody is expected or alarming, or midnight."""
    moments = [tick.visit.starts_at - AHEAD for tick in coming]
    moments += [tick.alarm_at for tick in ticks if tick.visit.status != S.COMPLETED]
    midnight = localtime.day_span(location.today(now=now), location.tz)[1]
    return min([midnight, *(moment for moment in moments if moment > now)])
