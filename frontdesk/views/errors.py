"""What is answered when something went wrong, with nothing in it but what to do next (SEC-35).

It is a page of ours; HTMX gets a notice, which leaves the page and what was typed there alone.
Both are rendered without a request context, so neither a session nor a user nor the database
is asked for anything.
"""

import sys

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from frontdesk import token_pages
from frontdesk.htmx import wants_fragment
from spa.postgres.outage import connection_was_lost

RETRY_AFTER_SECONDS = 5


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database is away, and 500 for every other fault.

    Django turns an exception into an answer right where it left a middleware or the view,
    and calls this while handling it: a middleware of ours would never see it.
    """
    if connection_was_lost(sys.exc_info()[1]):
        return unavailable(request)
    return _answer(request, "500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Ask to try again soon; HTMX gets a notice, which leaves what was typed in its place."""
    template = "_503.html" if wants_fragment(request) else "503.html"
    response = _answer(request, template, 503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without the right token; `reason` is for developers, not for the page."""
    return _answer(request, "403_csrf.html", 403)


def _answer(request: HttpRequest, template: str, status: int) -> HttpResponse:
    is_notice = wants_fragment(request)
    frame = "_error_notice.html" if is_notice else "_error.html"
    context = {"frame": frame, "has_link": token_pages.is_one(request)}
    response = HttpResponse(render_to_string(template, context), status=status)
    if is_notice:
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "innerHTML"
    return response
