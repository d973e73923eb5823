"""Changing the treatments of a visit by a form: more, fewer, others, longer or shorter."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frontdesk.forms.items import ItemsForm
from frontdesk.htmx import render_screen
from frontdesk.items_panel import ItemsPanel
from frontdesk.views.booking.appointment import find
from frontdesk.views.booking.new import may_book, went_to
from spa import clock
from spa.errors import BusinessLogicError, RuleBroken, Stale
from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch


@require_http_methods(["GET", "HEAD", "POST"])
@may_book
def change_items(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the visit has, or let it have what was put together."""
    visit = find(request.user, code)
    if request.method == "POST":
        return _change(request, visit)
    if not visit.is_changeable:
        raise booking.IllegalTransition(status=visit.status)
    return _show(request, _panel(request, visit, fresh=True))


@require_http_methods(["GET", "HEAD", "POST"])
@may_book
def choose_items(request: HttpRequest, code: str) -> HttpResponse:
    """Carry out one button of the form and try what came of it; writes nothing."""
    if request.method != "POST":
        return redirect("change_items", code)
    panel = _panel(request, find(request.user, code))
    return _show(request, panel, fragment="booking/_items_parts.html")


def _panel(
    request: HttpRequest, visit: Appointment, *, fresh: bool = False, **state: object
) -> ItemsPanel:
    chosen = {**ItemsForm(request.POST).read(), **state.pop("chosen", {})}
    return ItemsPanel(chosen, visit=visit, now=clock.now(), fresh=fresh, **state)


def _show(
    request: HttpRequest, panel: ItemsPanel, *, fragment: str = "booking/_items.html"
) -> HttpResponse:
    panel.parts  # noqa: B018 — tries the plan, which may find a problem
    status = panel.problem.http_status if panel.problem else 200
    return render_screen(
        request,
        page="booking/items.html",
        fragment=fragment,
        context={"panel": panel, "visit": panel.visit},
        status=status,
    )


def _change(request: HttpRequest, visit: Appointment) -> HttpResponse:
    panel = _panel(request, visit)
    try:
        _insist(panel)
        changed = booking.change_items_at(
            appointment=visit,
            lines=panel.lines,
            now=panel.now,
            actor=Actor(user=request.user, request_id=panel.request_id),
            version=panel.chosen["version"],
        )
    except BusinessLogicError as refusal:
        now_visit = find(request.user, visit.code)
        if isinstance(refusal, Stale):  # what is true now, to begin again from
            fresh = {"request_id": None, "version": None}
            panel = _panel(request, now_visit, fresh=True, problem=refusal, chosen=fresh)
            return _show(request, panel)
        fresh = {"request_id": None} if isinstance(refusal, KeyMismatch) else {}
        return _show(request, _panel(request, now_visit, problem=refusal, chosen=fresh))
    return went_to(request, changed, _("Treatments changed"))


def _insist(panel: ItemsPanel) -> None:
    """Refuse a form that is not complete.

    :raises BusinessLogicError: something is missing
    """
    if panel.problem:
        raise panel.problem
    if panel.chosen["version"] is None:
        raise Stale(version=panel.visit.version)
    if panel.chosen["request_id"] is None:
        raise RuleBroken(_("This form is out of date. Send it once more."), reason="request_id")
