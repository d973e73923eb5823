"""How often a stranger may try something (SEC-28, decision 27).

A try is counted before it is looked at, in a transaction of its own: a refusal rolls back what it
had begun, and a count in there would go with it. Later limits are one more `Limit` here.
"""

import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spa.errors import BusinessLogicError
from spa.models import RateCounter
from spa.services import audit
from spa.services.audit import SYSTEM, Actor

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# How long a counter is kept when nobody is counted any more (SEC-52).
KEPT = timedelta(days=7)
SALT = "spa.services.limits"


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` tries in a window; who overruns it waits for its end, or for a `pause` if longer."""

    name: str
    most: int
    window: timedelta
    pause: timedelta = timedelta()


# Each is counted for what its comment names: a link's token, an IP, a request, an address.
PAY_PAGE = Limit("pay_page", 60, MINUTE)  # token that exists
UNKNOWN_LINK = Limit("unknown_link", 30, 10 * MINUTE, pause=30 * MINUTE)  # IP; never a valid token
PAY_BUTTON = Limit("pay_button", 6, 10 * MINUTE)  # token
PAY_BUTTON_FROM = Limit("pay_button_from", 60, HOUR)  # IP
WRONG_CHECKSUM = Limit("wrong_checksum", 60, MINUTE)  # IP; never an event whose checksum is right
LINK_SENT = Limit("link_sent", 3, HOUR)  # visit: it has one payment request at a time
MAIL_TO = Limit("mail_to", 20, DAY)  # email address in lower case

LIMITS = (
    PAY_PAGE,
    UNKNOWN_LINK,
    PAY_BUTTON,
    PAY_BUTTON_FROM,
    WRONG_CHECKSUM,
    LINK_SENT,
    MAIL_TO,
)


class RateLimited(BusinessLogicError):
    """Tried too often; `facts["limit"]` is the limit's name."""

    internal_code = "SPA-RATE-LIMIT"
    http_status = 429

    def __init__(self, limit: Limit, *, seconds: int) -> None:
        super().__init__(_try_again_in(seconds), limit=limit.name)
        self.retry_after_seconds = seconds


def count(
    limit: Limit, whom: str | int, *more: str | int, now: datetime, actor: Actor = SYSTEM
) -> None:
    """Count one try, for good, whatever becomes of it; `whom` and `more` together are counted.

    Two round trips besides one statement, and an audit row for the first refusal of a window.

    :raises RateLimited: it is one too many; counted all the same
    :raises RuntimeError: called inside a transaction, whose end would decide about the count
    """
    with transaction.atomic(durable=True):
        counted, ends_at = _add_one(limit, _digest(limit.name, whom, *more), now=now)
        if counted == limit.most + 1:
            audit.record("LIMIT_HIT", subject=f"limit:{limit.name}", actor=actor, now=now)
    if counted > limit.most:
        raise RateLimited(limit, seconds=max(1, math.ceil((ends_at - now).total_seconds())))


def clear(*, now: datetime) -> int:
    """Delete the counters that ended a week ago; return how many."""
    return RateCounter.objects.filter(ends_at__lte=now - KEPT).delete()[0]


def _digest(*parts: str | int) -> str:
    """Return the key of a counter; as JSON, so that ("a", "bc") is another one than ("ab", "c")."""
    text = json.dumps([str(part) for part in parts])
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()


# One statement, so that of counts made at once none is lost. A window is still running when it
# overlaps the one that would begin now: a clock that was put back keeps nobody out for ever.
ADD_ONE = """
    INSERT INTO spa_ratecounter AS old (key, name, began_at, ends_at, count)
    VALUES (%(key)s, %(name)s, %(now)s, %(ends_at)s, 1)
    ON CONFLICT (key) DO UPDATE SET (began_at, ends_at, count) = (
        SELECT CASE WHEN runs THEN old.began_at ELSE excluded.began_at END,
               CASE WHEN NOT runs THEN excluded.ends_at
                    WHEN old.count = %(most)s THEN GREATEST(old.ends_at, %(pause_ends_at)s)
                    ELSE old.ends_at END,
               CASE WHEN runs THEN old.count + 1 ELSE 1 END
        FROM (
            SELECT excluded.began_at < old.ends_at AND old.began_at < excluded.ends_at AS runs
        ) AS running
    )
    RETURNING count, ends_at
"""


def _add_one(limit: Limit, key: str, *, now: datetime) -> tuple[int, datetime]:
    """Return how many there are now in the window, and when it or its pause ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_ONE,
            {
                "key": key,
                "name": limit.name,
                "now": now,
                "ends_at": now + limit.window,
                "pause_ends_at": now + limit.pause,
                "most": limit.most,
            },
        )
        return cursor.fetchone()


def _try_again_in(seconds: int) -> str:
    if seconds < 60:
        wait = ngettext("%(number)s second", "%(number)s seconds", seconds) % {"number": seconds}
    elif seconds <= 90 * 60:
        minutes = math.ceil(seconds / 60)
        wait = ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    else:
        hours = math.ceil(seconds / 3600)
        wait = ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    return _("This was tried too often. Try again in %(wait)s.") % {"wait": wait}
