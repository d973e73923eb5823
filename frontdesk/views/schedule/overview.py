"""A location's people, rooms and hours at a glance."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk import places
from spa import clock
from spa.models import Weekday
from spa.services import schedule


@require_safe
@permission_required("spa.change_staffavailability", raise_exception=True)
def overview(request: HttpRequest) -> HttpResponse:
    """Show everybody's week and every room; six queries, however many there are."""
    location, now = places.current(request), clock.now()
    today = location.today(now=now)
    context = {
        "location": location,
        "today": today,
        "weekdays": Weekday.choices,
        "workers": schedule.workers(location, today=today),
        "rooms": schedule.rooms(location, now=now),
        "opening": schedule.days_of(schedule.opening_of(location)),
        "taken": schedule.taken(location, now=now),
    }
    return render(request, "schedule/schedule.html", context)
