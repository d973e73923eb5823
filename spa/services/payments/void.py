"""Taking a payment back whole, on its own day: it was entered wrongly (rule book §6)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken, Stale
from spa.models import (
    AT_THE_DESK,
    Action,
    Appointment,
    AppointmentStatus,
    CashMovementKind,
    CashSession,
    Client,
    Payment,
    PaymentMethod,
    PaymentState,
)
from spa.services import audit, cash, credit, idempotency, journal, rights, settlement
from spa.services.audit import Actor
from spa.services.booking.transitions import save
from spa.services.journal import Posting
from spa.services.payments.parts import still_applied
from spa.services.transactions import locked_transaction

S = AppointmentStatus


@locked_transaction
def void(*, payment: Payment, now: datetime, actor: Actor) -> Payment:
    """Take a desk payment of today back whole, tips included; what it paid is open once more.

    Of a completed visit the client owes it until it is entered rightly.

    :raises RuleBroken: it is not of today (reason `not_of_today`), was given back in part
        (`refunded_already`), its drawer was closed (`drawer_closed`), or its visit will not be
        (`visit_is_over`: refund instead)
    :raises Stale: it was taken back meanwhile
    :raises DrawerIsShort: its cash lies no longer in its drawer
    :raises NotEnoughCredit: what was too much became credit, and was spent
    :raises NotAllowed: whoever takes it back is no manager
    """
    earlier = idempotency.claim(actor=actor, operation="void", now=now, payment=payment.pk)
    if earlier:
        return Payment.objects.get(pk=earlier)
    visit = (
        Appointment.objects.select_related("location", "client")
        .select_for_update(no_key=True, of=("self",))
        .filter(code=payment.appointment)
        .first()
    )
    Client.objects.locked().get(pk=payment.client_id)
    payment = Payment.objects.select_related("location").locked().get(pk=payment.pk)
    session = CashSession.objects.locked().filter(pk=payment.session_id).first()

    rights.insist(actor, "spa.refund_payment")
    _refuse(payment, visit, session, now)

    if session:
        cash.insist_on_cash(session, payment.amount_cents)

    posting = Posting.of_visit(visit, at=now, actor=actor)
    applied = still_applied(payment, visit)
    of_credit = payment.amount_cents - payment.tip_cents - applied
    if of_credit:
        today = payment.location.today(now=now)
        credit.take_from_lots_of(payment, of_credit, today=today)
    tips = dict(payment.tips.values_list("staff", "cents"))
    onto_debt = visit.status == S.COMPLETED
    journal.payment_voided(
        posting, payment, applied_cents=applied, credit_cents=of_credit, tips=tips,
        onto_debt=onto_debt,
    )  # fmt: skip
    if session:
        cash.record_movement(
            session,
            CashMovementKind.VOID,
            -payment.amount_cents,
            now=now,
            actor=actor,
            payment=payment.code,
        )
    visit.paid_cents -= applied
    if onto_debt:
        visit.debt_cents += applied
    payment.state, payment.voided_at = PaymentState.VOIDED, now
    payment.save(update_fields=["state", "voided_at"])
    save(
        visit,
        Action.GIVE_BACK,
        fields=settlement.MONEY_FIELDS,
        actor=actor,
        now=now,
        reason_code="void",
    )

    audit.record(
        "PAYMENT_VOIDED",
        subject=f"payment:{payment.code}",
        actor=actor,
        now=now,
        cents=payment.amount_cents,
    )
    idempotency.settle(actor=actor, result=str(payment.pk))
    return payment


def _refuse(
    payment: Payment, visit: Appointment | None, session: CashSession | None, now: datetime
) -> None:
    if payment.state != PaymentState.APPROVED:
        raise Stale(_("This payment was taken back already."))
    if payment.method not in AT_THE_DESK or payment.location.today(
        now=payment.at
    ) != payment.location.today(now=now):
        raise RuleBroken(
            _("Only a payment of today can be taken back. Refund it instead."),
            reason="not_of_today",
        )
    if payment.refunded_cents:
        raise RuleBroken(
            _("A part of this payment was given back already."), reason="refunded_already"
        )
    if payment.method == PaymentMethod.CASH and (session is None or session.closed_at):
        raise RuleBroken(
            _("Its drawer was closed. Refund the payment instead."), reason="drawer_closed"
        )
    if visit is None or not (visit.is_active or visit.status == S.COMPLETED):
        raise RuleBroken(
            _("Its visit will not take place. Refund the payment instead."), reason="visit_is_over"
        )
