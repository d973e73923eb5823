"""One bill for those who came together: all their visits in one transaction (rule book §5)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import (
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    Client,
    Payment,
    PaymentMethod,
)
from spa.services import idempotency, rights
from spa.services.audit import Actor
from spa.services.booking.transitions import lock_appointment
from spa.services.payments.bill import Bill, Tender, refuse_tips_for_strangers
from spa.services.payments.charge import CHARGEABLE, Charged, settle_bill
from spa.services.transactions import locked_transaction

S = AppointmentStatus


def due_of(visit: Appointment, *, deposit: bool) -> int:
    """Return what is asked for a visit now: all that is open, or only what confirms it."""
    return visit.deposit_left_cents if deposit else visit.balance_cents


@locked_transaction
def charge_together(
    *,
    payer: Appointment,
    others: Sequence[Appointment],
    bill: Bill,
    now: datetime,
    actor: Actor,
    deposit: bool = False,
    versions: Mapping[int, int] | None = None,
    asked: Mapping[str, object] | None = None,
) -> list[Charged]:
    """Take what is paid for several visits of a party at once, the `payer`'s first of the result.

    The others are paid whole (with `deposit`: their deposits); what is handed over besides pays
    for her who pays, whose are discount, credit and what is too much. Each visit gets payments
    of its own with the tender's reference, so that each can be given back by itself. `versions`
    are the ones that the form showed, by the keys of the visits.

    :raises RuleBroken: they are no party (reason `not_one_party`), or it does not cover all of
        them (`together_not_covered`); and whatever else `charge` refuses
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="charge_together",
        now=now,
        visits=[payer.pk, *sorted(one.pk for one in others)],
        asked=bill.content if asked is None else asked,
    )
    if earlier is not None:
        return _again(earlier)
    visits = _locked(payer, others, versions or {})
    payer = visits[payer.pk]
    others = [visit for visit in visits.values() if visit.pk != payer.pk]

    rights.insist(actor, "spa.take_payment")
    if len({visit.group for visit in visits.values()}) > 1:
        raise RuleBroken(_("These visits were not booked together."), reason="not_one_party")
    refuse_tips_for_strangers(list(visits.values()), bill.tips)
    _insist_that_all_is_covered(payer, others, bill, deposit=deposit)

    pool = Pool(bill)
    tips = _tips_by_visit(payer, others, bill.tips)
    own = {
        visit.pk: Bill(
            tenders=pool.draw(due_of(visit, deposit=deposit) + sum(tips[visit.pk].values())),
            tips=tips[visit.pk],
            complete=bill.complete and _can_be_closed(visit, now),
        )
        for visit in others
    }
    own[payer.pk] = replace(bill, tenders=pool.rest(), tips=tips[payer.pk])
    pool.hand_back_change(own)
    charged = [
        settle_bill(visit, own[visit.pk], now=now, actor=actor) for visit in (payer, *others)
    ]
    idempotency.settle(actor=actor, result=" ".join(_told(one) for one in charged))
    return charged


class Pool:
    """What is handed over for all of them, drawn upon visit by visit."""

    def __init__(self, bill: Bill) -> None:
        self.tenders = [replace(one, tendered_cents=None) for one in bill.tenders]
        self.change = sum(
            one.tendered_cents - one.cents for one in bill.tenders if one.tendered_cents
        )

    def draw(self, cents: int) -> list[Tender]:
        """Take `cents` out, from the first tender on."""
        drawn, left = [], []
        for one in self.tenders:
            part = min(one.cents, cents)
            cents -= part
            if part:
                drawn.append(replace(one, cents=part))
            if part < one.cents:
                left.append(replace(one, cents=one.cents - part))
        self.tenders = left
        return drawn

    def rest(self) -> list[Tender]:
        return self.tenders

    def hand_back_change(self, bills: dict[int, Bill]) -> None:
        """Write the change beside the last cash of all; each drawer entry stays what was kept."""
        for pk, bill in reversed(bills.items()):
            for number, one in enumerate(bill.tenders):
                if self.change and one.method == PaymentMethod.CASH:
                    tenders = list(bill.tenders)
                    tenders[number] = replace(one, tendered_cents=one.cents + self.change)
                    bills[pk] = replace(bill, tenders=tenders)
                    return


def _locked(
    payer: Appointment, others: Sequence[Appointment], versions: Mapping[int, int]
) -> dict[int, Appointment]:
    """Lock the visits, then their clients, each by key."""
    visits = {
        visit.pk: lock_appointment(visit, allowed=CHARGEABLE, version=versions.get(visit.pk))
        for visit in sorted({payer, *others}, key=lambda one: one.pk)
    }
    keys = {visit.client_id for visit in visits.values()}
    clients = {client.pk: client for client in Client.objects.locked().filter(pk__in=keys)}
    for visit in visits.values():
        visit.client = clients[visit.client_id]
    return visits


def _insist_that_all_is_covered(
    payer: Appointment, others: Sequence[Appointment], bill: Bill, *, deposit: bool
) -> None:
    discount = payer.discount_cents if bill.discount_cents is None else bill.discount_cents
    whole = payer.balance_cents + payer.discount_cents - discount
    asked = min(payer.deposit_left_cents, whole) if deposit else whole
    asked += sum(due_of(visit, deposit=deposit) for visit in others) + sum(bill.tips.values())
    missing = asked - bill.credit_cents - bill.handed_over
    if missing > 0:
        raise RuleBroken(
            _("One bill is paid whole: %(missing)s is missing. Or charge each visit by itself.")
            % {"missing": money.pesos(missing)},
            reason="together_not_covered",
            missing_cents=missing,
        )


def _tips_by_visit(
    payer: Appointment, others: Sequence[Appointment], tips: Mapping[int, int]
) -> dict[int, dict[int, int]]:
    """Give each tip to a visit that its therapist treats, the payer's before the others'.

    One query, none without tips.
    """
    by_visit: dict[int, dict[int, int]] = {visit.pk: {} for visit in (payer, *others)}
    if not tips:
        return by_visit
    items = AppointmentItem.objects.filter(appointment__in=by_visit, staff__in=tips)
    treats = set(items.values_list("appointment", "staff"))
    for staff, cents in tips.items():
        pk = next(pk for pk in by_visit if (pk, staff) in treats)
        by_visit[pk][staff] = cents
    return by_visit


def _can_be_closed(visit: Appointment, now: datetime) -> bool:
    return visit.status == S.ARRIVED or (visit.status == S.CONFIRMED and visit.starts_at <= now)


def _told(charged: Charged) -> str:
    return ",".join([charged.visit.code, *(payment.code for payment in charged.payments)])


def _again(told: str) -> list[Charged]:
    """Return what the first call made, as it is now. Two queries a visit."""
    parts = [one.split(",") for one in told.split()]
    return [
        Charged(
            Appointment.objects.select_related("location", "client").get(code=code),
            list(Payment.objects.filter(code__in=payments).order_by("pk")),
        )
        for code, *payments in parts
    ]
