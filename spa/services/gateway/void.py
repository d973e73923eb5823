"""Annulling a card payment at the gateway: asked for here, done when a read says so (§6.9)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django_q.tasks import async_task

from spa.errors import RuleBroken, Stale
from spa.models import (
    GatewayTransaction,
    Payment,
    PaymentMethod,
    PaymentState,
    TransactionStatus,
)
from spa.services import audit, idempotency, rights
from spa.services.audit import Actor
from spa.services.transactions import locked_transaction
from spa.wompi.answers import VoidAnswer

VOID = "tasks.gateway.void"
CARD = "CARD"
SOON = timedelta(seconds=5)
# A void that Wompi took up is done by then; one of which nothing was heard can be asked for again.
UNDER_WAY = timedelta(minutes=5)


def can_be_voided(
    payment: Payment, transaction: GatewayTransaction | None, *, now: datetime
) -> bool:
    """Say whether Wompi may still annul a payment: an approved card payment of today, whole."""
    return (
        transaction is not None
        and payment.method == PaymentMethod.WOMPI
        and payment.state == PaymentState.APPROVED
        and transaction.status == TransactionStatus.APPROVED
        and transaction.method == CARD
        and not payment.refunded_cents
        and payment.location.today(now=transaction.created_at) == payment.location.today(now=now)
    )


def is_awaited(payment: Payment, transaction: GatewayTransaction, *, now: datetime) -> bool:
    """Say whether a void was just asked for, of which Wompi has said nothing yet."""
    return (
        payment.state == PaymentState.APPROVED
        and transaction.void_asked_at is not None
        and not transaction.void_refused
        and now < transaction.void_asked_at + UNDER_WAY
    )


@locked_transaction
def ask(*, payment: Payment, now: datetime, actor: Actor) -> GatewayTransaction:
    """Have the gateway asked to annul a card payment of today; the money stays till it says so.

    :raises RuleBroken: it cannot be annulled there (reason `not_voidable`): refund it instead
    :raises Stale: that was asked for less than five minutes ago
    :raises NotAllowed: whoever asks is no manager
    """
    earlier = idempotency.claim(actor=actor, operation="void_link", now=now, payment=payment.pk)
    if earlier:
        return GatewayTransaction.objects.get(pk=earlier)
    payment = Payment.objects.select_related("location").locked().get(pk=payment.pk)
    rights.insist(actor, "spa.refund_payment")
    row = GatewayTransaction.objects.filter(receipt=payment).locked().first()
    if not can_be_voided(payment, row, now=now):
        raise RuleBroken(
            _("Wompi annuls only a card payment of today, and only whole. Refund it instead."),
            reason="not_voidable",
        )
    if is_awaited(payment, row, now=now):
        raise Stale(_("That was asked for already. The page will tell when Wompi has done it."))
    row.void_asked_at, row.void_asked_by, row.void_refused = now, actor.user, ""
    row.save(update_fields=["void_asked_at", "void_asked_by", "void_refused"])
    audit.record(
        "VOID_ASKED", subject=f"payment:{payment.code}", actor=actor, now=now,
        cents=payment.amount_cents,
    )  # fmt: skip
    async_task(VOID, row.gateway_id)
    idempotency.settle(actor=actor, result=str(row.pk))
    return row


@locked_transaction
def answered(*, gateway_id: str, answer: VoidAnswer | None, now: datetime) -> None:
    """Write down what Wompi said to a void (None: nothing that is known), and look again soon.

    Accepted is not done: only a read that says VOIDED is.
    """
    row = GatewayTransaction.objects.filter(gateway_id=gateway_id).first()
    if row is None:
        return
    payments = Payment.objects.filter(reference=row.reference, request__isnull=False).locked()
    for payment in payments:
        payment.look_at = now + SOON
        payment.save(update_fields=["look_at"])
    row = GatewayTransaction.objects.locked().get(pk=row.pk)
    if answer is not None and not answer.is_accepted and row.status == TransactionStatus.APPROVED:
        row.void_refused = answer.message or "?"
        row.save(update_fields=["void_refused"])
