"""Pages behind a secret link: who comes with it needs no log-in and leaves no trace (SEC-25…28)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase

from frontdesk import address
from spa.models import PaymentRequest
from spa.services import limits, links
from spa.wompi import keys

View = Callable[..., HttpResponseBase]
HEADERS = {
    "Cache-Control": "no-store",
    # Not `no-referrer`: browsers would post `Origin: null`, which is refused.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def token_page(view: View) -> View:
    """Let anybody in who has the link, and nobody keep, index or pass on what it shows."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    wrapped.is_token_page = True
    return login_not_required(wrapped)


def is_one(request: HttpRequest) -> bool:
    """Say whether a request came to such a page, whose errors lead nowhere into the desk."""
    match = request.resolver_match
    return getattr(match and match.func, "is_token_page", False)


def leads_to_the_checkout(view: View) -> View:
    """Let the page's form end at the gateway: browsers hold `form-action` against redirects too."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not keys.are_set():
            return view(request, *args, **kwargs)
        # Not before there is a request: the settings decide who the gateway is.
        allow = csp_update({"form-action": [keys.load().checkout_origin]})
        return allow(view)(request, *args, **kwargs)

    return wrapped


def find(kind: str, token: str, request: HttpRequest, *, now: datetime) -> PaymentRequest:
    """Return whose link a token is; of one that is not right only that is told, and counted.

    :raises Http404: it is none of ours, of another kind, or was ended with its version
    :raises RateLimited: too many of those from there
    """
    key = links.public_id(token)
    found = PaymentRequest.objects.filter(public_id=key).first() if key else None
    if found is None or not links.is_valid(kind, token, found.token_version):
        limits.count(limits.UNKNOWN_LINK, address.counted(request), now=now)
        raise Http404
    return found
