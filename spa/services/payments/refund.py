"""Giving money back without the gateway: by a manager, never more than paid, never twice (§6)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import (
    Action,
    Appointment,
    AppointmentStatus,
    CashMovementKind,
    CashSession,
    Client,
    CreditOrigin,
    Location,
    Payment,
    PaymentMethod,
    Refund,
    RefundReason,
    RefundWay,
    SpaPolicy,
)
from spa.services import amounts, audit, cash, credit, idempotency, journal, rights, settlement
from spa.services.audit import Actor
from spa.services.booking.transitions import save
from spa.services.journal import Posting
from spa.services.payments.parts import insist_on_reference, still_applied
from spa.services.transactions import locked_transaction

S = AppointmentStatus
W = RefundWay


@locked_transaction
def refund(
    *,
    payment: Payment,
    cents: int,
    way: RefundWay,
    reason: RefundReason,
    location: Location,
    now: datetime,
    actor: Actor,
    reference: str = "",
) -> Refund:
    """Give back `cents` of a payment: as credit, in cash from the manager's drawer, by transfer.

    Of a visit ahead it lowers what is paid; of a completed one it counts as a discount; of one
    that will not be the money has become credit already, and only what is left of it can go.
    Tips are never refunded.

    :raises RuleBroken: more than is left of the payment (reason `more_than_paid`), the reason or
        the way is none (`refund_without_reason`, `refund_way_unknown`), a transfer has no
        reference (`reference_missing`), or the money is credit already (`is_credit_already`)
    :raises NotEnoughCredit: it became credit and was spent
    :raises NoOpenDrawer: in cash, and the user has no drawer open
    :raises DrawerIsShort: less than that lies in it
    :raises NotAllowed: whoever refunds is no manager
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="refund",
        now=now,
        payment=payment.pk,
        cents=cents,
        way=way,
        reason=reason,
        reference=reference,
    )
    if earlier:
        return Refund.objects.get(pk=earlier)
    visit, client, payment, session = _lock(payment, way, location=location, actor=actor)

    rights.insist(actor, "spa.refund_payment")
    amounts.insist(cents)
    _refuse(payment, cents, way=way, reason=reason, reference=reference)
    # What was too much, or was paid for less in the end, became credit and goes back from there.
    of_credit = max(cents - still_applied(payment, visit), 0)
    if of_credit and way == W.CREDIT:
        raise RuleBroken(_("That money is credit already."), reason="is_credit_already")
    if session:
        cash.insist_on_cash(session, cents)

    today = location.today(now=now)
    if of_credit:
        credit.take_from_lots_of(payment, of_credit, today=today)
    posting = (
        Posting.of_visit(visit, at=now, actor=actor)
        if visit
        else Posting.of_client(client, at=now, actor=actor, location_id=payment.location_id)
    )
    for part, is_credit in ((of_credit, True), (cents - of_credit, False)):
        if part:
            journal.payment_refunded(
                posting,
                payment,
                cents=part,
                way=way,
                from_credit=is_credit,
                session_id=session.pk if session else None,
                reason_code=reason,
            )
    if cents > of_credit:
        _take_off(visit, cents - of_credit)
        _save(visit, actor=actor, now=now, reason_code=reason)
    if way == W.CREDIT:
        credit.add_lot(
            client,
            cents,
            CreditOrigin.REFUND,
            days=SpaPolicy.current().credit_days,
            today=today,
            now=now,
            actor=actor,
            appointment=payment.appointment,
            payment=payment.code,
        )
    if session:
        cash.record_movement(
            session, CashMovementKind.REFUND, -cents, now=now, actor=actor, payment=payment.code
        )
    row = _write(payment, cents, way, reason, reference, now=now, actor=actor)
    audit.record(
        "PAYMENT_REFUNDED",
        subject=f"payment:{payment.code}",
        actor=actor,
        now=now,
        reason_code=reason,
        cents=cents,
        way=way,
    )
    idempotency.settle(actor=actor, result=str(row.pk))
    return row


@locked_transaction
def charge_back(
    *, payment: Payment, cents: int, reference: str, now: datetime, actor: Actor
) -> Refund:
    """Enter that the bank took `cents` of a payment back: what it paid is open once more.

    Of a visit that took place, or will not, the client owes it from now on. What had become
    credit beside a visit is taken from that.

    :raises NotEnoughCredit: it became credit beside a visit, and was spent
    :raises RuleBroken: more than is left of the payment (reason `more_than_paid`), cash
        (`no_bank_in_cash`), or no reference of the bank's (`reference_missing`)
    :raises NotAllowed: whoever enters it is no manager
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="charge_back",
        now=now,
        payment=payment.pk,
        cents=cents,
        reference=reference,
    )
    if earlier:
        return Refund.objects.get(pk=earlier)
    visit, _client, payment, _session = _lock(payment, "", location=payment.location, actor=actor)

    rights.insist(actor, "spa.refund_payment")
    amounts.insist(cents)
    if payment.method == PaymentMethod.CASH:
        raise RuleBroken(_("No bank takes cash back."), reason="no_bank_in_cash")
    insist_on_reference(reference)
    if visit is None or cents > payment.refundable_cents:
        raise _more_than_paid(payment.refundable_cents if visit else 0)

    stays = visit.is_active or visit.status == S.COMPLETED
    of_credit = max(cents - still_applied(payment, visit), 0) if stays else 0
    posting = Posting.of_visit(visit, at=now, actor=actor)
    if of_credit:
        credit.take_from_lots_of(payment, of_credit, today=visit.location.today(now=now))
    journal.payment_charged_back(posting, payment, cents=cents - of_credit, credit_cents=of_credit)
    if stays:
        visit.paid_cents -= cents - of_credit
    if not visit.is_active:
        visit.debt_cents += cents - of_credit
    _save(visit, actor=actor, now=now, reason_code=RefundReason.CHARGEBACK)
    row = _write(payment, cents, "", RefundReason.CHARGEBACK, reference, now=now, actor=actor)
    audit.record(
        "PAYMENT_CHARGED_BACK",
        subject=f"payment:{payment.code}",
        actor=actor,
        now=now,
        cents=cents,
    )
    idempotency.settle(actor=actor, result=str(row.pk))
    return row


def _lock(
    payment: Payment, way: str, *, location: Location, actor: Actor
) -> tuple[Appointment | None, Client, Payment, CashSession | None]:
    """Lock from the top: the visit (none if it is archived), the client, payment, drawer."""
    visit = (
        Appointment.objects.select_related("location", "client")
        .filter(code=payment.appointment)
        .select_for_update(no_key=True, of=("self",))
        .first()
    )
    client = Client.objects.locked().get(pk=payment.client_id)
    payment = Payment.objects.locked().get(pk=payment.pk)
    session = cash.lock_session_of(actor.user, location=location) if way == W.CASH else None
    return visit, client, payment, session


def _refuse(payment: Payment, cents: int, *, way: str, reason: str, reference: str) -> None:
    if way not in W.values:
        raise RuleBroken(_("Choose how it is given back."), reason="refund_way_unknown")
    if reason not in RefundReason.values or reason == RefundReason.CHARGEBACK:
        raise RuleBroken(_("Say why it is given back."), reason="refund_without_reason")
    insist_on_reference(reference, needed=way == W.BANK_TRANSFER)
    if cents > payment.refundable_cents:
        raise _more_than_paid(payment.refundable_cents)


def _take_off(visit: Appointment, cents: int) -> None:
    visit.paid_cents -= cents
    if visit.status == S.COMPLETED:
        visit.discount_cents += cents


def _save(visit: Appointment, *, actor: Actor, now: datetime, reason_code: str) -> None:
    save(
        visit,
        Action.GIVE_BACK,
        fields=settlement.MONEY_FIELDS,
        actor=actor,
        now=now,
        reason_code=reason_code,
    )


def _write(
    payment: Payment,
    cents: int,
    way: str,
    reason: str,
    reference: str,
    *,
    now: datetime,
    actor: Actor,
) -> Refund:
    payment.refunded_cents += cents
    payment.save(update_fields=["refunded_cents"])
    return Refund.objects.create(
        payment=payment,
        cents=cents,
        way=way,
        reason_code=reason,
        reference=reference.strip(),
        at=now,
        user=actor.user,
    )


def _more_than_paid(left: int) -> RuleBroken:
    return RuleBroken(
        _("Only %(left)s of this payment can still be given back.") % {"left": money.pesos(left)},
        reason="more_than_paid",
        left_cents=left,
    )
