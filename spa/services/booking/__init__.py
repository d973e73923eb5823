"""What can be done with a visit: one file a command, re-exported here."""

from spa.services.booking.book import book, book_at
from spa.services.booking.cancel import cancel, record_no_show
from spa.services.booking.lifecycle import check_in, complete, finish, start
from spa.services.booking.limits import TooManyBookings, TooManyVisits
from spa.services.booking.move import move, move_at
from spa.services.booking.override import Override, can_pass
from spa.services.booking.parties import (
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
from spa.services.booking.swap import swap, swap_at

__all__ = [
    "ClientBlocked",
    "IllegalTransition",
    "Override",
    "ServiceTwice",
    "SlotTaken",
    "TooManyBookings",
    "TooManyVisits",
    "book",
    "book_at",
    "book_party",
    "book_party_at",
    "can_pass",
    "cancel",
    "cancel_party",
    "check_in",
    "complete",
    "find_party",
    "finish",
    "move",
    "move_at",
    "move_party",
    "move_party_at",
    "record_no_show",
    "start",
    "swap",
    "swap_at",
]
