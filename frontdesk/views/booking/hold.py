"""A visit that waits for its deposit: kept for longer, or confirmed without it."""

from collections.abc import Callable

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from frontdesk.forms.booking import KeepForm, VersionForm, WaiveForm
from frontdesk.htmx import wants_fragment
from frontdesk.views.booking.appointment import (
    beside_its_day,
    changed,
    find,
    key_of,
    show,
    visit_context,
)
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor


@require_POST
@permission_required("spa.book_appointment", raise_exception=True)
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Let the visit wait for so many minutes from now on."""
    form = KeepForm(request.POST)
    return _carry_out(request, code, form, booking.keep, minutes=form.asked("minutes", 0))


@require_POST
@permission_required("spa.override_policy", raise_exception=True)
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm the visit without a deposit, for a reason."""
    form, step = WaiveForm(request.POST), booking.confirm_without_deposit
    return _carry_out(request, code, form, step, reason_code=form.asked("reason_code", ""))


def _carry_out(
    request: HttpRequest,
    code: str,
    form: VersionForm,
    step: Callable[..., Appointment],
    **content: object,
) -> HttpResponse:
    visit = find(request.user, code)
    shown = form.asked("version", 0)
    key = key_of(f"{request.path}?{content}", shown)
    try:
        step(
            appointment=visit,
            version=shown,
            now=clock.now(),
            actor=Actor(user=request.user, request_id=key),
            **content,
        )
    except BusinessLogicError as refusal:
        context = visit_context(request.user, code, shown=shown) | {"refusal": refusal}
        return changed(show(request, context, status=refusal.http_status))
    if not wants_fragment(request):
        return redirect(beside_its_day(visit))
    return changed(show(request, visit_context(request.user, code)))
