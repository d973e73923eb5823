"""Charging a visit: discount, credit, money and tips in one transaction (rule book §6).

The same function takes a deposit, the rest of a bill, and a debt that was left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import (
    AT_THE_DESK,
    WITH_REFERENCE,
    Action,
    Appointment,
    AppointmentStatus,
    CashMovementKind,
    CashSession,
    Client,
    CreditOrigin,
    DiscountReason,
    Payment,
    PaymentMethod,
    PaymentState,
    SpaPolicy,
    StaffMember,
    Tip,
)
from spa.services import amounts, audit, cash, credit, idempotency, journal, rights, settlement
from spa.services.audit import Actor
from spa.services.booking.lifecycle import close_as_completed, refuse_to_complete_too_early
from spa.services.booking.refusals import IllegalTransition
from spa.services.booking.transitions import lock_appointment, save
from spa.services.journal import Posting
from spa.services.payments.parts import insist_on_reference
from spa.services.transactions import locked_transaction

S = AppointmentStatus
CHARGEABLE = (S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED, S.IN_SERVICE, S.COMPLETED)
# Of these only a debt, which a chargeback left.
OVER = (S.CANCELLED, S.NO_SHOW, S.EXPIRED)
MOST_TENDERS = 6


@dataclass(frozen=True, slots=True)
class Tender:
    """What is handed over by one method: what the house keeps of it, tips included.

    `tendered_cents` is what was laid on the table in cash; the rest is change.
    """

    method: str
    cents: int
    tendered_cents: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Charged:
    visit: Appointment
    payments: list[Payment]

    @property
    def change_cents(self) -> int:
        return sum(payment.change_cents for payment in self.payments)


@locked_transaction
def charge(
    *,
    appointment: Appointment,
    tenders: Sequence[Tender] = (),
    now: datetime,
    actor: Actor,
    credit_cents: int = 0,
    tips: Mapping[int, int] | None = None,
    discount_cents: int | None = None,
    discount_reason: str = "",
    excess_to_credit: bool = False,
    complete: bool = False,
    debt_reason: str = "",
    version: int | None = None,
    asked: Mapping[str, object] | None = None,
) -> Charged:
    """Take what is paid for a visit, or was left owed; complete it when nothing is open.

    `tips` are cents by the key of a therapist, apart from the bill, and come out of the tenders
    together with it. `discount_cents` is the whole discount of the visit from now on (None: as
    it is). With `excess_to_credit` what is too much becomes credit.

    A visit that waits for its deposit is confirmed when that is covered; one that is finished is
    completed when nothing is owed. `complete` closes any visit that has begun, with a
    `debt_reason` even if something stays open. A repeated `request_id` returns what the first
    call made; it is known by `asked`, what the form said before it was added up (None: by all
    of this), since the sums are others once it is paid.

    :raises RuleBroken: an amount cannot be, or is more than is owed (reason `more_than_owed`),
        tips exceed what is handed over (`tips_not_covered`) or go to somebody who was not there
        (`tip_for_a_stranger`), a card or transfer has no reference (`reference_missing`), or
        there is nothing to do (`nothing_to_charge`)
    :raises NotEnoughCredit: the client has less credit than that
    :raises NoOpenDrawer: there is cash, and the user has no drawer open
    :raises NotAllowed: the discount or the debt needs a manager
    :raises IllegalTransition: nothing can be charged in the visit's status
    :raises Stale: it was changed after `version`
    """
    tips = {staff: cents for staff, cents in (tips or {}).items() if cents}
    if asked is None:
        asked = {
            "tenders": [(t.method, t.cents, t.tendered_cents, t.reference) for t in tenders],
            "credit": credit_cents,
            "tips": sorted(tips.items()),
            "discount": (discount_cents, discount_reason),
            "excess": excess_to_credit,
            "complete": complete,
            "debt": debt_reason,
        }
    earlier = idempotency.claim(
        actor=actor, operation="charge", now=now, appointment=appointment.pk, asked=asked
    )
    if earlier is not None:
        return _again(appointment, earlier)
    visit = lock_appointment(appointment, allowed=(*CHARGEABLE, *OVER), version=version)
    visit.client = Client.objects.locked().get(pk=visit.client_id)
    session = None

    rights.insist(actor, "spa.take_payment")
    complete = complete and visit.status != S.COMPLETED
    if visit.status in OVER and not visit.debt_cents:
        raise IllegalTransition(status=visit.status)
    if complete and visit.status in (*OVER, S.PENDING_PAYMENT):
        raise IllegalTransition(status=visit.status)
    _refuse_amounts(tenders, tips, credit_cents)
    before = visit.discount_cents
    _give_discount(visit, discount_cents, discount_reason, actor=actor, now=now)
    owed = visit.balance_cents
    if credit_cents > owed:
        raise _more_than_owed(owed)
    handed_over = sum(one.cents for one in tenders)
    rest = owed - credit_cents
    excess = handed_over - sum(tips.values()) - rest
    rest += min(excess, 0)  # tips come out of what is handed over, however little it is
    if excess > 0 and not excess_to_credit:
        raise _more_than_owed(rest)
    if rest < 0:
        raise RuleBroken(_("The tip is more than what is handed over."), reason="tips_not_covered")
    _refuse_tips_for_strangers(visit, tips)
    if not (tenders or credit_cents or visit.discount_cents != before or complete):
        raise RuleBroken(_("There is nothing to charge."), reason="nothing_to_charge")
    if complete:
        refuse_to_complete_too_early(visit, now)

    onto_debt = not visit.is_active
    posting = Posting.of_visit(visit, at=now, actor=actor)
    if credit_cents:
        today = visit.location.today(now=now)
        credit.take(visit.client, credit_cents, visit=visit, today=today, now=now)
        journal.credit_spent(posting, cents=credit_cents, onto_debt=onto_debt)
    if any(one.method == PaymentMethod.CASH for one in tenders):
        session = cash.lock_session_of(actor.user, location=visit.location)
    payments = _take(visit, tenders, tips, rest, session, posting, onto_debt=onto_debt)

    applied = credit_cents + sum(payment.applied_cents for payment in payments)
    if visit.status not in OVER:
        visit.paid_cents += applied
    if onto_debt:
        visit.debt_cents -= applied
    _save(visit, actor=actor, now=now)
    if complete or (visit.is_finished and visit.balance_cents == 0):
        close_as_completed(visit, actor=actor, now=now, debt_reason=debt_reason)
    idempotency.settle(actor=actor, result=" ".join(one.code for one in payments))
    return Charged(visit, payments)


def _again(appointment: Appointment, codes: str) -> Charged:
    visit = Appointment.objects.select_related("location", "client").get(pk=appointment.pk)
    payments = list(Payment.objects.filter(code__in=codes.split()).order_by("pk"))
    return Charged(visit, payments)


def _save(visit: Appointment, *, actor: Actor, now: datetime) -> None:
    """Write the visit's next version; it is confirmed once its deposit is covered."""
    fields = [*settlement.MONEY_FIELDS]
    if visit.status == S.PENDING_PAYMENT and not visit.deposit_left_cents:
        visit.status, visit.held_until = S.CONFIRMED, None
        fields += ["status", "held_until"]
    items = visit.items.order_by("position")
    save(visit, Action.CHARGE, fields=fields, items=items, actor=actor, now=now)


def _take(
    visit: Appointment,
    tenders: Sequence[Tender],
    tips: Mapping[int, int],
    rest: int,
    session: CashSession | None,
    posting: Posting,
    *,
    onto_debt: bool,
) -> list[Payment]:
    """Write a payment for each tender: first what is owed, then tips, then what is too much."""
    payments, open_tips = [], dict(tips)
    for tender in tenders:
        applied = min(tender.cents, rest)
        rest -= applied
        own_tips, left = _share_of_tips(open_tips, tender.cents - applied)
        payment = Payment.objects.create(
            location=visit.location,
            client=visit.client,
            appointment=visit.code,
            method=tender.method,
            state=PaymentState.APPROVED,
            amount_cents=tender.cents,
            applied_cents=applied,
            tip_cents=sum(own_tips.values()),
            credited_cents=left,
            tendered_cents=tender.tendered_cents,
            reference=tender.reference.strip(),
            session=session if tender.method == PaymentMethod.CASH else None,
            at=posting.at,
            user=posting.actor.user,
        )
        Tip.objects.bulk_create(
            Tip(payment=payment, staff_id=staff, cents=cents) for staff, cents in own_tips.items()
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
        journal.payment_taken(posting, payment, tips=own_tips, onto_debt=onto_debt)
        payments.append(payment)
    return payments


def _share_of_tips(open_tips: dict[int, int], cents: int) -> tuple[dict[int, int], int]:
    """Take tips out of `cents`; return them by therapist, and what is left then."""
    own = {}
    for staff in list(open_tips):
        part = min(open_tips[staff], cents)
        if part:
            own[staff] = part
            cents -= part
            open_tips[staff] -= part
    return own, cents


def _give_discount(
    visit: Appointment,
    cents: int | None,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Give the visit its discount, within the limit of whoever gives it; audited."""
    if cents is None or cents == visit.discount_cents:
        return
    amounts.insist(cents, nothing_too=True)
    if not visit.is_active:
        raise RuleBroken(
            _("The visit is completed. Refund instead of giving a discount."),
            reason="discount_too_late",
        )
    if cents > visit.price_cents - visit.paid_cents:
        raise RuleBroken(
            _("The discount is more than what is left to pay. Refund the rest first."),
            reason="discount_beyond_balance",
        )
    if reason not in DiscountReason.values and cents:
        raise RuleBroken(_("Say why there is a discount."), reason="discount_without_reason")
    limit = money.share(visit.price_cents, SpaPolicy.current().desk_discount_percent)
    within = cents <= limit
    rights.insist(actor, "spa.discount_appointment" if within else "spa.discount_beyond_limit")
    visit.discount_cents = cents
    audit.record(
        "DISCOUNT_GIVEN",
        subject=f"appointment:{visit.code}",
        actor=actor,
        now=now,
        reason_code=reason,
        cents=cents,
    )


def _refuse_amounts(tenders: Sequence[Tender], tips: Mapping[int, int], credit_cents: int) -> None:
    amounts.insist(credit_cents, nothing_too=True)
    for cents in tips.values():
        amounts.insist(cents)
    if len(tenders) > MOST_TENDERS:
        raise RuleBroken(_("That is too many parts for one bill."), reason="too_many_tenders")
    for one in tenders:
        amounts.insist(one.cents)
        if one.method not in AT_THE_DESK:
            raise RuleBroken(_("Choose how it is paid."), reason="method_unknown")
        insist_on_reference(one.reference, needed=one.method in WITH_REFERENCE)
        if one.tendered_cents is not None:
            amounts.insist(one.tendered_cents)
            if one.method != PaymentMethod.CASH or one.tendered_cents < one.cents:
                raise RuleBroken(
                    _("What was handed over in cash does not cover that."),
                    reason="tendered_too_little",
                )


def _refuse_tips_for_strangers(visit: Appointment, tips: Mapping[int, int]) -> None:
    """Tips are for who treated the client. One query, none without tips."""
    if not tips:
        return
    there = StaffMember.objects.filter(items__appointment=visit, pk__in=tips)
    if there.distinct().count() < len(tips):
        raise RuleBroken(_("A tip goes to a therapist of this visit."), reason="tip_for_a_stranger")


def _more_than_owed(owed: int) -> RuleBroken:
    return RuleBroken(
        _("Only %(owed)s is left to pay. Take less, or keep the rest as credit.")
        % {"owed": money.pesos(owed)},
        reason="more_than_owed",
        owed_cents=owed,
    )
