"""What allauth would offer and we do not."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs up, and a switched-off account gets no page of its own."""
    raise Http404
