"""Counting each call to the gateway by minute and key: one upsert, outside of any transaction.

Whoever decides what to make of it reads the rows (`spa/services/gateway/figures.py`).
"""

from django.db import connection

from spa import clock
from spa.models import GatewayKey
from spa.wompi.errors import GatewayError, GatewayRefused

WRONG_KEY = (401, 403)
_ADD = """
INSERT INTO spa_gatewayminute AS m
  (minute, key, calls, failures, total_ms, slowest_ms, answered_at, refused_at, refused_with)
VALUES (date_trunc('minute', %(now)s), %(key)s, 1, %(failures)s, %(ms)s, %(ms)s,
        %(answered_at)s, %(refused_at)s, %(refused_with)s)
ON CONFLICT (minute, key) DO UPDATE SET
  calls = m.calls + 1,
  failures = m.failures + excluded.failures,
  total_ms = m.total_ms + excluded.total_ms,
  slowest_ms = greatest(m.slowest_ms, excluded.slowest_ms),
  answered_at = greatest(m.answered_at, excluded.answered_at),
  refused_at = greatest(m.refused_at, excluded.refused_at),
  refused_with = coalesce(excluded.refused_with, m.refused_with)
"""


def count(key: GatewayKey, *, seconds: float, error: GatewayError | None = None) -> None:
    """Count a call that was sent, and how it ended. One statement.

    That Wompi knows no such transaction is an answer; that it does not know our key is none.
    """
    refused_with = error.facts.get("status") if isinstance(error, GatewayRefused) else None
    is_refused = refused_with in WRONG_KEY
    is_failure = error is not None and not isinstance(error, GatewayRefused)
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            {
                "now": now,
                "key": key.value,
                "failures": int(is_failure),
                "ms": round(seconds * 1000),
                "answered_at": None if is_failure or is_refused else now,
                "refused_at": now if is_refused else None,
                "refused_with": refused_with if is_refused else None,
            },
        )
