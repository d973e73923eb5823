"""For load balancers and supervisors: is this process alive, can it serve?"""

import time

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from spa import clock
from spa.services import health

MEMORY_SECONDS = 2
# When this process last looked, and what it saw: many askers cost one look.
_last_look: tuple[float, bool] = (float("-inf"), False)


@login_not_required
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nobody else, the database least of all."""
    return _word(up=True)


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Say whether the database answers and the task cluster did work lately."""
    global _last_look
    at, up = _last_look
    if time.monotonic() - at > MEMORY_SECONDS:
        up = _look()
        _last_look = (time.monotonic(), up)
    return _word(up=up)


def _look() -> bool:
    try:
        age = health.heartbeat_age(now=clock.now())
    except Error:
        return False
    return age is not None and age < health.LATE


def _word(*, up: bool) -> HttpResponse:
    return HttpResponse(
        "up" if up else "down", status=200 if up else 503, content_type="text/plain"
    )
