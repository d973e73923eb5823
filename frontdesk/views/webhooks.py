"""`POST /webhooks/wompi/`: the one address that strangers' machines write to (SEC-31 to 33).

It believes nothing but a right checksum, keeps what was announced, and answers at once: no call is
made here. Only 200 counts as delivered; anything else comes again three times in a day.
"""

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from frontdesk import address
from spa import clock
from spa.errors import Busy
from spa.services import gateway, limits
from spa.services.gateway import Received
from spa.wompi import events, keys

SECONDS_TO_RETRY = 60
SAID = {
    Received.NEWS: (200, "Received"),
    Received.KNOWN: (200, "Known already"),
    Received.MISMATCH: (400, "Amount mismatch"),
}
REFUSED = {
    events.Refusal.UNREADABLE: (400, "Unreadable"),
    events.Refusal.WRONG_CHECKSUM: (401, "Wrong checksum"),
    events.Refusal.OTHER_ENVIRONMENT: (401, "Another environment"),
    events.Refusal.IRRELEVANT: (200, "Irrelevant"),
}


@csrf_exempt
@login_not_required
@require_POST
def wompi(request: HttpRequest) -> HttpResponse:
    """Take one event of Wompi's. Three queries for news, five for a mismatch."""
    if not keys.are_set():
        raise Http404
    if settings.SECURE and not request.is_secure():
        return _say(400, "HTTPS only")
    body = _body(request)
    if body is None:
        return _say(*REFUSED[events.Refusal.UNREADABLE])
    ours = keys.load()
    announcement = events.read(
        body,
        secrets=ours.events,
        environment=ours.environment,
        header=request.headers.get("X-Event-Checksum"),
    )
    if isinstance(announcement, events.Refusal):
        return _refuse(request, announcement)
    try:
        received = gateway.receive(announcement=announcement, now=clock.now())
    except (Busy, Error):
        answer = _say(503, "Try again")
        answer["Retry-After"] = str(SECONDS_TO_RETRY)
        return answer
    return _say(*SAID[received])


def _body(request: HttpRequest) -> bytes | None:
    """Return what was sent; None where that is no event, unread if it is too long for one."""
    if request.content_type != "application/json":
        return None
    if not (request.headers.get("Content-Length") or "").isdecimal():
        return None
    if int(request.headers["Content-Length"]) > events.MOST_BYTES:
        return None
    return request.read(events.MOST_BYTES)


def _refuse(request: HttpRequest, refusal: events.Refusal) -> HttpResponse:
    if refusal == events.Refusal.WRONG_CHECKSUM:
        try:
            limits.count(limits.WRONG_CHECKSUM, address.counted(request), now=clock.now())
        except limits.RateLimited as limited:
            answer = _say(429, "Too many wrong checksums")
            answer["Retry-After"] = str(limited.retry_after_seconds)
            return answer
        except Error:  # nobody counts, and nothing of it is believed either
            pass
    return _say(*REFUSED[refusal])


def _say(status: int, detail: str) -> HttpResponse:
    return HttpResponse(
        json.dumps({"detail": detail}), status=status, content_type="application/json"
    )
