"""What every page's frame shows: read lazily, so that a fragment pays for nothing it omits."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from frontdesk import places

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict:
    """Return the locations of the user with the one she is looking at, the query string that keeps
    a link at that location, and her theme."""
    theme = request.COOKIES.get("theme", "")
    return {
        "shell": SimpleLazyObject(lambda: places.of(request)),
        "at_house": SimpleLazyObject(lambda: places.query(request)),
        "theme": theme if theme in THEMES else "",
    }
