"""A user's own settings, and what allauth would offer and we do not."""

from allauth.account.views import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from frontdesk.forms.accounts import ThemeForm
from frontdesk.htmx import wants_fragment


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs up, and a switched-off account gets no page of its own."""
    raise Http404


@login_not_required
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Log out, and have the browser forget what it kept of the desk (SEC-09)."""
    response = logout(request)
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Switch the user's single-letter shortcuts on or off."""
    request.user.single_keys = "single_keys" in request.POST
    request.user.save(update_fields=["single_keys"])
    return HttpResponse(status=204) if wants_fragment(request) else redirect("today")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep whether the user's pages are light, dark or as her system is."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        raise BadRequest("there is no such theme")
    request.user.theme = form.cleaned_data["theme"]
    request.user.save(update_fields=["theme"])
    return HttpResponse(status=204) if wants_fragment(request) else redirect("today")


@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """List the keys of the desk, when they are asked for the first time."""
    return render(request, "_keys.html")
