"""Giving back the time of all who come together."""

from uuid import NAMESPACE_URL, uuid5

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from frontdesk import confirm
from frontdesk.forms.booking import PartyForm
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.views.booking.appointment import (
    CANCEL,
    beside_its_day,
    changed,
    find,
    told,
    visit_context,
)
from spa import clock
from spa.errors import BusinessLogicError, RuleBroken
from spa.services import booking
from spa.services.audit import Actor


@require_POST
@permission_required(CANCEL, raise_exception=True)
def cancel_party(request: HttpRequest, code: str) -> HttpResponse:
    """Cancel all visits of a party in the versions that the page showed; sent twice, it is once."""
    visit = find(request.user, code)
    form = PartyForm(request.POST)
    if not form.is_valid():
        raise RuleBroken(_("Say for whom the visits are cancelled, and look at them again."))
    by, versions = form.cleaned_data["by"], dict(form.cleaned_data["versions"])
    if confirm.is_missing(request):
        question = _("Cancel the visits of all who come together? Their time becomes free.")
        return confirm.ask(
            request, question, label=_("Cancel the whole party"), back=beside_its_day(visit)
        )
    key = uuid5(NAMESPACE_URL, f"{request.path}?by={by}&versions={sorted(versions.items())}")
    try:
        visits = booking.cancel_party(
            appointment=visit,
            cancelled_by=by,
            versions=versions,
            now=clock.now(),
            actor=Actor(user=request.user, request_id=key),
        )
    except BusinessLogicError as refusal:
        context = visit_context(request.user, code, shown=versions.get(visit.pk))
        return _show(request, context | {"refusal": refusal}, status=refusal.http_status)
    done = told(_("The whole party is cancelled"), visits)
    if not wants_fragment(request):
        messages.success(request, done)
        return redirect(beside_its_day(visit))
    return _show(request, visit_context(request.user, code) | {"done": done})


def _show(request: HttpRequest, context: dict, status: int = 200) -> HttpResponse:
    return changed(
        render_screen(
            request,
            page="booking/appointment.html",
            fragment="booking/_appointment.html",
            context=context,
            status=status,
        )
    )
