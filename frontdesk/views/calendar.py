"""The day: who comes, to whom, and when."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontdesk import grid, month, places
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.views.booking.appointment import visit_context
from spa import clock, localtime
from spa.models import Location, User
from spa.services import agenda


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Show the day it is at the location; a therapist sees her own."""
    location = places.current(request)
    return _day(request, location, location.today(now=clock.now()))


@require_GET
def day(request: HttpRequest, day: date) -> HttpResponse:
    """Show a day; `?appointment=` opens a visit beside it."""
    return _day(request, places.current(request), day)


@require_GET
def choose(request: HttpRequest, day: date, first: date) -> HttpResponse:
    """Show another month in the popover of `day`."""
    location = _refuse_strangers(request.user, places.current(request))
    _refuse_impossible(day, location)
    _refuse_impossible(first, location)
    context = {
        "agenda": {"day": day},
        "today": location.today(now=clock.now()),
        "month": month.around(first, location),
    }
    return render(request, "calendar/_month.html", context)


def _day(request: HttpRequest, location: Location, day: date) -> HttpResponse:
    user, now = request.user, clock.now()
    _refuse_strangers(user, location)
    _refuse_impossible(day, location)
    shown = agenda.load(location=location, day=day, user=user, now=now)
    context = {
        "agenda": shown,
        "grid": grid.draw(shown, now=now),
        "now": now,
        "today": location.today(now=now),
        "yesterday": day - timedelta(days=1),
        "tomorrow": day + timedelta(days=1),
        "month": month.around(day, location),
        "can_book": user.has_perm("spa.book_appointment"),
        "with_bar": wants_fragment(request),
        **_open_visit(request),
        "sees_whole_names": user.has_perm("spa.view_calendar"),
    }
    return render_screen(
        request, page="calendar/day.html", fragment="calendar/_day.html", context=context
    )


def _open_visit(request: HttpRequest) -> dict:
    code = request.GET.get("appointment")
    if not code or wants_fragment(request):
        return {"selected": code}
    return {"selected": code, **visit_context(request.user, code)}


def _refuse_strangers(user: User, location: Location) -> Location:
    if not (user.has_perm("spa.view_calendar") or user.has_perm("spa.view_own_agenda")):
        raise PermissionDenied
    return location


def _refuse_impossible(day: date, location: Location) -> None:
    """Answer 404 to a day at the edge of the calendar, which has no neighbour to go to."""
    try:
        localtime.day_span(day - timedelta(days=32), location.tz)
        localtime.day_span(day + timedelta(days=32), location.tz)
    except OverflowError as error:
        raise Http404 from error
