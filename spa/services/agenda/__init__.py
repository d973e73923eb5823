"""Days as they stand: who works when, which visits there are, what is closed, what is free.

Reads and never decides. Instants are whole minutes since the epoch, as in the engine.
"""

from spa.services.agenda.columns import By, Column, Off
from spa.services.agenda.day import EMPTY_DAY, Agenda, load
from spa.services.agenda.items import span_of
from spa.services.agenda.month import Fullness, load_month
from spa.services.agenda.week import Week, load_week

__all__ = [
    "EMPTY_DAY",
    "Agenda",
    "By",
    "Column",
    "Fullness",
    "Off",
    "Week",
    "load",
    "load_month",
    "load_week",
    "span_of",
]
