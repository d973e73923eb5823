"""Who works when, and when nobody does: for managers."""

from frontdesk.views.schedule.exclusions import exclude, remove, room
from frontdesk.views.schedule.holidays import holidays
from frontdesk.views.schedule.overview import overview
from frontdesk.views.schedule.week import opening, staff

__all__ = ["exclude", "holidays", "opening", "overview", "remove", "room", "staff"]
