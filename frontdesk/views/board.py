"""The board at the front desk: from expected to done."""

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from frontdesk import places
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.views.booking.appointment import BY_NAME
from spa import clock, localtime
from spa.models import Location, User
from spa.services import board as boards
from spa.services import day_version


@require_GET
@permission_required("spa.check_in_appointment", raise_exception=True)
def board(request: HttpRequest) -> HttpResponse:
    """Show today's board; asked with the version shown (`?v=`), 204 while that is still true."""
    location, now = places.current(request), clock.now()
    changes = day_version.version(location, *boards.days_of(location, now))
    if wants_fragment(request) and _is_still_true(request.GET.get("v", ""), location, changes, now):
        return HttpResponse(status=204)
    shown = boards.load(location=location, user=request.user, now=now)
    context = {
        "board": shown,
        "version": _version(location, changes, shown.changes_at),
        "today": location.today(now=now),
        **_commands(request.user),
    }
    return render_screen(
        request, page="board/board.html", fragment="board/_board.html", context=context
    )


def _version(location: Location, changes: str, until: datetime) -> str:
    """Return what was drawn and until when time alone will not change it."""
    return f"{location.pk}.{changes}.{localtime.minutes(until, round_up=True)}"


def _is_still_true(shown: str, location: Location, changes: str, now: datetime) -> bool:
    of_visits, _dot, until = shown.rpartition(".")
    if of_visits != f"{location.pk}.{changes}" or not until.isdecimal():
        return False
    return localtime.minutes(now) < int(until)


def _commands(user: User) -> dict:
    """Return the steps that the user may take, by name; None stands for one she may not."""
    names = ("check_in", "check_in_shortened", "start", "finish", "no_show")
    allowed = {name: user.has_perm(BY_NAME[name].permission) for name in names}
    return {name: BY_NAME[name] if allowed[name] else None for name in names} | {
        "can_move": user.has_perm("spa.book_appointment"),
        "charge": user.has_perm("spa.take_payment"),
    }
