from datetime import date

from django.urls import path, register_converter

from frontdesk.views import calendar, week
from frontdesk.views.block import block
from frontdesk.views.booking.drag import drag


class DayConverter:
    """A date as `YYYY-MM-DD`; one that does not exist is a 404."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

urlpatterns = [
    path("", calendar.today, name="today"),
    path("calendar/<day:day>/", calendar.day, name="day"),
    path("calendar/<day:day>/block/", block, name="block"),
    path("calendar/week/<int:staff>/<day:day>/", week.week, name="week"),
    path("calendar/<day:day>/month/<day:first>/", calendar.choose, name="month"),
    path("appointments/<str:code>/drag/", drag, name="drag"),
]
