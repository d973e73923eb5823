"""Posting an approved transaction, once, and taking one back that the gateway annulled (§6.4–6.9).

Each approved transaction has a receipt of its own, a `Payment`: the attempt itself for the first,
a new one for every other of the same reference.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Sum

from spa.models import (
    Action,
    AlertKind,
    Appointment,
    AppointmentStatus,
    Client,
    CreditOrigin,
    GatewayTransaction,
    Home,
    Payment,
    PaymentMethod,
    PaymentRequest,
    PaymentState,
    RefundReason,
    SpaPolicy,
    TransactionStatus,
)
from spa.services import alerts, audit, credit, journal, settlement
from spa.services.audit import Actor
from spa.services.booking.lifecycle import close_as_completed
from spa.services.booking.transitions import save
from spa.services.journal import Posting
from spa.services.messages import tell
from spa.services.payments.charge import write_down
from spa.services.payments.parts import still_applied

GATEWAY = Actor(origin="gateway")
P, S, T = PaymentState, AppointmentStatus, TransactionStatus


@dataclass(slots=True)
class Case:
    """All that a reference is about, locked; of one that is not ours only the moment."""

    now: datetime
    visits: dict[str, Appointment] = field(default_factory=dict)  # by code
    client: Client | None = None
    request: PaymentRequest | None = None
    attempt: Payment | None = None
    locked: frozenset[int] = frozenset()  # keys of its payments

    @property
    def visit(self) -> Appointment | None:
        """The visit that the attempt pays."""
        return self.visits.get(self.attempt.appointment) if self.attempt else None

    def posting(self) -> Posting:
        if self.visit:
            return Posting.of_visit(self.visit, at=self.now, actor=GATEWAY)
        return Posting.of_client(
            self.client, at=self.now, actor=GATEWAY, location_id=self.attempt.location_id
        )


def receive(
    case: Case, row: GatewayTransaction, *, may_pay: bool, rebooked: bool = False
) -> Payment:
    """Post an approved transaction: onto its visit what that owes, the rest as credit.

    The client hears of it once: that her visit stands, that money came, or what became of it.
    """
    visit = case.visit
    was_waiting = visit is not None and visit.status == S.PENDING_PAYMENT
    receipt = _receipt(case.attempt, row, now=case.now)
    posting = replace(case.posting(), gateway_id=row.gateway_id)
    book(receipt, visit if may_pay else None, posting=posting)
    row.home, row.receipt, row.posted_cents = Home.PAYMENT, receipt, row.amount_cents
    row.save(update_fields=["home", "receipt", "posted_cents"])
    if visit and rebooked:
        tell.confirmed(visit, now=case.now)
    elif visit and receipt.applied_cents and not was_waiting and visit.is_active:
        tell.payment_approved(visit, receipt, now=case.now)
    if visit and receipt.applied_cents == 0:
        tell.late_money(visit, receipt, now=case.now)
        stands = visit.is_active or visit.status == S.COMPLETED
        alerts.raise_alert(
            AlertKind.LATE_MONEY,
            visit.code,
            now=case.now,
            location_id=visit.location_id,
            cents=receipt.amount_cents,
            payment=receipt.code,
            **({"reason": alerts.PAID_ALREADY} if stands else {}),
        )
    return receipt


def book(
    receipt: Payment,
    visit: Appointment | None,
    *,
    posting: Posting,
    had_no_home: bool = False,
) -> None:
    """Share a receipt out between its visit (None: nothing is paid of one) and credit, and post it.

    The visit and the client are locked. The visit is confirmed when that covers its deposit, and
    completed when it is finished and owes nothing.
    """
    owed = max(visit.balance_cents, 0) if visit else 0
    onto_debt = bool(visit) and not visit.is_active
    receipt.applied_cents = min(receipt.amount_cents, owed)
    receipt.credited_cents = receipt.amount_cents - receipt.applied_cents
    receipt.state, receipt.at = P.APPROVED, posting.at
    receipt.save()
    if receipt.credited_cents:
        credit.add_lot(
            receipt.client,
            receipt.credited_cents,
            CreditOrigin.OVERPAID if receipt.applied_cents else CreditOrigin.LATE,
            days=SpaPolicy.current().credit_days,
            today=receipt.location.today(now=posting.at),
            now=posting.at,
            actor=posting.actor,
            appointment=receipt.appointment,
            payment=receipt.code,
        )
    journal.payment_taken(posting, receipt, tips={}, onto_debt=onto_debt, had_no_home=had_no_home)
    if not receipt.applied_cents:
        return
    if onto_debt:
        visit.debt_cents -= receipt.applied_cents
    if visit.is_active or visit.status == S.COMPLETED:
        visit.paid_cents += receipt.applied_cents
    write_down(visit, actor=posting.actor, now=posting.at)
    if visit.is_finished and visit.balance_cents == 0:
        close_as_completed(visit, actor=posting.actor, now=posting.at)


def take_back(case: Case, row: GatewayTransaction, rows: list[GatewayTransaction]) -> None:
    """Take the money of an annulled transaction back, wherever it is by now.

    Of several approvals of one reference the last receipt goes, so that the attempt stays
    approved as long as one of them stands. A visit ahead stays as it is, without that money.
    """
    _let_the_attempt_stand(row, rows)
    is_attempt = case.attempt is not None and case.attempt.pk == row.receipt_id
    receipt = case.attempt if is_attempt else row.receipt
    visit = case.visits.get(receipt.appointment)
    applied = still_applied(receipt, visit)
    # What the bank has taken already is not taken once more.
    charged_back = _charged_back(receipt)
    rest = receipt.amount_cents - applied - charged_back
    of_credit = credit.take_what_is_left_of(
        receipt, rest, today=receipt.location.today(now=case.now)
    )
    lost = rest - of_credit
    onto_debt = bool(visit) and not visit.is_active and visit.status != S.COMPLETED
    posting = (
        Posting.of_visit(visit, at=case.now, actor=GATEWAY)
        if visit
        else Posting.of_client(
            receipt.client, at=case.now, actor=GATEWAY, location_id=receipt.location_id
        )
    )
    journal.taken_back_at_the_gateway(
        posting,
        receipt,
        applied_cents=applied,
        credit_cents=of_credit,
        lost_cents=lost,
        onto_debt=onto_debt,
        cents=receipt.amount_cents - charged_back,
    )
    receipt.state, receipt.voided_at = P.VOIDED, case.now
    receipt.save(update_fields=["state", "voided_at"])
    if visit:
        visit.paid_cents -= applied
        if visit.status == S.COMPLETED:
            visit.debt_cents += applied
        elif onto_debt:
            visit.debt_cents += lost
        save(
            visit,
            Action.GIVE_BACK,
            fields=settlement.MONEY_FIELDS,
            actor=GATEWAY,
            now=case.now,
            reason_code="void",
        )
    audit.record(
        "PAYMENT_VOIDED",
        subject=f"payment:{receipt.code}",
        actor=GATEWAY,
        now=case.now,
        cents=receipt.amount_cents,
        lost_cents=lost,
    )
    alerts.raise_alert(
        AlertKind.TAKEN_BACK,
        row.gateway_id,
        now=case.now,
        location_id=receipt.location_id,
        payment=receipt.code,
        appointment=receipt.appointment,
        cents=receipt.amount_cents,
        lost_cents=lost,
    )


def _charged_back(receipt: Payment) -> int:
    rows = receipt.refunds.filter(reason_code=RefundReason.CHARGEBACK)
    return rows.aggregate(all=Sum("cents"))["all"] or 0


def _receipt(attempt: Payment, row: GatewayTransaction, *, now: datetime) -> Payment:
    """Return the attempt, or, where it is a receipt already, a new payment beside it."""
    if attempt.state not in (P.APPROVED, P.VOIDED):
        return attempt
    return Payment(
        location=attempt.location,
        client_id=attempt.client_id,
        appointment=attempt.appointment,
        method=PaymentMethod.WOMPI,
        amount_cents=row.amount_cents,
        reference=attempt.reference,
        at=now,
    )


def _let_the_attempt_stand(row: GatewayTransaction, rows: list[GatewayTransaction]) -> None:
    standing = [
        one
        for one in rows
        if one.status == T.APPROVED and one.home == Home.PAYMENT and one.pk != row.pk
    ]
    if not standing or row.receipt.request_id is None:
        return
    other = max(standing, key=lambda one: one.receipt_id)
    row.receipt, other.receipt = other.receipt, row.receipt
    for one in (row, other):
        one.save(update_fields=["receipt"])
