"""What managers have to know at once: an alert is open once for its subject (architecture §11)."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from spa.errors import RuleBroken, Stale
from spa.models import Alert, AlertKind, GatewayTransaction
from spa.services import audit, idempotency, rights
from spa.services.audit import Actor
from spa.services.messages.alerts import tell_managers
from spa.services.transactions import locked_transaction

# What the desk itself does something about; of all else a manager says that she has seen it.
OF_THE_DESK = (AlertKind.LATE_MONEY, AlertKind.TAKEN_BACK)
# Closed by hand they would open again a minute later, with a mail each time.
END_BY_THEMSELVES = (AlertKind.GATEWAY_DOWN, AlertKind.GATEWAY_SLOW, AlertKind.GATEWAY_KEYS)
# Money that came when its visit stood, and owed nothing any more.
PAID_ALREADY = "paid_already"
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


@locked_transaction
def close(*, alert: Alert, now: datetime, actor: Actor) -> Alert:
    """Write down that somebody has seen an alert and done what it asks for.

    :raises RuleBroken: its money still waits to be decided about (reason `money_waits`), or it
        ends when the gateway is well again (`ends_by_itself`)
    :raises Stale: it was closed meanwhile
    :raises NotAllowed: it is a manager's to close
    """
    earlier = idempotency.claim(actor=actor, operation="close_alert", now=now, alert=alert.pk)
    if earlier:
        return Alert.objects.get(pk=earlier)
    alert = Alert.objects.locked().get(pk=alert.pk)
    rights.insist(actor, "spa.view_alert")
    if alert.kind not in OF_THE_DESK:
        rights.insist(actor, "spa.view_gatewaytransaction")
    if alert.closed_at:
        raise Stale(_("Somebody has seen this alert meanwhile."))
    if alert.kind in END_BY_THEMSELVES:
        raise RuleBroken(
            _("This alert ends by itself, as soon as Wompi answers as it should."),
            reason="ends_by_itself",
        )
    if GatewayTransaction.objects.homeless().filter(gateway_id=alert.subject).exists():
        raise RuleBroken(
            _("Its money still waits. Decide about it, and the alert ends by itself."),
            reason="money_waits",
        )

    alert.closed_at, alert.closed_by = now, actor.user
    alert.save(update_fields=["closed_at", "closed_by"])
    audit.record(
        "ALERT_CLOSED",
        subject=f"alert:{alert.pk}",
        actor=actor,
        now=now,
        reason_code=alert.kind,
    )
    idempotency.settle(actor=actor, result=str(alert.pk))
    return alert
