from datetime import date

from django.urls import path, register_converter

from frontdesk.views import calendar


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
    path("calendar/<day:day>/month/<day:first>/", calendar.choose, name="month"),
]
