"""Two visits of a day change places: the other is chosen from a list, or by its card."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frontdesk import tray
from frontdesk.forms.swap import SwapForm
from frontdesk.htmx import render_screen
from frontdesk.swap_panel import SwapPanel
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
def swap(request: HttpRequest, code: str) -> HttpResponse:
    """Show with whom the visit can change places (`?with=` chooses), or let it."""
    visit = find(request.user, code)
    if request.method == "POST":
        return _swap(request, visit)
    if not visit.is_movable:
        raise booking.IllegalTransition(status=visit.status)
    return _show(request, _panel(request, request.GET, visit))


@require_http_methods(["GET", "HEAD", "POST"])
@may_book
def choose_swap(request: HttpRequest, code: str) -> HttpResponse:
    """Try the swap with the visit that was chosen; writes nothing."""
    if request.method != "POST":
        return redirect("swap", code)
    panel = _panel(request, request.POST, find(request.user, code))
    return _show(request, panel, fragment="booking/_swap_sum.html")


def _panel(request: HttpRequest, data: QueryDict, visit: Appointment, **state: object) -> SwapPanel:
    chosen = {**SwapForm(data).read(), **state.pop("chosen", {})}
    return SwapPanel(chosen, visit=visit, user=request.user, now=clock.now(), **state)


def _show(
    request: HttpRequest, panel: SwapPanel, *, fragment: str = "booking/_swap.html"
) -> HttpResponse:
    panel.sides  # noqa: B018 — tries the swap, which may find a problem
    status = panel.problem.http_status if panel.problem else 200
    return render_screen(
        request,
        page="booking/swap.html",
        fragment=fragment,
        context={"panel": panel, "visit": panel.visit, "oob": fragment.endswith("_sum.html")},
        status=status,
    )


def _swap(request: HttpRequest, visit: Appointment) -> HttpResponse:
    panel = _panel(request, request.POST, visit)
    try:
        other = _insist(panel)
        swapped, _other = booking.swap_at(
            first=visit,
            second=other,
            now=panel.now,
            actor=Actor(user=request.user, request_id=panel.request_id),
            versions={visit.pk: panel.chosen["version"], other.pk: panel.other_version},
        )
    except BusinessLogicError as refusal:
        fresh: dict = {"request_id": None} if isinstance(refusal, KeyMismatch) else {}
        if isinstance(refusal, Stale):  # what is true now, to look at before it is sent again
            fresh = {"request_id": None, "version": None, "shown": ""}
        now_visit = find(request.user, visit.code)
        panel = _panel(request, request.POST, now_visit, problem=refusal, chosen=fresh)
        return _show(request, panel)
    tray.take(request, swapped.code)
    tray.take(request, other.code)
    return went_to(request, swapped, _("Swapped"))


def _insist(panel: SwapPanel) -> Appointment:
    """Return the other visit, or refuse a form that is not complete.

    :raises BusinessLogicError: something is missing
    """
    if panel.problem:
        raise panel.problem
    if panel.other is None:
        raise RuleBroken(
            _("Choose a visit of this day that can still be moved."), reason="other_missing"
        )
    if panel.chosen["version"] is None or panel.other_version is None:
        raise Stale(version=panel.visit.version)
    if panel.chosen["request_id"] is None:
        raise RuleBroken(_("This form is out of date. Send it once more."), reason="request_id")
    return panel.other
