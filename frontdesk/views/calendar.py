"""The day: who comes, to whom, and when."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from frontdesk import places
from frontdesk.htmx import render_screen
from spa import clock, localtime
from spa.models import Appointment, AppointmentItem, Location, StaffMember


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Show the day it is at the location; a therapist sees her own."""
    location = places.current(request)
    return _day(request, location, location.today(now=clock.now()))


@require_GET
def day(request: HttpRequest, day: date) -> HttpResponse:
    return _day(request, places.current(request), day)


def _day(request: HttpRequest, location: Location, day: date) -> HttpResponse:
    user = request.user
    if not (user.has_perm("spa.view_calendar") or user.has_perm("spa.view_own_agenda")):
        raise PermissionDenied
    try:
        start, end = localtime.day_span(day, location.tz)
        yesterday, tomorrow = day - timedelta(days=1), day + timedelta(days=1)
    except OverflowError as error:
        raise Http404 from error
    context = {
        "location": location,
        "day": day,
        "yesterday": yesterday,
        "tomorrow": tomorrow,
        "columns": _columns(user, location, start, end),
        "sees_whole_names": user.has_perm("spa.view_calendar"),
    }
    return render_screen(
        request, page="calendar/day.html", fragment="calendar/_day.html", context=context
    )


def _columns(user, location: Location, start, end) -> list[dict]:
    """Return one column for each staff member who works here or is booked; two queries."""
    items = (
        AppointmentItem.objects.filter(
            appointment__in=Appointment.objects.visible_to(user)
            .filter(location=location)
            .starting_between(start, end)
        )
        .select_related("appointment__client", "service", "room", "staff")
        .order_by("starts_at", "pk")
    )
    staff = StaffMember.objects.active().working_at(location).order_by("position", "pk")
    if not user.has_perm("spa.view_calendar"):
        staff = staff.filter(user=user)
        items = items.filter(staff__user=user)
    columns = {member.pk: {"staff": member, "visits": []} for member in staff}
    for item in items:
        column = columns.setdefault(item.staff_id, {"staff": item.staff, "visits": []})
        column["visits"].append(item)
    return list(columns.values())
