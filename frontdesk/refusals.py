"""From a refusal to an answer: the one place that knows both (rule book §13).

Only a view with a form catches a refusal itself, to give the form back filled in.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from frontdesk.htmx import wants_fragment
from spa.errors import BusinessLogicError


class RefusalMiddleware:
    """Answers a `BusinessLogicError` with its status, as a notice or a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, BusinessLogicError):
            return None
        return answer(request, error)


def answer(request: HttpRequest, refusal: BusinessLogicError) -> HttpResponse:
    """Return the refusal as a notice in the toast region for HTMX, as a page for everyone else.

    Whoever needs no log-in for what she asked gets a page that knows nothing of the desk: no link
    into it, and no user or session asked for (SEC-27).
    """
    if wants_fragment(request):
        response = render(request, "_refusal.html", {"refusal": refusal})
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "innerHTML"
    elif _is_public(request):
        response = HttpResponse(render_to_string("refusal_in_public.html", {"refusal": refusal}))
    else:
        response = render(request, "refusal.html", {"refusal": refusal})
    response.status_code = refusal.http_status
    if refusal.retry_after_seconds:
        response["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def _is_public(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and not getattr(match.func, "login_required", True)
