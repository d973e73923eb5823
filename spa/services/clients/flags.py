"""Persona non grata by hand (rule book §8). What strikes do comes with strikes."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa.errors import BusinessLogicError
from spa.models import Client, ClientChange
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.clients.refusals import written_reason
from spa.services.transactions import locked_transaction


class AlreadyFlagged(BusinessLogicError):
    """The client is persona non grata already."""

    internal_code = "SPA-ILLEGAL-TRANSITION"
    http_status = 409
    default_detail = _("This client is blocked already. Look at her page to see since when.")


class NotFlagged(BusinessLogicError):
    """There is no flag to lift."""

    internal_code = "SPA-ILLEGAL-TRANSITION"
    http_status = 409
    default_detail = _("This client is not blocked. Look at her page again.")


@locked_transaction
def flag(*, client: Client, reason: str, now: datetime, actor: Actor) -> Client:
    """Block a client by hand, for a written reason: she may not book until it is lifted.

    Such a flag is `manual`: neither the count of strikes nor an undo touches it. Who may do
    it is decided by the view (`spa.flag_client`).

    :raises DetailInvalid: the reason is missing or too long
    :raises AlreadyFlagged: she is blocked already, by hand or by her strikes
    """
    earlier = idempotency.claim(
        actor=actor, operation="flag_client", now=now, client=client.pk, reason=reason
    )
    if earlier:
        return Client.objects.get(pk=earlier)
    client = Client.objects.locked().get(pk=client.pk)

    reason = written_reason(reason)
    if client.is_blocked:
        raise AlreadyFlagged

    client.persona_non_grata_since, client.persona_non_grata_manual = now, True
    _save("FLAG_NON_GRATA", client, old_value="", reason=reason, now=now, actor=actor)
    return client


@locked_transaction
def lift(*, client: Client, reason: str, now: datetime, actor: Actor) -> Client:
    """Let a blocked client book again, for a written reason.

    :raises DetailInvalid: the reason is missing or too long
    :raises NotFlagged: she is not blocked
    """
    earlier = idempotency.claim(
        actor=actor, operation="lift_client", now=now, client=client.pk, reason=reason
    )
    if earlier:
        return Client.objects.get(pk=earlier)
    client = Client.objects.locked().get(pk=client.pk)

    reason = written_reason(reason)
    if not client.is_blocked:
        raise NotFlagged

    since = client.persona_non_grata_since.isoformat()
    client.persona_non_grata_since, client.persona_non_grata_manual = None, False
    _save("LIFT_NON_GRATA", client, old_value=since, reason=reason, now=now, actor=actor)
    return client


def _save(
    action: str, client: Client, *, old_value: str, reason: str, now: datetime, actor: Actor
) -> None:
    """Save the flag; the reason goes to `ClientChange`, which erasing can clear, never the log."""
    client.save(update_fields=["persona_non_grata_since", "persona_non_grata_manual"])
    ClientChange.objects.create(
        client=client,
        at=now,
        user=actor.user,
        action=action,
        field="persona_non_grata",
        old_value=old_value,
        reason=reason,
    )
    audit.record(action, subject=f"client:{client.pk}", actor=actor, now=now, reason_code="manual")
    idempotency.settle(actor=actor, result=str(client.pk))
