"""Writing what is handed over: a payment for each tender, with its tips, change and cash."""

from spa.models import (
    Appointment,
    CashMovementKind,
    CashSession,
    CreditOrigin,
    Payment,
    PaymentMethod,
    PaymentState,
    SpaPolicy,
    Tip,
)
from spa.services import cash, credit, journal
from spa.services.journal import Posting
from spa.services.payments.bill import Bill, Tender


def take(
    visit: Appointment,
    bill: Bill,
    rest: int,
    session: CashSession | None,
    posting: Posting,
    *,
    onto_debt: bool,
) -> list[Payment]:
    """Write a payment for each tender: first `rest` is paid, then tips, then what is too much.

    The visit, its client and the session are locked. Some eight queries a tender.
    """
    payments, open_tips = [], dict(bill.tips)
    for tender in bill.tenders:
        applied = min(tender.cents, rest)
        rest -= applied
        tips, left = share_of_tips(open_tips, tender.cents - applied)
        payment = _write(visit, tender, applied, tips, left, session, posting)
        journal.payment_taken(posting, payment, tips=tips, onto_debt=onto_debt)
        payments.append(payment)
    return payments


def share_of_tips(open_tips: dict[int, int], cents: int) -> tuple[dict[int, int], int]:
    """Take tips out of `cents`; return them by therapist, and what is left then."""
    own = {}
    for staff in list(open_tips):
        part = min(open_tips[staff], cents)
        if part:
            own[staff] = part
            cents -= part
            open_tips[staff] -= part
    return own, cents


def _write(
    visit: Appointment,
    tender: Tender,
    applied: int,
    tips: dict[int, int],
    left: int,
    session: CashSession | None,
    posting: Posting,
) -> Payment:
    payment = Payment.objects.create(
        location=visit.location,
        client=visit.client,
        appointment=visit.code,
        method=tender.method,
        state=PaymentState.APPROVED,
        amount_cents=tender.cents,
        applied_cents=applied,
        tip_cents=sum(tips.values()),
        credited_cents=left,
        tendered_cents=tender.tendered_cents,
        reference=tender.reference.strip(),
        session=session if tender.method == PaymentMethod.CASH else None,
        at=posting.at,
        user=posting.actor.user,
    )
    Tip.objects.bulk_create(
        Tip(payment=payment, staff_id=staff, cents=cents) for staff, cents in tips.items()
    )
    if left:
        credit.add_lot(
            visit.client,
            left,
            CreditOrigin.OVERPAID,
            days=SpaPolicy.current().credit_days,
            today=visit.location.today(now=posting.at),
            now=posting.at,
            actor=posting.actor,
            appointment=visit.code,
            payment=payment.code,
        )
    if payment.session:
        cash.record_movement(
            payment.session,
            CashMovementKind.PAYMENT,
            payment.amount_cents,
            now=posting.at,
            actor=posting.actor,
            payment=payment.code,
        )
    return payment
