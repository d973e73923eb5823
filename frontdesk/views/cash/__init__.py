"""Cash: one's own drawer, and the manager's look at a day with its close."""

from frontdesk.views.cash.day import close_day, day, reopen_day
from frontdesk.views.cash.drawer import count, drawer, hand_on_tips, move, open_drawer

__all__ = [
    "close_day",
    "count",
    "day",
    "drawer",
    "hand_on_tips",
    "move",
    "open_drawer",
    "reopen_day",
]
