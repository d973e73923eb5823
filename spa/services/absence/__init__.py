"""A therapist is out (rule book §4): her time, her visits, and whom to call.

On top of schedule and booking. Her time is taken away first, in one transaction; then each
visit that was accepted elsewhere is moved, in one of its own (docs/decisions/0018).
"""

from spa.services.absence.calls import mark_called
from spa.services.absence.offers import Affected, Offer, affected_by, propose
from spa.services.absence.out import (
    AlreadyOut,
    Choice,
    Out,
    Rearranged,
    VisitsChanged,
    rearrange,
    take_out,
)

__all__ = [
    "Affected",
    "AlreadyOut",
    "Choice",
    "Offer",
    "Out",
    "Rearranged",
    "VisitsChanged",
    "affected_by",
    "mark_called",
    "propose",
    "rearrange",
    "take_out",
]
