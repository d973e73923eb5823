"""The screens about one visit: what it is and was, and what can be done with it."""

from frontdesk.views.booking.appointment import act, appointment

__all__ = ["act", "appointment"]
