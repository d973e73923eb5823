"""Cash drawers, from the float to the blind count, and the day's close (rule book §6)."""

from spa.models import COINS, NOTES
from spa.services.cash.closing import close_day, reopen_day, waiting
from spa.services.cash.day import DrawerDay, not_charged, of_day
from spa.services.cash.drawers import (
    DayIsClosed,
    DrawerIsOpen,
    DrawerIsShort,
    NoOpenDrawer,
    close_session,
    in_drawer,
    insist_on_cash,
    lock_session_of,
    move_by_hand,
    open_session,
    record_movement,
)
from spa.services.cash.tips import pay_out_tips, tips_owed

__all__ = [
    "COINS",
    "NOTES",
    "DayIsClosed",
    "DrawerDay",
    "DrawerIsOpen",
    "DrawerIsShort",
    "NoOpenDrawer",
    "close_day",
    "close_session",
    "in_drawer",
    "insist_on_cash",
    "lock_session_of",
    "move_by_hand",
    "not_charged",
    "of_day",
    "open_session",
    "pay_out_tips",
    "record_movement",
    "reopen_day",
    "tips_owed",
    "waiting",
]
