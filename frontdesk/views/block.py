"""Blocking time on the calendar: lunch that was moved, a repair, somebody who is out."""

from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk import places
from frontdesk.forms.block import BlockForm
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.views.booking.appointment import changed
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import Appointment, AvailabilityExclusion, ExclusionKind, Location
from spa.services import schedule
from spa.services.audit import Actor

USUAL_HOUR = 8  # what the form proposes on any other day than today


@require_http_methods(["GET", "POST"])
@permission_required("spa.add_availabilityexclusion", raise_exception=True)
def block(request: HttpRequest, day: date) -> HttpResponse:
    """Ask what to block on `day`, and block it; visits inside are listed, never touched."""
    location = places.current(request)
    if request.method == "GET":
        initial = _initial(request, location, day)
        return _ask(request, BlockForm(initial=initial, location=location), day)
    form = BlockForm(request.POST, location=location)
    if not form.is_valid():
        return _ask(request, form, day, status=422)
    try:
        done = schedule.block_time(
            **form.call,
            now=clock.now(),
            actor=Actor(user=request.user, request_id=form.cleaned_data["request_id"]),
        )
    except schedule.VisitsInside as refusal:
        return _ask(request, form, day, status=refusal.http_status, refusal=refusal)
    except BusinessLogicError as refusal:
        fields = {"ends_at": "to_time", "staff": "who", "room": "who"}
        field = refusal.facts.get("field")
        form.add_error(fields.get(field, field), refusal.detail)
        return _ask(request, form, day, status=refusal.http_status)
    visits = Appointment.objects.visible_to(request.user).filter(code__in=done.visits)
    visits = visits.select_related("client", "location")
    context = {
        "exclusion": done.exclusion,
        "visits": visits.order_by("starts_at", "pk"),
        "elsewhere": len(done.visits) - len(visits),
        "location": location,
        "day": day,
    }
    return changed(
        render_screen(
            request,
            page="calendar/blocked.html",
            fragment="calendar/_blocked.html",
            context=context,
        )
    )


@require_POST
@permission_required("spa.add_availabilityexclusion", raise_exception=True)
def unblock(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back what is still to come of one exclusion on dates, from the calendar."""
    mine = [location.pk for location in places.of(request).all]
    found = AvailabilityExclusion.objects.select_related("location", "staff", "room")
    exclusion = get_object_or_404(found, pk=pk, location__in=mine)
    if not exclusion.may_be_given_back_by(request.user):
        raise PermissionDenied
    location, now = exclusion.location, clock.now()
    schedule.unblock(location=location, exclusions=[pk], now=now, actor=Actor(user=request.user))
    context = {"exclusion": exclusion, "who": exclusion.staff or exclusion.room or location}
    if wants_fragment(request):
        return changed(render(request, "calendar/_unblocked.html", context))
    messages.success(request, _("The time is free again."))
    return redirect("day", max(location.today(now=exclusion.starts_at), location.today(now=now)))


def _ask(
    request: HttpRequest,
    form: BlockForm,
    day: date,
    status: int = 200,
    refusal: schedule.VisitsInside | None = None,
) -> HttpResponse:
    context: dict = {"form": form, "day": day}
    if refusal is not None:
        inside = Appointment.objects.visible_to(request.user).filter(code__in=refusal.visits)
        visits = inside.select_related("client", "location").order_by("starts_at", "pk")
        context |= {
            "refusal": refusal,
            "visits": visits,
            "elsewhere": len(refusal.visits) - len(visits),
            "seal": schedule.seal_of(refusal.visits),
            "staff": form.call.get("staff"),
        }
    return render_screen(
        request,
        page="calendar/block.html",
        fragment="calendar/_block.html",
        context=context,
        status=status,
    )


def _initial(request: HttpRequest, location: Location, day: date) -> dict:
    """Return an hour from now, or from eight on another day, for whom the address names."""
    now = clock.now().astimezone(location.tz)
    start = now.hour if now.date() == day else USUAL_HOUR
    return {
        "who": f"staff-{request.GET.get('staff', '')}",
        "kind": ExclusionKind.BLOCK,
        "first_day": day.isoformat(),
        "last_day": day.isoformat(),
        "from_time": f"{start:02d}:00",
        "to_time": f"{(start + 1) % 24:02d}:00",
        "request_id": uuid4(),
    }
