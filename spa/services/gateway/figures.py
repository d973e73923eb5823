"""How Wompi has been answering: for the footer, the managers' screen, and their alerts.

Counted by `spa/wompi/figures.py`, a row a minute and key. Nothing here calls Wompi.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection
from django.db.models import Max, Sum

from spa.models import AlertKind, GatewayMinute
from spa.services import alerts
from spa.services.transactions import locked_transaction
from spa.wompi.breaker import NAME, SharedBreaker

# Fewer calls say nothing about how fast Wompi is.
ENOUGH_CALLS, SLOW_MS = 5, 3000
OF_LATE, IN_MEMORY = timedelta(minutes=5), timedelta(days=7)
DOWN_IS_TOLD = timedelta(minutes=5)
# With nothing else to ask, Wompi is asked who we are when this has passed since its last answer.
SILENCE = timedelta(minutes=5)
# Twice as long without an answer means that nobody asks, or that we do not know.
KNOWN_FOR = 2 * SILENCE


class State(StrEnum):
    UP = "up"
    DOWN = "down"  # it is being left alone
    SLOW = "slow"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """How Wompi is. `answered_ago` is None where it has not answered for a week."""

    state: State
    answered_ago: timedelta | None
    calls: int  # of the last hour, failures too
    failures: int
    mean_ms: int | None  # of the last five minutes; None without a call
    unowned: int  # events of the last week that no payment of ours is behind


_HEALTH = """
SELECT
  (SELECT max(answered_at) FROM spa_gatewayminute WHERE minute > %(week)s),
  coalesce(sum(calls), 0), coalesce(sum(failures), 0),
  sum(total_ms) FILTER (WHERE minute > %(late)s), sum(calls) FILTER (WHERE minute > %(late)s),
  (SELECT count(*) FROM spa_webhookevent WHERE outcome = 'unowned' AND received_at > %(week)s),
  EXISTS (SELECT FROM spa_breakerstate WHERE name = %(breaker)s AND phase <> 'closed')
FROM spa_gatewayminute WHERE minute > %(hour)s
"""


def health(now: datetime) -> Health:
    """Return how Wompi is, as its own answers tell. One query; its rows are of a week."""
    times = {"week": now - IN_MEMORY, "late": now - OF_LATE, "hour": now - timedelta(hours=1)}
    with connection.cursor() as cursor:
        cursor.execute(_HEALTH, {**times, "breaker": NAME})
        answered_at, calls, failures, late_ms, late_calls, unowned, is_open = cursor.fetchone()
    ago = max(now - answered_at, timedelta(0)) if answered_at else None
    mean_ms = round(late_ms / late_calls) if late_calls else None
    if is_open:
        state = State.DOWN
    elif ago is None or ago > KNOWN_FOR:
        state = State.UNKNOWN
    elif late_calls and late_calls >= ENOUGH_CALLS and mean_ms > SLOW_MS:
        state = State.SLOW
    else:
        state = State.UP
    return Health(state, ago, int(calls), int(failures), mean_ms, unowned)


def is_silent(*, now: datetime) -> bool:
    """Say whether Wompi has not answered for so long that it should be asked. Two queries.

    While it is left alone each run may ask: the breaker lets one call in a minute through, and
    that one finds out when it is back.
    """
    answers = GatewayMinute.objects.filter(minute__gt=now - SILENCE, answered_at__isnull=False)
    return SharedBreaker().is_open() or not answers.exists()


def watch(*, now: datetime) -> int:
    """Open and close the alerts about Wompi by its figures; return how many.

    Seven queries when there is nothing to tell. Figures of more than a week ago are forgotten.
    """
    changed = [_watch_breaker(now), _watch_speed(now), *_watch_keys(now)]
    GatewayMinute.objects.filter(minute__lt=now - IN_MEMORY).delete()
    return sum(changed)


def _watch_breaker(now: datetime) -> bool:
    open_for = SharedBreaker().open_for()
    if open_for is None:
        return _settle(AlertKind.GATEWAY_DOWN, NAME, now)
    if open_for <= DOWN_IS_TOLD:
        return False
    return _raise(AlertKind.GATEWAY_DOWN, NAME, now, minutes=int(open_for.total_seconds() // 60))


def _watch_speed(now: datetime) -> bool:
    """Tell of a Wompi that is slow on average; of few calls only that it is not."""
    sums = GatewayMinute.objects.filter(minute__gt=now - OF_LATE).aggregate(
        ms=Sum("total_ms"), calls=Sum("calls")
    )
    calls, ms = sums["calls"] or 0, sums["ms"] or 0
    if not calls:
        return False
    if ms <= SLOW_MS * calls:
        return _settle(AlertKind.GATEWAY_SLOW, NAME, now)
    if calls < ENOUGH_CALLS:
        return False
    return _raise(
        AlertKind.GATEWAY_SLOW, NAME, now, seconds=f"{ms / calls / 1000:.1f}", calls=calls
    )


def _watch_keys(now: datetime) -> list[bool]:
    """Tell of a key that Wompi does not take, until the next answer that took the same key."""
    changed = []
    for row in GatewayMinute.objects.values("key").annotate(
        answered=Max("answered_at"),
        refused=Max("refused_at"),
        status=Max("refused_with"),
    ):
        key, refused = row["key"], row["refused"]
        if refused and (row["answered"] is None or row["answered"] < refused):
            changed.append(_raise(AlertKind.GATEWAY_KEYS, key, now, key=key, status=row["status"]))
        elif row["answered"]:
            changed.append(_settle(AlertKind.GATEWAY_KEYS, key, now))
    return changed


@locked_transaction
def _raise(kind: AlertKind, subject: str, now: datetime, **facts: object) -> bool:
    return alerts.raise_alert(kind, subject, now=now, **facts)


def _settle(kind: AlertKind, subject: str, now: datetime) -> bool:
    return alerts.settle(kind, subject, now=now) > 0
