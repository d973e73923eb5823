"""Charging a visit: discount, credit, money and tips in one transaction (rule book §6).

The same function takes a deposit, the rest of a bill, and a debt that was left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken
from spa.models import Action, Appointment, AppointmentStatus, CashSession, Client, Payment
from spa.services import (
    cash,
    credit,
    idempotency,
    journal,
    payment_requests,
    rights,
    settlement,
)
from spa.services.audit import Actor
from spa.services.booking.lifecycle import close_as_completed, refuse_to_complete_too_early
from spa.services.booking.refusals import IllegalTransition
from spa.services.booking.transitions import lock_appointment, save
from spa.services.journal import Posting
from spa.services.messages import tell
from spa.services.payments.bill import (
    Bill,
    Tender,
    insist_on_amounts,
    refuse_tips_for_strangers,
    split,
)
from spa.services.payments.discount import give_discount
from spa.services.payments.take import take
from spa.services.transactions import locked_transaction

S = AppointmentStatus
CHARGEABLE = (S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED, S.IN_SERVICE, S.COMPLETED)
# Of these only a debt, which a chargeback left.
OVER = (S.CANCELLED, S.NO_SHOW, S.EXPIRED)


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
    bill = Bill(
        tenders=tenders,
        credit_cents=credit_cents,
        tips={staff: cents for staff, cents in (tips or {}).items() if cents},
        discount_cents=discount_cents,
        discount_reason=discount_reason,
        excess_to_credit=excess_to_credit,
        complete=complete,
        debt_reason=debt_reason,
    )
    content = bill.content if asked is None else asked
    earlier = idempotency.claim(
        actor=actor, operation="charge", now=now, appointment=appointment.pk, asked=content
    )
    if earlier is not None:
        return _again(appointment, earlier)
    visit = lock_appointment(appointment, allowed=(*CHARGEABLE, *OVER), version=version)
    visit.client = Client.objects.locked().get(pk=visit.client_id)
    rights.insist(actor, "spa.take_payment")

    charged = settle_bill(visit, bill, now=now, actor=actor)
    idempotency.settle(actor=actor, result=" ".join(one.code for one in charged.payments))
    return charged


def settle_bill(visit: Appointment, bill: Bill, *, now: datetime, actor: Actor) -> Charged:
    """Charge a visit that is locked with its client, as `charge` says."""
    complete = bill.complete and visit.status != S.COMPLETED
    if visit.status in OVER and not visit.debt_cents:
        raise IllegalTransition(status=visit.status)
    if complete and visit.status in (*OVER, S.PENDING_PAYMENT):
        raise IllegalTransition(status=visit.status)
    insist_on_amounts(bill)
    before = visit.discount_cents
    give_discount(visit, bill.discount_cents, bill.discount_reason, actor=actor, now=now)
    rest = split(bill, visit.balance_cents)
    refuse_tips_for_strangers([visit], bill.tips)
    if not (bill.tenders or bill.credit_cents or visit.discount_cents != before or complete):
        raise RuleBroken(_("There is nothing to charge."), reason="nothing_to_charge")
    if complete:
        refuse_to_complete_too_early(visit, now)

    onto_debt = not visit.is_active
    posting = Posting.of_visit(visit, at=now, actor=actor)
    if bill.credit_cents:
        today = visit.location.today(now=now)
        credit.take(visit.client, bill.credit_cents, visit=visit, today=today, now=now)
        journal.credit_spent(posting, cents=bill.credit_cents, onto_debt=onto_debt)
    session: CashSession | None = None
    if bill.has_cash:
        session = cash.lock_session_of(actor.user, location=visit.location)
    payments = take(visit, bill, rest, session, posting, onto_debt=onto_debt)

    applied = bill.credit_cents + sum(payment.applied_cents for payment in payments)
    if visit.status not in OVER:
        visit.paid_cents += applied
    if onto_debt:
        visit.debt_cents -= applied
    write_down(visit, actor=actor, now=now)
    if complete or (visit.is_finished and visit.balance_cents == 0):
        close_as_completed(visit, actor=actor, now=now, debt_reason=bill.debt_reason)
    return Charged(visit, payments)


def _again(appointment: Appointment, codes: str) -> Charged:
    visit = Appointment.objects.select_related("location", "client").get(pk=appointment.pk)
    payments = list(Payment.objects.filter(code__in=codes.split()).order_by("pk"))
    return Charged(visit, payments)


def write_down(visit: Appointment, *, actor: Actor, now: datetime) -> None:
    """Write the next version of a visit that was paid; its deposit covered, it is confirmed.

    Nothing is asked for by link any more that is paid by now.
    """
    fields = [*settlement.MONEY_FIELDS]
    if visit.status == S.PENDING_PAYMENT and not visit.deposit_left_cents:
        visit.status, visit.held_until = S.CONFIRMED, None
        fields += ["status", "held_until"]
    save(visit, Action.CHARGE, fields=fields, actor=actor, now=now)
    payment_requests.close_if_paid(visit, now=now)
    if "status" in fields:
        tell.confirmed(visit, now=now)
