"""Moving a visit by a form: another time, other therapists, and who wants it."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frontdesk import tray
from frontdesk.asked import start_is_of_its_day
from frontdesk.forms.booking import MoveForm
from frontdesk.htmx import render_screen
from frontdesk.move_panel import MovePanel
from frontdesk.views.booking.appointment import find
from frontdesk.views.booking.new import asked_override, may_book, offers_override, went_to
from spa import clock
from spa.errors import BusinessLogicError, RuleBroken, Stale
from spa.models import Appointment, OverrideReason
from spa.services import booking
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch


@require_http_methods(["GET", "HEAD", "POST"])
@may_book
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Show where else the visit can be, or move it there."""
    visit = find(request.user, code)
    if request.method == "POST":
        return _move(request, visit)
    if not visit.is_movable:
        raise booking.IllegalTransition(status=visit.status)
    return _show(request, _panel(request, request.GET, visit))


@require_http_methods(["GET", "HEAD", "POST"])
@may_book
def choose_move(request: HttpRequest, code: str) -> HttpResponse:
    """Carry out one button of the form and show it again; writes nothing."""
    if request.method != "POST":
        return redirect("move", code)
    panel = _panel(request, request.POST, find(request.user, code))
    return _show(request, panel, fragment="booking/_move_parts.html")


def _panel(request: HttpRequest, data: QueryDict, visit: Appointment, **state: object) -> MovePanel:
    chosen = {**MoveForm(data).read(), **state.pop("chosen", {})}
    return MovePanel(chosen, visit=visit, user=request.user, now=clock.now(), **state)


def _show(
    request: HttpRequest, panel: MovePanel, *, fragment: str = "booking/_move.html"
) -> HttpResponse:
    context = {
        "panel": panel,
        "visit": panel.visit,
        "times": panel.times,
        "offers_override": offers_override(request, panel.problem),
        "override_reasons": OverrideReason.choices,
    }
    status = panel.problem.http_status if panel.problem else 200
    return render_screen(
        request, page="booking/move.html", fragment=fragment, context=context, status=status
    )


def _move(request: HttpRequest, visit: Appointment) -> HttpResponse:
    panel = _panel(request, request.POST, visit)
    try:
        _insist(panel)
        moved, *beside = _move_all(request, panel)
    except BusinessLogicError as refusal:
        fresh = {"request_id": None} if isinstance(refusal, KeyMismatch) else {}
        now_visit = find(request.user, visit.code)
        return _show(
            request, _panel(request, request.POST, now_visit, problem=refusal, chosen=fresh)
        )
    for one in (moved, *beside):
        tray.take(request, one.code)
    return went_to(request, moved, _("Moved"), beside=beside)


def _move_all(request: HttpRequest, panel: MovePanel) -> list[Appointment]:
    """Move the visit, or all of its party; hers comes first."""
    visit, chosen = panel.visit, panel.chosen
    asked = {
        "appointment": visit,
        "starts_at": chosen["start"],
        "for_client": chosen["who"] == "client",
        "now": panel.now,
        "actor": Actor(user=request.user, request_id=panel.request_id),
        "override": asked_override(request, chosen),
    }
    if not panel.moves_party:
        return [booking.move_at(wanted=panel.wanted, version=chosen["version"], **asked)]
    shown = dict(chosen["versions"] or ()) | {visit.pk: chosen["version"]}
    moved = booking.move_party_at(wanted=panel.wanted_by_visit, versions=shown, **asked)
    return sorted(moved, key=lambda one: one.pk != visit.pk)


def _insist(panel: MovePanel) -> None:
    """Refuse a form that is not complete.

    :raises BusinessLogicError: something is missing
    """
    chosen = panel.chosen
    if panel.problem:
        raise panel.problem
    if not start_is_of_its_day(chosen, panel.location):
        raise RuleBroken(_("Choose one of the times of this day."), reason="start_missing")
    if not chosen["who"]:
        raise RuleBroken(_("Say who wants to move the visit."), reason="who_missing", field="who")
    if chosen["version"] is None:
        raise Stale(version=panel.visit.version)
    if chosen["request_id"] is None:
        raise RuleBroken(_("This form is out of date. Send it once more."), reason="request_id")
