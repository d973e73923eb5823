"""The screens about one visit: what it is and was, and what can be done with it."""

from frontdesk.views.booking.appointment import act, appointment
from frontdesk.views.booking.aside import put_aside, take_back
from frontdesk.views.booking.hold import confirm, keep
from frontdesk.views.booking.items import change_items, choose_items
from frontdesk.views.booking.link import end_link, link, send_link
from frontdesk.views.booking.move import choose_move, move
from frontdesk.views.booking.new import choose, find_clients, new
from frontdesk.views.booking.party import cancel_party
from frontdesk.views.booking.swap import choose_swap, swap

__all__ = [
    "act",
    "appointment",
    "cancel_party",
    "change_items",
    "choose",
    "choose_items",
    "choose_move",
    "choose_swap",
    "confirm",
    "end_link",
    "find_clients",
    "keep",
    "link",
    "move",
    "new",
    "put_aside",
    "send_link",
    "swap",
    "take_back",
]
