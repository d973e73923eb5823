"""What can be done with a visit: one file a command, re-exported here."""

from spa.services.booking.book import book, book_at
from spa.services.booking.cancel import cancel, record_no_show
from spa.services.booking.change_items import change_items, change_items_at, try_change
from spa.services.booking.change_plan import Change, Line, as_it_is, has_begun
from spa.services.booking.deposit import Terms, due_cents, end_of_hold
from spa.services.booking.holds import confirm_without_deposit, expire_due, keep, prolong_due
from spa.services.booking.late import check_in_shortened, is_late
from spa.services.booking.lifecycle import check_in, complete, finish, start
from spa.services.booking.limits import ClientOwes, TooManyBookings, TooManyVisits
from spa.services.booking.move import move, move_at
from spa.services.booking.override import Override, can_pass
from spa.services.booking.parties import (
    LARGEST,
    book_party,
    book_party_at,
    cancel_party,
    find_party,
    move_party,
    move_party_at,
)
from spa.services.booking.refusals import (
    ClientBlocked,
    IllegalTransition,
    ServiceTwice,
    SlotTaken,
)
from spa.services.booking.swap import swap, swap_at, try_swap

__all__ = [
    "LARGEST",
    "Change",
    "ClientBlocked",
    "ClientOwes",
    "IllegalTransition",
    "Line",
    "Override",
    "ServiceTwice",
    "SlotTaken",
    "Terms",
    "TooManyBookings",
    "TooManyVisits",
    "as_it_is",
    "book",
    "book_at",
    "book_party",
    "book_party_at",
    "can_pass",
    "cancel",
    "cancel_party",
    "change_items",
    "change_items_at",
    "check_in",
    "check_in_shortened",
    "complete",
    "confirm_without_deposit",
    "due_cents",
    "end_of_hold",
    "expire_due",
    "find_party",
    "finish",
    "has_begun",
    "is_late",
    "keep",
    "move",
    "move_at",
    "move_party",
    "move_party_at",
    "prolong_due",
    "record_no_show",
    "start",
    "swap",
    "swap_at",
    "try_change",
    "try_swap",
]
