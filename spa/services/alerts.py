"""What managers have to know at once: an alert is open once for its subject (architecture §11)."""

from datetime import datetime

from django.db import connection
from psycopg.types.json import Jsonb

from spa.models import Alert, AlertKind
from spa.services.messages.alerts import tell_managers

# One statement that also says whether it was news: who raises the same one at once waits here for
# the other's commit, and then inserts nothing.
_INSERT = """
INSERT INTO spa_alert (kind, subject, location_id, opened_at, facts) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING RETURNING id
"""


def raise_alert(
    kind: AlertKind,
    subject: str,
    *,
    now: datetime,
    location_id: int | None = None,
    **facts: object,
) -> bool:
    """Open an alert in the caller's transaction and have managers told, unless it is open already.

    Returns whether it is news. One query, five if it is. `facts` are counts and codes, never a
    personal value.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [kind.value, subject, location_id, now, Jsonb(facts)])
        row = cursor.fetchone()
    if row is None:
        return False
    alert = Alert(pk=row[0], kind=kind, subject=subject, location_id=location_id, facts=facts)
    tell_managers(alert, now=now)
    return True


def settle(kind: AlertKind, subject: str, *, now: datetime) -> int:
    """Close what has come to its end by itself; return how many were open. One query."""
    open_ones = Alert.objects.filter(kind=kind, subject=subject, closed_at=None)
    return open_ones.update(closed_at=now)
