"""What the search is told: plain values, made from the database by a loader.

Times are minutes since the Unix epoch, in UTC; intervals are half-open `[start, end)`.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from .intervals import Interval


@dataclass(frozen=True, slots=True)
class Wish:
    """One service of the visit, in its order. Durations and buffers are minutes."""

    service: int
    duration: int
    staff_buffer: int
    room_buffer: int
    needs_staff: bool
    able: frozenset[int]  # who has the skills, wherever they work
    room_kind: int | None  # None: needs no room
    staff: int | None = None  # a chosen therapist; None: any
    among: frozenset[int] | None = None  # one of these therapists; None: any
    room: int | None = None  # a chosen room; None: any of its kind
    parallel: bool = False  # starts with the item before it, and not when that one ends


@dataclass(frozen=True, slots=True)
class Exclusion:
    start: int
    end: int
    reason: str  # for people; the engine only hands it on


@dataclass(frozen=True, slots=True)
class Busy:
    start: int
    end: int
    appointment: int


@dataclass(frozen=True, slots=True)
class PlaceBusy:
    start: int
    end: int
    place: int
    group: Hashable  # visits of one party share it
    appointment: int


@dataclass(frozen=True, slots=True)
class Guest:
    """One client of a party: what she wants, and when she has other visits."""

    wishes: tuple[Wish, ...]
    client_busy: tuple[Busy, ...] = ()
    usual_staff: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class StaffFacts:
    id: int
    shifts: tuple[Interval, ...]
    exclusions: tuple[Exclusion, ...]
    busy: tuple[Busy, ...]


@dataclass(frozen=True, slots=True)
class RoomFacts:
    id: int
    kind: int
    places: int  # numbered from 0
    shared: bool  # strangers may use its places side by side
    exclusions: tuple[Exclusion, ...]
    busy: tuple[PlaceBusy, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """One location in one window of time, seen by one visit, or by a party's.

    The visit's own items are left out of everything busy, so that it can be moved onto itself.
    What concerns a client is said by each `Guest` of a party instead.
    """

    grid: tuple[int, ...]  # every start that the policy's grid allows, ascending
    earliest: int  # a start before it is `lead_time`
    latest: int  # a start at it or after it is `too_far`
    opening: tuple[Interval, ...]
    exclusions: tuple[Exclusion, ...]  # of the whole location
    staff: Mapping[int, StaffFacts]  # who works here
    rooms: Mapping[int, RoomFacts]
    client_busy: tuple[Busy, ...]
    group: Hashable  # of the visit
    usual_staff: frozenset[int] = frozenset()
    sellable: int = 30  # a gap shorter than this counts as lost
