"""What every page's frame shows: read lazily, so that a fragment pays for nothing it omits."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from frontdesk import places
from spa.models import Alert, User


def shell(request: HttpRequest) -> dict:
    """Return the locations of the user with the one she is looking at, the query string that keeps
    a link at that location, what the spa is called, and how many alerts are open for her."""
    return {
        "spa_name": settings.SPA_NAME,
        "shell": SimpleLazyObject(lambda: places.of(request)),
        "at_house": SimpleLazyObject(lambda: places.query(request)),
        "alerts_open": SimpleLazyObject(lambda: _alerts_open(request.user)),
    }


def _alerts_open(user: User) -> int:
    """Return how many alerts are open for a user. One query, none for who may see none."""
    if not user.has_perm("spa.view_alert"):
        return 0
    return Alert.objects.open().visible_to(user).count()
