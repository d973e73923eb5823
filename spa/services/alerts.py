"""What managers have to know at once: an alert is open once for its subject (architecture §11)."""

from datetime import datetime

from spa.models import Alert, AlertKind


def raise_alert(
    kind: AlertKind,
    subject: str,
    *,
    now: datetime,
    location_id: int | None = None,
    **facts: object,
) -> None:
    """Open an alert in the caller's transaction, unless one of its subject is open. One query.

    `facts` are counts and codes, never a personal value.
    """
    Alert.objects.bulk_create(
        [
            Alert(
                kind=kind,
                subject=subject,
                location_id=location_id,
                opened_at=now,
                facts=facts,
            )
        ],
        ignore_conflicts=True,
    )


def settle(kind: AlertKind, subject: str, *, now: datetime) -> None:
    """Close what has come to its end by itself. One query."""
    Alert.objects.filter(kind=kind, subject=subject, closed_at=None).update(closed_at=now)
