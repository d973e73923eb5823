"""The public holidays on which the location stays closed."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from frontdesk import places, tried
from frontdesk.forms.schedule import HolidaysForm
from spa import clock
from spa import holidays as calendar
from spa.services import schedule

AHEAD = 1  # years after this one


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.change_staffavailability", raise_exception=True)
def holidays(request: HttpRequest, year: int) -> HttpResponse:
    """Offer the holidays of a year, each to be closed on; those that are over stay."""
    location = places.current(request)
    today = location.today(now=clock.now())
    years = range(today.year, today.year + AHEAD + 1)
    if year not in years:
        raise Http404
    offered = calendar.of_year(year)
    days = [one.day for one in offered if one.day > today]
    closed = schedule.closed_holidays(location, year)
    form, outcome = HolidaysForm(days=days), tried.Outcome(200)
    if request.method == "POST":
        form, outcome = HolidaysForm(request.POST, days=days), tried.Outcome(422)
        if form.is_valid():
            change = partial(schedule.close_on_holidays, location=location, year=year)
            outcome = tried.carry_out(request, form, change, days=form.cleaned_data["day"])
    if outcome.saved:
        messages.success(request, tried.saved(outcome.told))
        return redirect(tried.address(reverse("schedule"), location))
    chosen = set(request.POST.getlist("day")) if form.is_bound else set(map(str, closed))
    context = {
        "location": location,
        "form": form,
        "year": year,
        "years": years,
        "rows": [
            {
                "holiday": one,
                "over": one.day <= today,
                "chosen": one.day in closed if one.day <= today else str(one.day) in chosen,
            }
            for one in offered
        ],
        "outcome": outcome,
        "told": outcome.told,
        "action": tried.address(request.path, location),
    }
    return render(request, "schedule/holidays.html", context, status=outcome.status)
