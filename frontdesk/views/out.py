"""A therapist is out: what becomes of her visits, and whom to call."""

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk import places, tried
from frontdesk.absent import accepted, rows
from frontdesk.calls import AT_ONCE, CallList, visits_of
from frontdesk.forms.out import OutForm
from frontdesk.minutes import CHOICES
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import Appointment, AvailabilityExclusion, Location, User
from spa.services import absence, schedule
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch

may_take_out = permission_required(
    ("spa.add_availabilityexclusion", "spa.book_appointment"), raise_exception=True
)


@require_http_methods(["GET", "HEAD", "POST"])
@may_take_out
def out(request: HttpRequest, day: date) -> HttpResponse:
    """Ask who is out, show for each of her visits what can be done, and do what was accepted."""
    location, now = places.current(request), clock.now()
    if request.method != "POST":
        form = OutForm.new(location, day, staff=request.GET.get("staff", ""), now=now)
        return _ask(request, form, day)
    form = OutForm(request.POST, location=location)
    if not form.is_valid():
        return _ask(request, form, day, status=422)
    if request.POST.get("do") != "save":
        return _try(request, form, day, now)
    return _save(request, form, day, now)


def _try(request: HttpRequest, form: OutForm, day: date, now: datetime) -> HttpResponse:
    try:
        done = schedule.trial(
            absence.take_out, **form.call, now=now, actor=Actor(user=request.user)
        )
    except BusinessLogicError as refusal:
        return _refused(request, form, day, refusal)
    return _show(request, form, day, now, done=done)


def _save(request: HttpRequest, form: OutForm, day: date, now: datetime) -> HttpResponse:
    actor = Actor(user=request.user, request_id=form.cleaned_data["request_id"])
    try:
        choices = accepted(request.POST, _visits(request.user, form))
        done = absence.take_out(
            **form.call, confirmed=form.cleaned_data["confirmed"], now=now, actor=actor
        )
    except absence.VisitsChanged as refusal:
        form.refuse(refusal)
        trial = schedule.trial(
            absence.take_out, **form.call, now=now, actor=Actor(user=request.user)
        )
        return _show(request, form, day, now, done=trial, refusal=refusal)
    except BusinessLogicError as refusal:
        if isinstance(refusal, KeyMismatch):
            form.forget_request()
        return _refused(request, form, day, refusal)
    told = absence.rearrange(choices, now=now, actor=actor)
    _tell(request, told, left=len(done.visits) - len(told.moved))
    location = form.location
    return redirect(tried.address(reverse("out_list", args=[done.exclusion.pk]), location))


def _tell(request: HttpRequest, told: absence.Rearranged, *, left: int) -> None:
    moved = len(told.moved)
    said = [_("Saved.")]
    if moved:
        said.append(
            ngettext("%(number)s visit was moved.", "%(number)s visits were moved.", moved)
            % {"number": moved}
        )
    if left:
        said.append(
            ngettext("%(number)s client to call.", "%(number)s clients to call.", left)
            % {"number": left}
        )
    messages.success(request, " ".join(said))
    for visit, refusal in told.refused:
        messages.warning(
            request,
            _("%(client)s was not moved: %(why)s")
            % {"client": visit.client.name, "why": refusal.detail},
        )


def _visits(user: User, form: OutForm) -> list[Appointment]:
    """Return those of her visits that exist for the user."""
    call = form.call
    return visits_of(call["staff"], starts_at=call["starts_at"], ends_at=call["ends_at"], user=user)


def _show(
    request: HttpRequest,
    form: OutForm,
    day: date,
    now: datetime,
    *,
    done: absence.Out,
    refusal: BusinessLogicError | None = None,
) -> HttpResponse:
    call = form.call
    visits = _visits(request.user, form)
    span = {"starts_at": call["starts_at"], "ends_at": call["ends_at"]}
    affected = absence.propose(visits[:AT_ONCE], staff=call["staff"], **span, now=now)
    looked = {
        "rows": rows(affected, call["staff"], request.POST),
        "further": visits[AT_ONCE:],
        "total": len(done.visits),
        "elsewhere": len(done.visits) - len(visits),
        "seal": schedule.seal_of(done.visits),
        "hours": tried.hours(done.report),
    }
    status = refusal.http_status if refusal else 200
    return _ask(request, form, day, looked=looked, refusal=refusal, status=status)


def _refused(
    request: HttpRequest, form: OutForm, day: date, refusal: BusinessLogicError
) -> HttpResponse:
    form.refuse(refusal)
    return _ask(request, form, day, refusal=refusal, status=refusal.http_status)


def _ask(
    request: HttpRequest, form: OutForm, day: date, status: int = 200, **context: object
) -> HttpResponse:
    location = form.location
    context |= {
        "form": form,
        "day": day,
        "location": location,
        "times": CHOICES,
        "action": tried.address(request.path, location),
        "who_is_out": _who_is_out(location, day),
        "already": getattr(context.get("refusal"), "exclusion", None),
    }
    return render(request, "calendar/out.html", context, status=status)


def _who_is_out(location: Location, day: date) -> Sequence[AvailabilityExclusion]:
    """Return who is out on a day, on dates. One query."""
    found = AvailabilityExclusion.objects.on_day(day, location).filter(staff__isnull=False)
    return found.select_related("staff").order_by("starts_at", "pk")


@require_safe
@may_take_out
def out_list(request: HttpRequest, pk: int) -> HttpResponse:
    """List whom to call: the visits that still stand in time taken away from a therapist."""
    exclusion, now = _exclusion(request, pk), clock.now()
    page = request.GET.get("page", "")
    context = {
        "exclusion": exclusion,
        "calls": CallList(exclusion, page=page, user=request.user, now=now),
        "location": exclusion.location,
        "day": exclusion.location.today(now=max(exclusion.starts_at, now)),
    }
    return render(request, "calendar/out_list.html", context)


@require_POST
@may_take_out
def called(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Note that a client was called, or that she was not after all."""
    exclusion = _exclusion(request, pk)
    visit = get_object_or_404(Appointment.objects.visible_to(request.user), code=code)
    absence.mark_called(
        exclusion=exclusion,
        appointment=visit,
        called=request.POST.get("called") == "1",
        now=clock.now(),
        actor=Actor(user=request.user),
    )
    page = request.GET.get("page", "")
    query = f"?page={page}" if page.isdecimal() else ""
    return redirect(reverse("out_list", args=[pk]) + query)


def _exclusion(request: HttpRequest, pk: int) -> AvailabilityExclusion:
    """Return time on dates that was taken away from a therapist, at the user's houses."""
    mine = [location.pk for location in places.of(request).all]
    found = AvailabilityExclusion.objects.select_related("staff", "location")
    dated = found.filter(staff__isnull=False, weekday__isnull=True)
    return get_object_or_404(dated, pk=pk, location__in=mine)
