"""Putting a visit aside to re-plan it, and taking it back: it keeps its time all along."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from frontdesk import tray
from frontdesk.htmx import wants_fragment
from frontdesk.views.booking.appointment import beside_its_day, changed, find
from frontdesk.views.booking.drag import answer
from frontdesk.views.booking.new import may_book
from spa.services import booking


@require_POST
@may_book
def put_aside(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the visit in the tray, which stays while other days are shown."""
    visit = find(request.user, code)
    if not visit.is_movable:
        raise booking.IllegalTransition(status=visit.status)
    tray.put(request, visit.code)
    if not wants_fragment(request):
        return redirect(beside_its_day(visit))
    return answer(request, "booking/_put_aside.html", {"visit": visit})


@require_POST
@may_book
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """Let go of the visit, whatever became of it: where it stands, it stands."""
    visit = find(request.user, code)
    tray.take(request, visit.code)
    if not wants_fragment(request):
        return redirect(beside_its_day(visit))
    return changed(HttpResponse(status=204), elsewhere=True)
