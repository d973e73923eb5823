"""The question before a step that hurts, for who has no script: with script a dialog asks it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from frontdesk.htmx import wants_fragment

FIELD = "confirmed"
CSRF = "csrfmiddlewaretoken"


def is_missing(request: HttpRequest) -> bool:
    """Say whether nobody was asked yet: HTMX sends its form when the dialog was answered."""
    return not wants_fragment(request) and FIELD not in request.POST


def ask(
    request: HttpRequest, question: Promise | str, *, label: Promise | str, back: str
) -> HttpResponse:
    """Ask before the form is carried out: the page holds what was sent, and sends it again.

    `label` names the step on its button, `back` leads to where nothing has happened.
    """
    sent = [
        (name, value) for name, values in request.POST.lists() for value in values if name != CSRF
    ]
    context = {"question": question, "label": label, "back": back, "sent": sent, "field": FIELD}
    return render(request, "confirm.html", context)
