"""One therapist's week."""

from datetime import date, datetime, time, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from frontdesk import grid, places
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.views.calendar import refuse_strangers
from spa import clock
from spa.models import Location, StaffMember, User
from spa.services import agenda, day_version

WEEK = timedelta(days=7)


@require_GET
def week(request: HttpRequest, staff: int, day: date) -> HttpResponse:
    """Show the week that `day` lies in; a therapist sees her own and no other."""
    location, now, user = places.current(request), clock.now(), request.user
    refuse_strangers(user)
    members = _members(location, user)
    if staff not in members:
        if "location" in request.GET and user.has_perm("spa.view_calendar"):
            return redirect("day", day)  # she does not work at the house that was switched to
        raise Http404
    monday = day - timedelta(days=day.weekday())
    version = day_version.version(location, monday, monday + WEEK - timedelta(days=1))
    polled = wants_fragment(request) and "v" in request.GET
    if polled and request.GET["v"] == version:
        return HttpResponse(status=204)
    shown = agenda.load_week(location=location, staff=members[staff], day=day, user=user, now=now)
    days = [grid.draw(one, now=now) for one in shown.days]
    context = {
        "week": shown,
        "days": days,
        "live": next((one for one in days if one.now), None),
        "hours": _hours(shown),
        "day": day,
        "previous": day - WEEK,
        "following": day + WEEK,
        "members": [one for one in members.values() if one.is_active],
        "now": now,
        "today": location.today(now=now),
        "can_book": user.has_perm("spa.book_appointment"),
        "sees_whole_names": user.has_perm("spa.view_calendar"),
        # Drawn again beside an open visit, it leaves the bar alone: its menu may be open.
        "with_bar": wants_fragment(request) and not polled,
        "version": version,
    }
    return render_screen(
        request, page="calendar/week.html", fragment="calendar/_week.html", context=context
    )


def _members(location: Location, user: User) -> dict[int, StaffMember]:
    """Return whose weeks the user may see here: all who work or worked here, or herself."""
    here = StaffMember.objects.working_at(location).order_by("position", "pk")
    if not user.has_perm("spa.view_calendar"):
        here = here.filter(user=user)
    return {member.pk: member for member in here}


def _hours(week: agenda.Week) -> list[datetime]:
    midnight = datetime.combine(week.monday, time())
    return [midnight + timedelta(hours=hour) for hour in range(*week.hours)]
