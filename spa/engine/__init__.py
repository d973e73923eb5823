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
from .search import party_at, plan_at, search, search_party

__all__ = [
    "TOGETHER",
    "Busy",
    "Exclusion",
    "Facts",
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
    "intersect",
    "merge",
    "party_at",
    "plan_at",
    "search",
    "search_party",
    "subtract",
    "with_plan",
]
