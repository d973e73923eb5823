"""Finding slots on plain values. Knows nothing of Django, the database or the clock."""

from .facts import Busy, Exclusion, Facts, Guest, PlaceBusy, RoomFacts, StaffFacts, Wish
from .intervals import Interval, intersect, merge, subtract
from .plans import (
    TOGETHER,
    Merit,
    PartySlot,
    Plan,
    PlannedItem,
    Reason,
    Refused,
    Search,
    Slot,
    with_plan,
)
from .ranking import best
from .search import Finder, finder, party_at, party_finder, plan_at, search, search_party

__all__ = [
    "TOGETHER",
    "Busy",
    "Exclusion",
    "Facts",
    "Finder",
    "Guest",
    "Interval",
    "Merit",
    "PartySlot",
    "PlaceBusy",
    "Plan",
    "PlannedItem",
    "Reason",
    "Refused",
    "RoomFacts",
    "Search",
    "Slot",
    "StaffFacts",
    "Wish",
    "best",
    "finder",
    "intersect",
    "merge",
    "party_at",
    "party_finder",
    "plan_at",
    "search",
    "search_party",
    "subtract",
    "with_plan",
]
