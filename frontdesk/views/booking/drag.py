"""A card that was carried to another time, therapist or day: by pointer or by keyboard."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from frontdesk import tray
from frontdesk.companions import can_move, companions
from frontdesk.forms.drag import DragForm
from frontdesk.views.booking.appointment import changed, find
from spa import clock, localtime
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Appointment, AppointmentItem
from spa.services import booking, slots
from spa.services.audit import Actor
from spa.services.booking.book import find_staff_and_rooms
from spa.services.slots import Wanted

ALTERNATIVES = 3


@require_POST
@permission_required("spa.book_appointment", raise_exception=True)
def drag(request: HttpRequest, code: str) -> HttpResponse:
    """Move the visit so that the item that was carried stands where it was dropped.

    A drag is the spa's wish (rule book §5). A refusal offers the nearest other starts.
    """
    visit = find(request.user, code)
    form = DragForm(request.POST)
    if not form.is_valid():
        raise RuleBroken(_("That is no place in the calendar. Drop the card on a free time."))
    dropped, now = form.cleaned_data, clock.now()
    item = get_object_or_404(visit.items, pk=dropped["item"])
    wanted = _wanted(visit, item, dropped["staff"] or item.staff_id)
    starts_at = visit.starts_at + (dropped["start"] - item.starts_at)
    party = [visit, *companions(visit, user=request.user)]
    if not dropped["scope"] and starts_at != visit.starts_at and can_move(party):
        return _ask_for_whom(request, visit, party, dropped)
    asked = {
        "appointment": visit,
        "starts_at": starts_at,
        "for_client": False,
        "now": now,
        "actor": Actor(user=request.user, request_id=dropped["request_id"]),
    }
    try:
        if dropped["scope"] == "party":
            versions = dict(dropped["versions"]) | {visit.pk: dropped["version"]}
            booking.move_party_at(wanted=_of_all(party, visit, wanted), versions=versions, **asked)
            for one in party:
                tray.take(request, one.code)
        else:
            in_its_rooms = _in_its_rooms(visit, wanted, starts_at, now)
            booking.move_at(wanted=in_its_rooms or wanted, version=dropped["version"], **asked)
    except BusinessLogicError as refusal:
        # Another time is no cure for a visit that is over or was changed meanwhile.
        about_the_time = isinstance(refusal, (booking.SlotTaken, RuleBroken))
        together = party if dropped["scope"] == "party" else [visit]
        wanted_by_visit = _of_all(together, visit, wanted)
        others = (
            _nearest(visit, together, wanted_by_visit, starts_at, now) if about_the_time else []
        )
        return _refused(request, visit, refusal, dropped, others)
    tray.take(request, visit.code)
    moved = visit.items.select_related("staff", "room").get(pk=item.pk)
    return answer(request, "booking/_dragged.html", {"visit": visit, "item": moved})


def _ask_for_whom(
    request: HttpRequest, visit: Appointment, party: list[Appointment], dropped: dict
) -> HttpResponse:
    """Ask whether all who come together go along; until it is answered the card is back."""
    context = {
        "visit": visit,
        "dropped": dropped,
        "others": [one for one in party if one.is_active and one != visit],
    }
    return answer(request, "booking/_drag_asked.html", context)


def _of_all(
    party: list[Appointment], visit: Appointment, wanted: list[Wanted]
) -> dict[int, list[Wanted]]:
    """Return what each of the party shall have: the carried one as dropped, the others as now."""
    return {
        one.pk: wanted
        if one == visit
        else [Wanted(item.service_id, item.staff_id) for item in one.items.order_by("position")]
        for one in party
        if one.is_active
    }


def _refused(
    request: HttpRequest,
    visit: Appointment,
    refusal: BusinessLogicError,
    dropped: dict,
    others: list[datetime],
) -> HttpResponse:
    context = {
        "visit": visit,
        "refusal": refusal,
        "dropped": dropped,
        # A start of the visit, and where the carried item stands then.
        "others": [(start, start + _offset(visit, dropped["item"]), uuid4()) for start in others],
    }
    return answer(request, "booking/_drag_refused.html", context, status=refusal.http_status)


def answer(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    """Return a notice for the toast region, and have the day redrawn: it shows what is true."""
    response = render(request, template, context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "innerHTML"
    return changed(response, elsewhere=True)


def _offset(visit: Appointment, item_id: int) -> timedelta:
    return visit.items.get(pk=item_id).starts_at - visit.starts_at


def _wanted(visit: Appointment, carried: AppointmentItem, staff_id: int | None) -> list[Wanted]:
    """Return the visit's items with the carried one at its new therapist; rooms are open."""
    return [
        Wanted(item.service_id, staff_id if item.pk == carried.pk else item.staff_id)
        for item in visit.items.order_by("position")
    ]


def _in_its_rooms(
    visit: Appointment, wanted: list[Wanted], starts_at: datetime, now: datetime
) -> list[Wanted] | None:
    """Return `wanted` in the rooms that the visit has now, where they are free then."""
    rooms = visit.items.order_by("position").values_list("room_id", flat=True)
    pairs = zip(wanted, rooms, strict=True)
    same = [Wanted(one.service_id, one.staff_id, room) for one, room in pairs]
    try:
        return find_staff_and_rooms(
            location=visit.location,
            client=visit.client,
            wanted=same,
            starts_at=starts_at,
            now=now,
            moving=visit,
        )
    except BusinessLogicError:
        return None


def _nearest(
    visit: Appointment,
    together: list[Appointment],
    wanted: dict[int, list[Wanted]],
    starts_at: datetime,
    now: datetime,
) -> list[datetime]:
    """Return the free starts of that day that are nearest to the one refused, in order.

    `together` are those who move along, the visit among them.
    """
    day = visit.location.today(now=starts_at)
    asked = {"location": visit.location, "first_day": day, "last_day": day, "now": now}
    members = [
        slots.Member(one.client, wanted[one.pk], one) for one in together if one.pk in wanted
    ]
    try:
        if len(members) > 1:
            window = slots.load_party(members=members, **asked)
        else:
            window = slots.load(wanted=wanted[visit.pk], client=visit.client, moving=visit, **asked)
    except BusinessLogicError:
        return []
    refused = localtime.minutes(starts_at)
    starts = set(map(slots.start_of, window.search().slots)) - {localtime.minutes(visit.starts_at)}
    free = sorted(starts, key=lambda start: (abs(start - refused), start))
    return sorted(localtime.moment(start) for start in free[:ALTERNATIVES])
