"""The screens about one visit: what it is and was, and what can be done with it."""

from frontdesk.views.booking.appointment import act, appointment
from frontdesk.views.booking.move import choose_move, move
from frontdesk.views.booking.new import choose, find_clients, new

__all__ = ["act", "appointment", "choose", "choose_move", "find_clients", "move", "new"]
