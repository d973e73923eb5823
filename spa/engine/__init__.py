"""Finding slots on plain values. Knows nothing of Django, the database or the clock."""

from .facts import Busy, Exclusion, Facts, PlaceBusy, RoomFacts, StaffFacts, Wish
from .intervals import Interval, intersect, merge, subtract
from .plans import Merit, Plan, PlannedItem, Reason, Refused, Search, Slot
from .ranking import best
from .search import plan_at, search

__all__ = [
    "Busy",
    "Exclusion",
    "Facts",
    "Interval",
    "Merit",
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
    "plan_at",
    "search",
    "subtract",
]
