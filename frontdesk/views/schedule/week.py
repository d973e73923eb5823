"""A week that is changed: a therapist's, or the location's opening hours."""

from collections.abc import Callable, Iterable
from functools import partial
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from frontdesk import places, tried
from frontdesk.forms.schedule import OpeningForm, WeekForm
from frontdesk.forms.week import Week
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.minutes import CHOICES
from spa import clock
from spa.errors import Stale
from spa.models import Location, StaffMember, Weekday
from spa.services import schedule
from spa.services.schedule import Hours, Report


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.change_staffavailability", raise_exception=True)
def staff(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a therapist's week and what is taken from it; change it from a day on."""
    location, now = places.current(request), clock.now()
    here = StaffMember.objects.active().working_at(location)
    member = get_object_or_404(here, pk=pk)
    today = location.today(now=now)
    hours = schedule.week_of(member, location, today)
    rows = member.availability.filter(location=location)
    colleagues = here.exclude(pk=pk).order_by("position", "pk")
    worker = next(one for one in schedule.workers(location, today=today) if one.staff == member)
    context = {
        "member": member,
        "today": today,
        "worker": worker,
        "colleagues": colleagues,
        "taken": schedule.taken(location, staff=member, now=now),
        "add": reverse("schedule_exclude_staff", args=[pk]),
    }
    return _edit(
        request,
        location,
        form=WeekForm,
        initial={"valid_from": today.isoformat()},
        hours=hours,
        rows=rows,
        change=partial(schedule.set_week, staff=member),
        copied=lambda other: schedule.week_of(get_object_or_404(here, pk=other), location, today),
        context=context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.change_staffavailability", raise_exception=True)
def opening(request: HttpRequest) -> HttpResponse:
    """Show when the location is open, and change it."""
    location = places.current(request)
    return _edit(
        request,
        location,
        form=OpeningForm,
        initial={},
        hours=schedule.opening_of(location),
        rows=location.opening_hours.all(),
        change=schedule.set_opening,
        copied=lambda _other: (),
        context={},
    )


def _edit(
    request: HttpRequest,
    location: Location,
    *,
    form: type[WeekForm],
    initial: dict,
    hours: tuple[Hours, ...],
    rows,
    change: Callable[..., Report],
    copied: Callable[[int], Iterable[Hours]],
    context: dict,
) -> HttpResponse:
    outcome = tried.Outcome(200)
    if request.method == "POST":
        filled, week = form(request.POST), Week.typed(request.POST)
        do = request.POST.get("do", "try")
        if do in ("try", "save"):
            outcome = _carry_out(request, filled, week, change, location)
            if isinstance(outcome.refusal, Stale):
                filled.renew(schedule.version_of(rows))
        else:
            week = _press(do, request.POST, week, copied)
    else:
        version = schedule.version_of(rows)
        filled = form(initial=initial | {"version": version, "request_id": uuid4()})
        week = Week.of(hours)
    if outcome.saved:
        messages.success(request, tried.saved(outcome.told))
        return _to_the_list(request, location)
    context |= {
        "location": location,
        "form": filled,
        "week": week,
        "stored": hours,
        "outcome": outcome,
        "told": outcome.told,
        "weekdays": Weekday.choices,
        "times": CHOICES,
        "action": tried.address(request.path, location),
        "opening": schedule.days_of(schedule.opening_of(location)),
    }
    page = "schedule/staff.html" if "member" in context else "schedule/opening.html"
    return render_screen(
        request, page=page, fragment="schedule/_week.html", context=context, status=outcome.status
    )


def _carry_out(
    request: HttpRequest, form: WeekForm, week: Week, change: Callable, location: Location
) -> tried.Outcome:
    # Both are asked, so that everything that is wrong is marked at once.
    if not all([form.is_valid(), week.is_valid()]):
        return tried.Outcome(422)
    arguments = {
        key: form.cleaned_data[key] for key in ("version", "valid_from") if key in form.fields
    }
    outcome = tried.carry_out(
        request, form, change, location=location, hours=week.hours, **arguments
    )
    weekday = outcome.refusal and outcome.refusal.facts.get("weekday")
    if weekday:
        week.refuse(weekday, outcome.refusal.detail)
    return outcome


def _press(do: str, data, week: Week, copied: Callable[[int], Iterable[Hours]]) -> Week:
    """Do what a button beside the rows says; what it cannot mean does nothing."""
    what, *numbers = do.split("-")
    try:
        match what, [int(number) for number in numbers]:
            case "add", [weekday] if weekday in Weekday.values:
                week.add(weekday)
            case "remove", [weekday, at] if weekday in Weekday.values:
                week.remove(weekday, at)
            case "copy", []:
                days = {int(day) for day in data.getlist("copy_to")} & set(Weekday.values)
                week.copy(int(Weekday(int(data.get("copy_from", "")))), days)
            case "colleague", []:
                return Week.of(copied(int(data.get("colleague", ""))))
    except (ValueError, OverflowError):
        pass
    return week


def _to_the_list(request: HttpRequest, location: Location) -> HttpResponse:
    there = tried.address(reverse("schedule"), location)
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return redirect(there)
