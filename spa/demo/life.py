"""What becomes of a demo visit, and when: read off its `group`, so that no column is needed.

The same visit has the same life at every start, whatever the clock says: what is due by now is
written, what is still ahead waits for the next start.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from spa import localtime
from spa.models import Action, Appointment, AppointmentStatus

S = AppointmentStatus
# Booked how many days ahead: up to this share of all visits, so many at least and at most.
LEADS = (
    (0.12, 0, 0),
    (0.28, 1, 1),
    (0.46, 2, 3),
    (0.64, 4, 6),
    (0.78, 7, 13),
    (0.88, 14, 29),
    (1.00, 30, 45),
)
TREATMENT = (Action.CHECK_IN, Action.START, Action.FINISH, Action.CHARGE, Action.COMPLETE)
DONE = {S.CONFIRMED: 0, S.ARRIVED: 1, S.IN_SERVICE: 2}


def steps_done(visit: Appointment) -> int:
    """Return how many of the steps of a treatment a visit has behind it."""
    return 3 if visit.is_finished else DONE[S(visit.status)]


class Fate(Enum):
    TREATED = "treated"
    MOVED = "moved"  # and treated in the end
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Step:
    action: Action
    at: datetime
    reason: str = ""
    shift: timedelta = timedelta()  # of a move: from where the visit stood before


def fate_of(group: UUID) -> Fate:
    share = group.int % 100
    if share < 9:
        return Fate.MOVED
    if share < 13:
        return Fate.NO_SHOW
    return Fate.CANCELLED if share < 20 else Fate.TREATED


def lead_days(group: UUID) -> int:
    """Return how many days ahead the visit is booked; 0 is a walk-in."""
    return _lead(group, random.Random(group.int))


def group_with(chance: random.Random, fits: Callable[[UUID], bool]) -> UUID:
    """Draw groups until one has the life that is asked for."""
    while not fits(group := UUID(int=chance.getrandbits(128), version=4)):
        pass
    return group


def steps(group: UUID, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> list[Step]:
    """Return the visit's life from its booking on; `starts_at` is where it ends up."""
    fate = fate_of(group)
    beginning = list(_before(group, starts_at, zone))
    if fate is Fate.CANCELLED:
        return beginning
    if fate is Fate.NO_SHOW:
        return [*beginning, _no_show(group, starts_at)]
    return [*beginning, *treated(group, starts_at, ends_at)]


def due(visit: Appointment, zone: ZoneInfo, now: datetime) -> list[Step]:
    """Return what has happened to a visit by `now` and is not written."""
    group, starts_at, ends_at = visit.group, visit.starts_at, visit.ends_at
    if visit.status == S.CONFIRMED and fate_of(group) in (Fate.CANCELLED, Fate.NO_SHOW):
        rest = steps(group, starts_at, ends_at, zone)[-1:]
    else:
        rest = list(treated(group, starts_at, ends_at))[steps_done(visit) :]
    return [step for step in rest if step.at <= now]


def treated(group: UUID, starts_at: datetime, ends_at: datetime) -> Iterator[Step]:
    """Yield arrival, start, finish, and some minutes later payment and completion at once."""
    chance = random.Random(group.int + 1)
    early, late, over = chance.randint(4, 25), chance.randint(0, 3), chance.randint(-4, 2)
    till = over + chance.randint(3, 12)
    moments = (
        starts_at - timedelta(minutes=early),
        starts_at + timedelta(minutes=late),
        ends_at + timedelta(minutes=over),
        ends_at + timedelta(minutes=till),
        ends_at + timedelta(minutes=till),
    )
    for action, at in zip(TREATMENT, moments, strict=True):
        yield Step(action, at)


def _before(group: UUID, starts_at: datetime, zone: ZoneInfo) -> Iterator[Step]:
    """Yield what happens before the day, or instead of it."""
    fate, chance = fate_of(group), random.Random(group.int)
    lead = _lead(group, chance)
    local = starts_at.astimezone(zone)

    def office(days_before: int) -> datetime:
        day = local.date() - timedelta(days=days_before)
        return localtime.moment(localtime.instant(day, chance.randint(8 * 60, 19 * 60), zone))

    if lead == 0 and local.hour >= 9:
        yield Step(Action.BOOK, starts_at - timedelta(minutes=chance.randint(40, 90)))
    else:
        yield Step(Action.BOOK, office(max(1, lead)))
    if fate is Fate.MOVED:
        moved_at = office(chance.randint(3, lead - 1))
        reason = "client" if chance.random() < 0.8 else "spa"
        shift = timedelta(days=chance.choice((7, 7, 14, 1)))
        yield Step(Action.MOVE, moved_at, reason, shift)
    if fate is Fate.CANCELLED:
        if local.hour >= 13 and chance.random() < 0.3:
            at = starts_at - timedelta(minutes=chance.randint(150, 300))
        else:
            at = office(1)
        yield Step(Action.CANCEL, at, "client" if chance.random() < 0.8 else "spa")


def _no_show(group: UUID, starts_at: datetime) -> Step:
    late = random.Random(group.int + 1).randint(16, 24)
    return Step(Action.NO_SHOW, starts_at + timedelta(minutes=late))


def _lead(group: UUID, chance: random.Random) -> int:
    share, fate = chance.random(), fate_of(group)
    least, most = next((low, high) for limit, low, high in LEADS if share <= limit)
    lead = chance.randint(least, most)
    if fate is Fate.MOVED:
        return max(lead, 5)
    return max(lead, 2) if fate is Fate.CANCELLED else lead
