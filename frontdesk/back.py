"""Where a form takes its user back to, when it stands on more than one page."""

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

FIELD = "next"


def asked(request: HttpRequest) -> str | None:
    """Return the page that the form named, or None: only a path of our own is one."""
    path = request.POST.get(FIELD, "")
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return None
    try:
        resolve(path.partition("?")[0])
    except Resolver404:
        return None
    return path
