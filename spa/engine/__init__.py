"""Finding slots on plain values. Knows nothing of Django, the database or the clock."""

from .facts import Busy, Exclusion, Facts, Guest, PlaceBusy, RoomFacts, StaffFacts, Wish
from .intervals import Interval, intersect, merge, subtract
from .plans import (
    TOGETHER,
    Merit,
    PartySearch,
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
from .search import party_at, party_slots, plan_at, search, search_party, slots

__all__ = [
    "TOGETHER",
    "Busy",
    "Exclusion",
    "Facts",
    "Guest",
    "Interval",
    "Merit",
    "PartySearch",
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
    "party_slots",
    "plan_at",
    "search",
    "search_party",
    "slots",
    "subtract",
    "with_plan",
]
