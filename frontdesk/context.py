"""What every page's frame shows: read lazily, so that a fragment pays for nothing it omits."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from frontdesk import places


def shell(request: HttpRequest) -> dict:
    """Return the locations of the user with the one she is looking at, the query string that keeps
    a link at that location, and what the spa is called."""
    return {
        "spa_name": settings.SPA_NAME,
        "shell": SimpleLazyObject(lambda: places.of(request)),
        "at_house": SimpleLazyObject(lambda: places.query(request)),
    }
