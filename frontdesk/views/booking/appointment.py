"""One visit: what it is, what happened to it, and what can be done with it now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import NAMESPACE_URL, UUID, uuid5

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from frontdesk import back, confirm, link_part, refusals, story, waiting
from frontdesk.companions import can_cancel, companions
from frontdesk.forms.booking import VersionForm
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.till import Till
from spa import clock, localtime
from spa.errors import BusinessLogicError
from spa.models import (
    Appointment,
    AppointmentStatus,
    CancelledBy,
    OverrideReason,
    SpaPolicy,
    User,
)
from spa.services import booking
from spa.services.audit import Actor

S = AppointmentStatus


@dataclass(frozen=True, slots=True)
class Command:
    """A button of a visit: who may press it, in which states it stands there, what it calls."""

    name: str
    label: Promise
    permission: str
    states: tuple[str, ...]
    icon: str
    call: Callable[..., Appointment]
    confirm: Promise | str = ""  # the question before a step that hurts
    done: Promise | str = ""  # said after one whose buttons are gone with it
    when: Callable[[Appointment, datetime], bool] = lambda _visit, _now: True


@dataclass(frozen=True, slots=True)
class Hold:
    """Until when an unpaid visit waits, for how long it can be kept, why it need not be."""

    until: datetime
    lengths: tuple[waiting.Length, ...]
    reasons: list[tuple[str, str]]


CANCEL = "spa.cancel_appointment"
CANCELLABLE = (S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED)
COMMANDS = (
    Command(
        *("check_in_shortened", _("Check in, shorter"), "spa.check_in_appointment"),
        states=(S.CONFIRMED,),
        icon="timer",
        call=booking.check_in_shortened,
        when=lambda visit, now: is_late(visit, now=now),
    ),
    Command(
        *("check_in", _("Check in"), "spa.check_in_appointment", (S.CONFIRMED,), "door-open"),
        call=booking.check_in,
        when=lambda visit, now: is_of_today(visit, now=now),
    ),
    Command(
        *("start", _("Start"), "spa.treat_appointment", (S.ARRIVED,), "circle-dot"),
        call=booking.start,
    ),
    Command(
        *("finish", _("Finish"), "spa.treat_appointment", (S.IN_SERVICE,), "check-check"),
        call=booking.finish,
        when=lambda visit, _now: not visit.is_finished,
    ),
    Command(
        *("complete", _("Complete"), "spa.check_in_appointment", (S.CONFIRMED, S.ARRIVED)),
        icon="check-check",
        call=booking.complete,
        confirm=_("Record that this visit took place?"),
        done=_("Recorded as completed"),
        # What is not paid is charged, and closed along with that.
        when=lambda visit, now: visit.starts_at <= now and visit.balance_cents == 0,
    ),
    Command(
        *("no_show", _("Record no-show"), CANCEL, (S.CONFIRMED,), "user-round-x"),
        call=booking.record_no_show,
        confirm=_("Record that the client did not come? Her time becomes free."),
        done=_("Recorded as a no-show"),
        when=lambda visit, now: visit.starts_at <= now,
    ),
    Command(
        *("cancel_client", _("Cancel for the client"), CANCEL, CANCELLABLE),
        icon="circle-x",
        call=partial(booking.cancel, cancelled_by=CancelledBy.CLIENT),
        confirm=_("Cancel this visit because the client asked for it? Its time becomes free."),
        done=_("Cancelled for the client"),
    ),
    Command(
        *("cancel_spa", _("Cancel for the spa"), CANCEL, CANCELLABLE),
        icon="circle-x",
        call=partial(booking.cancel, cancelled_by=CancelledBy.SPA),
        confirm=_("Cancel this visit on the spa’s side? Its time becomes free."),
        done=_("Cancelled for the spa"),
    ),
)
BY_NAME = {command.name: command for command in COMMANDS}


@require_GET
def appointment(request: HttpRequest, code: str) -> HttpResponse:
    """Show one visit; one that is not the user's to see does not exist."""
    return show(request, visit_context(request.user, code))


@require_POST
def act(request: HttpRequest, code: str, command: str) -> HttpResponse:
    """Carry out one command on the version that the page showed; sent twice, it is done once.

    A form that names the page it stands on (`next`) is taken back there, and HTMX told only
    what happened: that page draws itself again. A step that hurts is asked about first.
    """
    chosen = BY_NAME.get(command)
    if chosen is None:
        raise Http404
    if not request.user.has_perm(chosen.permission):
        raise PermissionDenied
    visit = find(request.user, code)
    form = VersionForm(request.POST)
    shown = form.cleaned_data["version"] if form.is_valid() else 0
    page = back.asked(request)
    if chosen.confirm and confirm.is_missing(request):
        there = page or beside_its_day(visit)
        return confirm.ask(request, chosen.confirm, label=chosen.label, back=there)
    try:
        actor = Actor(user=request.user, request_id=key_of(request.path, shown))
        chosen.call(appointment=visit, version=shown, now=clock.now(), actor=actor)
    except BusinessLogicError as refusal:
        if page and wants_fragment(request):
            return changed(refusals.answer(request, refusal), elsewhere=True)
        context = visit_context(request.user, code, shown=shown) | {"refusal": refusal}
        return changed(show(request, context, status=refusal.http_status))
    done = told(chosen.done, [visit]) if chosen.done else ""
    if not wants_fragment(request):
        if done:
            messages.success(request, done)
        return redirect(page or beside_its_day(visit))
    if page:
        return changed(_notice(request, done), elsewhere=True)
    return changed(show(request, visit_context(request.user, code) | {"done": done}))


def told(done: Promise | str, visits: Sequence[Appointment]) -> str:
    """Return what is said after a step: what was done, when the first is, and the codes."""
    at = visits[0].starts_at.astimezone(visits[0].location.tz)
    return f"{done}: {at:%H:%M} · {', '.join(one.code for one in visits)}"


def _notice(request: HttpRequest, done: str) -> HttpResponse:
    """Return what is said in the toast region; nothing where the page shows it by itself."""
    if not done:
        return HttpResponse(status=204)
    response = render(request, "_done.html", {"done": done})
    response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "innerHTML"
    return response


def key_of(step: str, version: int) -> UUID:
    """Return the `request_id` of a step: by its address, from this version, it is taken once.

    Each button of a version is one request by its nature, in every tab and without script.
    """
    return uuid5(NAMESPACE_URL, f"{step}?version={version}")


def changed(response: HttpResponse, *, elsewhere: bool = False) -> HttpResponse:
    """Have the open day, or the board, draw itself again: what it shows may be out of date.

    `elsewhere`: the answer is not the visit in the panel, which then draws itself again too.
    """
    response["HX-Trigger"] = "visit-changed, panel-outdated" if elsewhere else "visit-changed"
    return response


def beside_its_day(visit: Appointment) -> str:
    """Return the address of the visit's day with the visit open beside it."""
    day = visit.location.today(now=visit.starts_at)
    return f"{reverse('day', args=[day])}?location={visit.location_id}&appointment={visit.code}"


def visit_context(user: User, code: str, *, shown: int | None = None) -> dict:
    """Return what `_appointment.html` needs; 404 when the visit is not the user's to see.

    `shown` is the version that her page had: what happened since is then told apart. Five
    queries: the visit, its items, its changes, the client's other visits, her party's; and one
    to three about its payment link, where there is a gateway.
    """
    visit = find(user, code)
    changes = list(visit.changes.select_related("user").order_by("version"))
    now = clock.now()
    link = link_part.load(visit, user=user, now=now)
    lines = story.tell(changes, zone=visit.location.tz, beside=link_part.lines(link))
    allowed = [
        command
        for command in COMMANDS
        if visit.status in command.states
        and user.has_perm(command.permission)
        and command.when(visit, now)
    ]
    others = companions(visit, user=user)
    return {
        "visit": visit,
        "others": others,
        "can_cancel_party": user.has_perm(CANCEL) and can_cancel([visit, *others]),
        "location": visit.location,
        "day": visit.location.today(now=visit.starts_at),
        "items": visit.items.select_related("service", "staff", "room").order_by("position"),
        "changes": lines,
        "news": [line for line in lines if shown and line.version > shown],
        "is_late": BY_NAME["check_in_shortened"] in allowed,
        "minutes_late": localtime.minutes(now) - localtime.minutes(visit.starts_at),
        "steps": [command for command in allowed if not command.confirm],
        "more": [command for command in allowed if command.confirm],
        "more_commands": any(
            command.confirm and visit.status in command.states and user.has_perm(command.permission)
            for command in COMMANDS
        ),
        "can_change": visit.is_changeable and user.has_perm("spa.book_appointment"),
        "till": _till(visit, user, now),
        "can_move": visit.is_movable and user.has_perm("spa.book_appointment"),
        "is_vip": visit.client.is_vip(on=visit.location.today(now=visit.starts_at)),
        "earlier": Appointment.objects.visible_to(user)
        .filter(client=visit.client_id, status=S.COMPLETED)
        .aggregate(
            visits=Count("pk"),
            last=Max("starts_at", filter=Q(starts_at__lt=visit.starts_at)),
        ),
        "hold": _hold(visit, user, now),
        "link": link,
        "now": now,
        "sees_health": visit.tells_health_to(user, now=clock.now()),
        "sees_whole_names": user.has_perm("spa.view_calendar"),
    }


def _hold(visit: Appointment, user: User, now: datetime) -> Hold | None:
    """Return what can be decided about an unpaid visit, for who may book. One query, or none."""
    if visit.status != S.PENDING_PAYMENT or not user.has_perm("spa.book_appointment"):
        return None
    usual = SpaPolicy.current().hold_minutes
    offered = waiting.lengths(visit.starts_at, usual=usual, chosen=waiting.LENGTHS[0], now=now)
    return Hold(visit.held_until, offered, OverrideReason.choices)


def _till(visit: Appointment, user: User, now: datetime) -> Till | None:
    """Return what a visit costs and how it was paid, for who may see it."""
    return Till(visit, user=user, now=now) if user.has_perm("spa.view_payment") else None


def find(user: User, code: str) -> Appointment:
    """Return a visit with its location and client; one that is not the user's does not exist."""
    visible = Appointment.objects.visible_to(user).select_related("location", "client")
    return get_object_or_404(visible, code=code)


def is_of_today(visit: Appointment, *, now: datetime) -> bool:
    return visit.location.today(now=now) == visit.location.today(now=visit.starts_at)


def is_late(visit: Appointment, *, now: datetime) -> bool:
    """Say whether her client comes late, while there is something left to come for."""
    if not visit.starts_at <= now < visit.ends_at:
        return False
    return booking.is_late(visit, now=now, policy=SpaPolicy.current())


def show(request: HttpRequest, context: dict, status: int = 200) -> HttpResponse:
    """Draw the visit in the panel, or as a page."""
    response = render_screen(
        request,
        page="booking/appointment.html",
        fragment="booking/_appointment.html",
        context=context,
        status=status,
    )
    if "HX-Boosted" in request.headers:  # beside the day: its address stays that of the day
        response["HX-Push-Url"] = "false"
    return response
