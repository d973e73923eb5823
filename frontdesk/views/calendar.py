"""The day: who comes, to whom, and when."""

import re
from dataclasses import replace
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontdesk import grid, month, places, tray
from frontdesk.codes import is_code
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.views.booking.appointment import visit_context
from spa import clock
from spa.models import Location, StaffMember, User
from spa.services import agenda, day_version, gateway_pulse
from spa.wompi import keys

# What was free a while ago is past now: the open day draws itself anew that often.
REDRAWN_SECONDS = 900

COLUMNS = "columns"  # in the session
# How a version ends that a page with payments by link shows, and up to which change she has seen
# money come.
CAME = re.compile(r"\.[0-9a-f]{8}~(?P<came>\d{1,18})$", re.ASCII)


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
    """Show a month in the popover of `day`, with how full each of its days is."""
    location, now = places.current(request), clock.now()
    refuse_strangers(request.user)
    shown = month.around(first)
    fullness = agenda.load_month(
        location=location,
        first_day=shown.days[0],
        last_day=shown.days[-1],
        user=request.user,
        now=now,
    )
    context = {
        "agenda": {"day": day},
        "today": location.today(now=now),
        "month": replace(shown, fullness=fullness),
    }
    return render(request, "calendar/_month.html", context)


def _day(request: HttpRequest, location: Location, day: date) -> HttpResponse:
    user, now = request.user, clock.now()
    refuse_strangers(user)
    version = f"{day_version.version(location, day)}-{int(now.timestamp()) // REDRAWN_SECONDS}"
    polled = wants_fragment(request) and "v" in request.GET
    aside = tray.load(request, location)
    version += tray.version(aside)
    pulse = _pulse(request, location, day)
    version += pulse.version if pulse else ""
    if polled and request.GET["v"] == version:
        return HttpResponse(status=204)
    seen = CAME.search(request.GET["v"]) if polled and pulse else None
    shown = agenda.load(location=location, day=day, user=user, now=now, by=_columns(request))
    context = {
        "agenda": shown,
        "grid": grid.draw(shown, now=now),
        "now": now,
        "today": location.today(now=now),
        "yesterday": day - timedelta(days=1),
        "tomorrow": day + timedelta(days=1),
        "month": month.around(day),
        "member": _first_member(shown),
        "can_book": user.has_perm("spa.book_appointment"),
        "version": version,
        "pulse": pulse,
        "paid": gateway_pulse.paid_since(location, day, int(seen["came"])) if seen else [],
        "tray": [tray.draw(items, shown) for items in aside],
        # A poll leaves the bar alone: its menus may be open.
        "with_bar": wants_fragment(request) and not polled,
        **_open_visit(request),
        "sees_whole_names": user.has_perm("spa.view_calendar"),
    }
    response = render_screen(
        request, page="calendar/day.html", fragment="calendar/_day.html", context=context
    )
    if seen and seen[0] != pulse.version:  # the visit in the panel may be the one that is paid
        response["HX-Trigger"] = "panel-outdated"
    return response


def _pulse(request: HttpRequest, location: Location, day: date) -> gateway_pulse.Pulse | None:
    """Return how payments by link stand, for who may send them. One query, none without Wompi."""
    if not keys.are_set() or not request.user.has_perm("spa.send_paymentrequest"):
        return None
    return gateway_pulse.load(location, day, now=clock.now())


def _columns(request: HttpRequest) -> agenda.By:
    """Return what the columns are: `?by=`, else as she last chose, else therapists."""
    asked = request.GET.get("by")
    if asked not in ("staff", "room"):
        return request.session.get(COLUMNS, "staff")
    # A poll belongs to a page that is open, perhaps beside one that shows the other columns.
    if "v" not in request.GET and request.session.get(COLUMNS, "staff") != asked:
        request.session[COLUMNS] = asked
    return asked


def _first_member(shown: agenda.Agenda) -> StaffMember | None:
    """Return the therapist to whose week the day leads: of the first column, else of the house."""
    if shown.by == "staff":
        return shown.columns[0].staff if shown.columns else None
    here = StaffMember.objects.active().working_at(shown.location)
    return here.order_by("position", "pk").first()


def _open_visit(request: HttpRequest) -> dict:
    """Return the visit that the address opens beside the calendar, for the page alone."""
    code = request.GET.get("appointment")
    if code and not is_code(code):
        raise Http404
    if not code or wants_fragment(request):
        return {"selected": code}
    return {"selected": code, **visit_context(request.user, code)}


def refuse_strangers(user: User) -> None:
    if not (user.has_perm("spa.view_calendar") or user.has_perm("spa.view_own_agenda")):
        raise PermissionDenied
