"""Cash drawers: opened with a float, moved by hand, counted blind, handed in (rule book §6)."""

from spa.models import COINS, NOTES
from spa.services.cash.day import not_charged, of_day
from spa.services.cash.drawers import (
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
    "DrawerIsOpen",
    "DrawerIsShort",
    "NoOpenDrawer",
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
    "tips_owed",
]
