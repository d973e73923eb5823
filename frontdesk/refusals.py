"""From a refusal to an answer: the one place that knows both (rule book §13).

Only a view with a form catches a refusal itself, to give the form back filled in.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
    """Return the refusal as a notice in the toast region for HTMX, as a page for everyone else."""
    is_notice = wants_fragment(request)
    template = "_refusal.html" if is_notice else "refusal.html"
    response = render(request, template, {"refusal": refusal}, status=refusal.http_status)
    if is_notice:
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "innerHTML"
    if refusal.retry_after_seconds:
        response["Retry-After"] = str(refusal.retry_after_seconds)
    return response
