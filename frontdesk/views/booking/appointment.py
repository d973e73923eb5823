"""One visit: what it is, what happened to it, and what can be done with it now."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from frontdesk.forms.booking import VersionForm
from frontdesk.htmx import render_screen
from spa import clock
from spa.errors import Stale
from spa.models import Appointment, AppointmentStatus, CancelledBy, User
from spa.services import booking
from spa.services.audit import Actor

S = AppointmentStatus


@dataclass(frozen=True, slots=True)
class Command:
    """A button of the visit's page: who may press it, in which states it stands there."""

    name: str
    label: Promise
    permission: str
    states: tuple[str, ...]
    icon: str


COMMANDS = (
    Command("check_in", _("Check in"), "spa.check_in_appointment", (S.CONFIRMED,), "door-open"),
    Command("start", _("Start"), "spa.treat_appointment", (S.ARRIVED,), "circle-dot"),
    Command("finish", _("Finish"), "spa.treat_appointment", (S.IN_SERVICE,), "check-check"),
    Command(
        "no_show",
        _("Record no-show"),
        "spa.cancel_appointment",
        (S.CONFIRMED,),
        "user-round-x",
    ),
    Command(
        "cancel_client",
        _("Cancel for the client"),
        "spa.cancel_appointment",
        (S.CONFIRMED, S.ARRIVED),
        "circle-x",
    ),
    Command(
        "cancel_spa",
        _("Cancel for the spa"),
        "spa.cancel_appointment",
        (S.CONFIRMED, S.ARRIVED),
        "circle-x",
    ),
)
BY_NAME = {command.name: command for command in COMMANDS}


@require_GET
def appointment(request: HttpRequest, code: str) -> HttpResponse:
    """Show one visit; one that is not the user's to see does not exist."""
    return _show(request, _find(request.user, code))


@require_POST
def act(request: HttpRequest, code: str, command: str) -> HttpResponse:
    """Carry out one command on the version that the page showed."""
    chosen = BY_NAME.get(command)
    if chosen is None:
        raise Http404
    if not request.user.has_perm(chosen.permission):
        raise PermissionDenied
    visit = _find(request.user, code)
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Stale(version=visit.version)
    _carry_out(
        command,
        appointment=visit,
        version=form.cleaned_data["version"],
        now=clock.now(),
        actor=Actor(user=request.user),
    )
    return redirect("appointment", code=visit.code)


def _carry_out(command: str, **call: object) -> None:
    if command == "no_show":
        booking.record_no_show(**call)
    elif command == "cancel_client":
        booking.cancel(cancelled_by=CancelledBy.CLIENT, **call)
    elif command == "cancel_spa":
        booking.cancel(cancelled_by=CancelledBy.SPA, **call)
    else:
        {"check_in": booking.check_in, "start": booking.start, "finish": booking.finish}[command](
            **call
        )


def _find(user: User, code: str) -> Appointment:
    visible = Appointment.objects.visible_to(user).select_related("location", "client")
    return get_object_or_404(visible, code=code)


def _show(request: HttpRequest, visit: Appointment) -> HttpResponse:
    user = request.user
    context = {
        "visit": visit,
        "location": visit.location,
        "day": visit.location.today(now=visit.starts_at),
        "items": visit.items.select_related("service", "staff", "room").order_by("position"),
        "changes": visit.changes.select_related("user").order_by("-version"),
        "commands": [
            command
            for command in COMMANDS
            if visit.status in command.states and user.has_perm(command.permission)
        ],
        "sees_whole_names": user.has_perm("spa.view_calendar"),
    }
    return render_screen(
        request,
        page="booking/appointment.html",
        fragment="booking/_appointment.html",
        context=context,
    )
