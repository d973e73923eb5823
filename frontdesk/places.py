"""Which location a request is about: `?location=`, else the session’s, else her first."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from frontdesk.htmx import wants_fragment
from spa.models import Location

SESSION_KEY = "location"


@dataclass(frozen=True, slots=True)
class Places:
    """The locations in which a user works, and the one she is looking at (None: she has none)."""

    all: tuple[Location, ...]
    current: Location | None


def of(request: HttpRequest) -> Places:
    """Return the request's places; one query, once a request.

    A `?location=` outside the user's own is a 404, as if it did not exist.
    """
    if not hasattr(request, "_places"):
        request._places = _find(request)
    return request._places


def query(request: HttpRequest) -> str:
    """Return `?location=…` for links of a user who works in several, else nothing."""
    places = of(request)
    return f"?location={places.current.pk}" if len(places.all) > 1 else ""


def current(request: HttpRequest) -> Location:
    """Return the location the request is about; 404 for somebody who works nowhere."""
    location = of(request).current
    if location is None:
        raise Http404
    return location


def _find(request: HttpRequest) -> Places:
    if not request.user.is_authenticated:
        return Places((), None)
    mine = tuple(Location.objects.visible_to(request.user).order_by("position", "pk"))
    by_key = {str(location.pk): location for location in mine}
    asked = request.GET.get("location")
    if asked is not None:
        if asked not in by_key:
            raise Http404
        # A fragment belongs to a page that is open, perhaps beside one of another location.
        if not wants_fragment(request) and request.session.get(SESSION_KEY) != asked:
            request.session[SESSION_KEY] = asked
        return Places(mine, by_key[asked])
    remembered = by_key.get(request.session.get(SESSION_KEY, ""))
    return Places(mine, remembered or (mine[0] if mine else None))
