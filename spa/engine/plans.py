"""What the search answers."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from .facts import Busy, Facts, PlaceBusy


@dataclass(frozen=True, slots=True)
class PlannedItem:
    service: int
    staff: int | None
    room: int | None
    place: int | None
    start: int
    end: int
    staff_busy_until: int  # `end` where nobody serves
    room_busy_until: int  # `end` where no room is needed


@dataclass(frozen=True, slots=True)
class Plan:
    start: int
    end: int
    items: tuple[PlannedItem, ...]


# Busy with, or taken by, another item of what is asked for: nobody else is in the way.
TOGETHER = "together"


class Reason(NamedTuple):  # a tuple, since a month's listing makes ten thousand of them
    """One thing that truly stands in the way of a start.

    `code` is one of: closed, not_working, excluded, busy, client_busy, no_room,
    cannot_do_service, lead_time, too_far, off_grid. `start` and `end` bound what is in the
    way; one of them is None where only the other edge matters: a shift that is over too soon
    has an `end`, one that begins too late a `start`.
    """

    code: str
    item: int | None = None  # index of the wish
    staff: int | None = None
    room: int | None = None
    start: int | None = None
    end: int | None = None
    detail: str = ""  # the exclusion's own reason, or `TOGETHER`
    guest: int | None = None  # of a party: whose item, or whose other visit


@dataclass(frozen=True, slots=True)
class Merit:
    """Why a slot is ranked well.

    `fills_gap`: exactly fills a gap of `minutes` between two engagements of somebody;
    `no_gap`: leaves nobody a gap too short to sell; `usual_therapist`.
    """

    code: str
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that can be booked, with the staff and rooms that suit it best."""

    plan: Plan
    idle_minutes: int
    room_changes: int
    usual: bool
    merits: tuple[Merit, ...]


@dataclass(frozen=True, slots=True)
class PartySlot:
    """A start at which a whole party can be booked; one plan a guest, in their order.

    `room_changes` also counts each guest who begins in another room than the one before her.
    """

    plans: tuple[Plan, ...]
    idle_minutes: int
    room_changes: int
    usual: bool
    merits: tuple[Merit, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    start: int
    reasons: tuple[Reason, ...]  # never empty


S = TypeVar("S", Slot, PartySlot)


@dataclass(frozen=True)
class Search(Generic[S]):
    """Every start of the grid, offered or not; both in order of time.

    Why a start is not offered is worked out when it is asked for: that takes longer than finding
    those that are.
    """

    slots: tuple[S, ...]
    others: tuple[int, ...]  # the starts that are not offered
    explain: Callable[[int], Refused] = field(compare=False, repr=False)

    @cached_property
    def refused(self) -> tuple[Refused, ...]:
        """Say of each start that is not offered what stands in its way."""
        return tuple(map(self.explain, self.others))

    def refused_between(self, start: int, end: int) -> tuple[Refused, ...]:
        """Say so of those from `start` on and before `end`."""
        return tuple(self.explain(other) for other in self.others if start <= other < end)


def with_plan(facts: Facts, plan: Plan, group: Hashable, appointment: int) -> Facts:
    """Return `facts` as they are once another visit stands where `plan` puts it."""
    staff, rooms = dict(facts.staff), dict(facts.rooms)
    for item in plan.items:
        if item.staff in staff:
            person = staff[item.staff]
            busy = Busy(item.start, item.staff_busy_until, appointment)
            staff[item.staff] = replace(person, busy=(*person.busy, busy))
        if item.room in rooms and item.place is not None:
            room = rooms[item.room]
            taken = PlaceBusy(item.start, item.room_busy_until, item.place, group, appointment)
            rooms[item.room] = replace(room, busy=(*room.busy, taken))
    return replace(facts, staff=staff, rooms=rooms)
