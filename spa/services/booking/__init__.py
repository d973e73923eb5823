"""What can be done with a visit: one file a command, re-exported here."""

from spa.services.booking.book import book, book_at
from spa.services.booking.refusals import (
    ClientBlocked,
    IllegalTransition,
    ServiceTwice,
    SlotTaken,
)

__all__ = ["ClientBlocked", "IllegalTransition", "ServiceTwice", "SlotTaken", "book", "book_at"]
