"""Money of the gateway that belongs to no payment: kept apart until a manager decides (§6.4)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken, Stale
from spa.models import (
    AlertKind,
    Appointment,
    Client,
    GatewayTransaction,
    Home,
    Location,
    Mismatch,
    Payment,
    PaymentMethod,
    Resolution,
)
from spa.services import alerts, audit, idempotency, journal, rights
from spa.services.audit import Actor
from spa.services.gateway.receipts import GATEWAY, Case, book
from spa.services.journal import Posting
from spa.services.transactions import locked_transaction
from spa.wompi.checkout import CURRENCY

H, R = Home, Resolution
LONGEST_NOTE = 200
PESO = 100


def hold(row: GatewayTransaction, mismatch: str, *, case: Case, now: datetime) -> None:
    """Keep an approved transaction apart, with its reason; foreign money is listed, not posted.

    Posted in whole pesos, half up; the row keeps what Wompi said.
    """
    row.mismatch = mismatch
    cents = (row.amount_cents + PESO // 2) // PESO * PESO
    if row.currency == CURRENCY and cents:
        row.home, row.posted_cents = H.UNAPPLIED, cents
    else:
        row.home = H.LISTED
    row.save(update_fields=["mismatch", "home", "posted_cents"])
    location = case.attempt.location_id if case.attempt else None
    if row.home == H.UNAPPLIED:
        posting = Posting(now, GATEWAY, location, gateway_id=row.gateway_id)
        journal.money_unapplied(posting, cents=cents, reason_code=mismatch)
    audit.record(
        "MONEY_UNAPPLIED",
        subject=f"transaction:{row.gateway_id}",
        actor=GATEWAY,
        now=now,
        reason_code=mismatch,
        cents=row.amount_cents,
        currency=row.currency,
        asked_cents=case.attempt.amount_cents if case.attempt else None,
    )
    alerts.raise_alert(
        AlertKind.AMOUNT_MISMATCH,
        row.gateway_id,
        now=now,
        location_id=location,
        reason=mismatch,
        cents=row.amount_cents,
        currency=row.currency,
    )


def let_go(row: GatewayTransaction, *, now: datetime) -> None:
    """Strike money without a home out that the gateway itself gave back."""
    if row.home == H.UNAPPLIED:
        posting = Posting(now, GATEWAY)
        journal.unapplied_given_back(posting, cents=row.posted_cents, reason_code=R.VOIDED)
    _resolve(row, R.VOIDED, now=now, actor=GATEWAY)


@locked_transaction
def apply(
    *,
    transaction: GatewayTransaction,
    appointment: Appointment,
    note: str,
    now: datetime,
    actor: Actor,
) -> Payment:
    """Let money without a home pay a visit, or the debt that it left; the rest becomes credit.

    :raises RuleBroken: the visit owes nothing (reason `nothing_owed`), it is money that was
        never posted (`not_in_the_books`), or nothing says why (`note_missing`, `note_too_long`)
    :raises Stale: somebody decided meanwhile
    :raises NotAllowed: whoever decides is no manager
    """
    earlier = _claim(
        actor, "apply_unapplied", transaction, now, appointment=appointment.pk, note=note
    )
    if earlier:
        return Payment.objects.get(pk=earlier)
    visit = (
        Appointment.objects.select_related("location", "client")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=appointment.pk)
    )
    client = visit.client = Client.objects.locked().get(pk=visit.client_id)
    row = _lock(transaction, actor)
    _write_note(row, note)
    if visit.balance_cents <= 0:
        raise RuleBroken(
            _("This visit owes nothing. Choose another one, or give the money as credit."),
            reason="nothing_owed",
        )
    receipt = _receipt(row, client, visit.location, visit.code, now=now, actor=actor)
    posting = Posting.of_visit(visit, at=now, actor=actor)
    book(receipt, visit, posting=posting, had_no_home=True)
    return _done(row, R.APPLIED, receipt, now=now, actor=actor)


@locked_transaction
def give_as_credit(
    *,
    transaction: GatewayTransaction,
    client: Client,
    location: Location,
    note: str,
    now: datetime,
    actor: Actor,
) -> Payment:
    """Give money without a home to a client as credit.

    :raises RuleBroken: it is money that was never posted (reason `not_in_the_books`), or nothing
        says why (`note_missing`, `note_too_long`)
    :raises Stale: somebody decided meanwhile
    :raises NotAllowed: whoever decides is no manager
    """
    earlier = _claim(actor, "credit_unapplied", transaction, now, client=client.pk, note=note)
    if earlier:
        return Payment.objects.get(pk=earlier)
    client = Client.objects.locked().get(pk=client.pk)
    row = _lock(transaction, actor)
    _write_note(row, note)
    receipt = _receipt(row, client, location, "", now=now, actor=actor)
    posting = Posting.of_client(client, at=now, actor=actor, location_id=location.pk)
    book(receipt, None, posting=posting, had_no_home=True)
    return _done(row, R.CREDITED, receipt, now=now, actor=actor)


@locked_transaction
def record_refund(
    *, transaction: GatewayTransaction, note: str, now: datetime, actor: Actor
) -> GatewayTransaction:
    """Write down that money without a home was given back outside, and how it can be traced.

    :raises RuleBroken: nothing says how (reason `note_missing`), or too much does
        (`note_too_long`)
    :raises Stale: somebody decided meanwhile
    :raises NotAllowed: whoever decides is no manager
    """
    earlier = _claim(actor, "refund_unapplied", transaction, now, note=note)
    if earlier:
        return GatewayTransaction.objects.get(pk=transaction.pk)
    row = _lock(transaction, actor, posted_only=False)
    _write_note(row, note)
    if row.home == H.UNAPPLIED:
        posting = Posting(now, actor)
        journal.unapplied_given_back(posting, cents=row.posted_cents, reason_code=R.REFUNDED)
    _resolve(row, R.REFUNDED, now=now, actor=actor)
    idempotency.settle(actor=actor, result=str(row.pk))
    return row


def _claim(
    actor: Actor, operation: str, transaction: GatewayTransaction, now: datetime, **content: object
) -> str | None:
    return idempotency.claim(
        actor=actor, operation=operation, now=now, transaction=transaction.pk, **content
    )


def _lock(
    transaction: GatewayTransaction, actor: Actor, *, posted_only: bool = True
) -> GatewayTransaction:
    rights.insist(actor, "spa.resolve_gatewaytransaction")
    row = GatewayTransaction.objects.locked().get(pk=transaction.pk)
    if row.resolution or row.home not in (H.UNAPPLIED, H.LISTED):
        raise Stale(_("Somebody has decided about this money meanwhile."))
    if posted_only and row.home != H.UNAPPLIED:
        raise RuleBroken(
            _("This money is in another currency. Give it back at Wompi, then note that here."),
            reason="not_in_the_books",
        )
    return row


def _write_note(row: GatewayTransaction, note: str) -> None:
    """Keep the reason of a decision, which is asked for whatever is decided."""
    if not note.strip():
        raise RuleBroken(
            _("Write down why, so that somebody else understands it: a number, a call, a message."),
            reason="note_missing",
        )
    if len(note.strip()) > LONGEST_NOTE:
        raise RuleBroken(_("That is too long: 200 characters at most."), reason="note_too_long")
    row.resolution_note = note.strip()


def _receipt(
    row: GatewayTransaction,
    client: Client,
    location: Location,
    code: str,
    *,
    now: datetime,
    actor: Actor,
) -> Payment:
    return Payment(
        location=location,
        client=client,
        appointment=code,
        method=PaymentMethod.WOMPI,
        amount_cents=row.posted_cents,
        reference=row.reference[:40],
        at=now,
        user=actor.user,
    )


def _done(
    row: GatewayTransaction,
    resolution: Resolution,
    receipt: Payment,
    *,
    now: datetime,
    actor: Actor,
) -> Payment:
    row.receipt = receipt
    _resolve(row, resolution, now=now, actor=actor)
    idempotency.settle(actor=actor, result=str(receipt.pk))
    return receipt


def _resolve(
    row: GatewayTransaction, resolution: Resolution, *, now: datetime, actor: Actor
) -> None:
    row.resolution, row.resolved_at, row.resolved_by = resolution, now, actor.user
    row.save(
        update_fields=["resolution", "resolved_at", "resolved_by", "resolution_note", "receipt"]
    )
    alerts.settle(AlertKind.AMOUNT_MISMATCH, row.gateway_id, now=now)
    audit.record(
        "UNAPPLIED_RESOLVED",
        subject=f"transaction:{row.gateway_id}",
        actor=actor,
        now=now,
        reason_code=resolution,
        cents=row.amount_cents,
    )


def asked_of(row: GatewayTransaction) -> int | None:
    """Return what our payment of its reference asked for; None where there is none."""
    return row.payment.amount_cents if row.mismatch != Mismatch.REFERENCE and row.payment else None
