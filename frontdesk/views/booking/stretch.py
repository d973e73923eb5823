"""The lower edge of a card was dragged, or led by keys: one treatment takes longer or shorter."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from frontdesk.forms.drag import StretchForm
from frontdesk.views.booking.appointment import find
from frontdesk.views.booking.drag import answer
from spa import clock
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Appointment, AppointmentItem
from spa.services import booking
from spa.services.audit import Actor
from spa.services.booking import Line

MINUTE = timedelta(minutes=1)
UNIT = 5  # minutes


@require_POST
@permission_required("spa.book_appointment", raise_exception=True)
def stretch(request: HttpRequest, code: str) -> HttpResponse:
    """Let one treatment end when its card does; a refusal offers the longest that is possible."""
    visit = find(request.user, code)
    form = StretchForm(request.POST)
    if not form.is_valid():
        raise RuleBroken(_("That is no end of a treatment. Open the visit and type its length."))
    asked, now = form.cleaned_data, clock.now()
    item = get_object_or_404(visit.items, pk=asked["item"])
    try:
        visit = booking.change_items_at(
            appointment=visit,
            lines=_lines(visit, item, (asked["end"] - item.starts_at) // MINUTE),
            now=now,
            actor=Actor(user=request.user, request_id=asked["request_id"]),
            version=asked["version"],
        )
    except BusinessLogicError as refusal:
        about_the_time = isinstance(refusal, (booking.SlotTaken, RuleBroken))
        end = _latest_end(visit, item, asked["end"], now) if about_the_time else None
        context = {"visit": visit, "item": item, "refusal": refusal, "end": end, "key": uuid4()}
        return answer(request, "booking/_stretch_refused.html", context, status=refusal.http_status)
    stretched = visit.items.select_related("service").get(pk=item.pk)
    return answer(request, "booking/_stretched.html", {"visit": visit, "item": stretched})


def _lines(visit: Appointment, stretched: AppointmentItem, minutes: int) -> list[Line]:
    return [
        replace(line, minutes=minutes) if line.item == stretched.pk else line
        for line in booking.as_it_is(visit)
    ]


def _latest_end(
    visit: Appointment, item: AppointmentItem, asked: datetime, now: datetime
) -> datetime | None:
    """Return the latest end before `asked` that is possible and later than the present one.

    What is too long stays so however much longer: six tries for any length of a day.
    """
    first = item.duration_minutes // UNIT
    last = (asked - item.starts_at) // MINUTE // UNIT
    possible, impossible = first, last
    while impossible - possible > 1:
        middle = (possible + impossible) // 2
        try:
            booking.try_change(appointment=visit, lines=_lines(visit, item, middle * UNIT), now=now)
        except BusinessLogicError:
            impossible = middle
        else:
            possible = middle
    return item.starts_at + possible * UNIT * MINUTE if possible > first else None
