"""Time taken away from a therapist, a room or the whole location, and given back."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk import places, tried
from frontdesk.forms.schedule import ExclusionForm
from frontdesk.minutes import CHOICES
from spa import clock
from spa.models import AvailabilityExclusion, ExclusionKind, Location, Room, StaffMember
from spa.services import schedule
from spa.services.audit import Actor

MOST = 50  # exclusions that are removed at once: one for each weekday, and then some


@require_safe
@permission_required("spa.change_staffavailability", raise_exception=True)
def room(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is taken away from a room."""
    location, now = places.current(request), clock.now()
    found = get_object_or_404(
        Room.objects.active().filter(location=location).select_related("kind"), pk=pk
    )
    context = {
        "location": location,
        "room": found,
        "today": location.today(now=now),
        "taken": schedule.taken(location, room=found, now=now),
        "add": reverse("schedule_exclude_room", args=[pk]),
    }
    return render(request, "schedule/room.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.change_staffavailability", raise_exception=True)
def exclude(request: HttpRequest, staff: int | None = None, room: int | None = None):
    """Ask what to take away and try it; save it, once visits inside are confirmed."""
    location = places.current(request)
    whom = _whom(location, staff, room)
    today = location.today(now=clock.now())
    outcome = tried.Outcome(200)
    form = ExclusionForm.new(location, today, _usual(whom))
    if request.method == "POST":
        form, outcome = ExclusionForm(request.POST, location=location), tried.Outcome(422)
        if form.is_valid():
            change = schedule.exclude_weekly if form.is_weekly else schedule.exclude
            change = partial(change, location=location, **whom)
            outcome = tried.carry_out(request, form, change, **form.call)
    if outcome.saved:
        messages.success(request, tried.saved(outcome.told))
        return redirect(tried.address(_back(whom), location))
    context = {
        "location": location,
        "form": form,
        "outcome": outcome,
        "told": outcome.told,
        "times": CHOICES,
        "action": tried.address(request.path, location),
        "back": _back(whom),
        "about": next(iter(whom.values()), location).name,
    }
    return render(request, "schedule/exclude.html", context, status=outcome.status)


@require_POST
@permission_required("spa.change_staffavailability", raise_exception=True)
def remove(request: HttpRequest) -> HttpResponse:
    """Give back one exclusion, or one that is the same on several weekdays."""
    location = places.current(request)
    asked = [pk for pk in request.POST.getlist("pk")[:MOST] if pk.isascii() and pk.isdigit()]
    rows = list(
        AvailabilityExclusion.objects.filter(
            location=location, pk__in=[pk for pk in asked if len(pk) < 19]
        )
    )
    report = schedule.unblock(
        location=location,
        exclusions=[row.pk for row in rows],
        now=clock.now(),
        actor=Actor(user=request.user),
    )
    messages.success(request, tried.saved(tried.tell(request, report)))
    there = {}
    if rows and rows[0].staff_id:
        there = {"staff": rows[0].staff}
    elif rows and rows[0].room_id:
        there = {"room": rows[0].room}
    return redirect(tried.address(_back(there), location))


def _whom(location: Location, staff: int | None, room: int | None) -> dict:
    """Return whom an address is about; 404 for who is not of this location."""
    if staff is not None:
        here = StaffMember.objects.active().working_at(location)
        return {"staff": get_object_or_404(here, pk=staff)}
    if room is not None:
        return {"room": get_object_or_404(Room.objects.active(), location=location, pk=room)}
    return {}


def _usual(whom: dict) -> str:
    if "room" in whom:
        return ExclusionKind.MAINTENANCE
    return ExclusionKind.ABSENCE if "staff" in whom else ExclusionKind.HOLIDAY


def _back(whom: dict) -> str:
    if "staff" in whom:
        return reverse("schedule_staff", args=[whom["staff"].pk])
    if "room" in whom:
        return reverse("schedule_room", args=[whom["room"].pk])
    return reverse("schedule")
