"""A visit that is being charged: what is owed, what is proposed, and what that comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from frontdesk.companions import companions
from frontdesk.forms.charge import ChargeForm
from spa.models import (
    AT_THE_DESK,
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    CashSession,
    Payment,
    PaymentMethod,
    StaffMember,
    User,
)
from spa.services import credit, payments, receipt
from spa.services.payments import Tender
from spa.services.payments.charge import CHARGEABLE, OVER

M, S = PaymentMethod, AppointmentStatus
ROUND = (10_000_00, 20_000_00, 50_000_00, 100_000_00)  # what is handed over, rounded up to


@dataclass(frozen=True, slots=True)
class Sums:
    """What the form comes to, in cents."""

    discount: int
    credit: int
    due: int  # after discount, what was paid before, and credit
    later: int  # what is left for later, if only the deposit is paid now
    beside: tuple[tuple[Appointment, int], ...]  # who else is paid for, and how much
    tips: int
    tenders: tuple[Tender, ...]
    change: int

    @property
    def handed_over(self) -> int:
        return sum(one.cents for one in self.tenders)

    @property
    def asked(self) -> int:
        """What is to be paid now for all of them, without tips."""
        return self.due + sum(cents for _visit, cents in self.beside)

    @property
    def left(self) -> int:
        """What stays open; less than nothing: what is too much."""
        return self.asked + self.tips - self.handed_over


class Till:
    """What the fragments show. `typed` are the form's cleaned fields, as far as they are sound."""

    def __init__(self, visit: Appointment, *, user: User, now: datetime) -> None:
        self.visit, self.user, self.now = visit, user, now
        self.sums = self.add_up({}, {})

    @cached_property
    def items(self) -> list[AppointmentItem]:
        """One query."""
        items = self.visit.items.select_related("service", "staff")
        return list(items.order_by("position"))

    @cached_property
    def companions(self) -> list[Appointment]:
        """The visits of her party that can be paid along with hers. One query."""
        if self.is_debt:
            return []
        party = companions(self.visit, user=self.user)
        return [one for one in party if one.is_active and one.balance_cents]

    @cached_property
    def therapists(self) -> list[StaffMember]:
        """Who treats her, or those who came with her. One query with company."""
        own = [item.staff for item in self.items if item.staff]
        if self.companions:
            own += StaffMember.objects.filter(items__appointment__in=self.companions).order_by("pk")
        return list(dict.fromkeys(own))

    @cached_property
    def payments(self) -> list[Payment]:
        """What was paid before. One query."""
        return list(Payment.objects.approved().filter(appointment=self.visit.code).order_by("pk"))

    @cached_property
    def credit_cents(self) -> int:
        """What the client can spend today. One query."""
        today = self.visit.location.today(now=self.now)
        return credit.available(self.visit.client, today=today)

    @property
    def paid_by_credit(self) -> int:
        """What of the payments before came out of credit."""
        return receipt.paid_by_credit(self.visit, self.payments)

    @cached_property
    def drawer(self) -> CashSession | None:
        """The drawer that the user has open here; without one she takes no cash. One query."""
        return (
            CashSession.objects.of(self.user, location=self.visit.location)
            .select_related("drawer")
            .first()
        )

    @property
    def can_charge(self) -> bool:
        """Whether something is open, and she may take it."""
        return (
            self.visit.status in (*CHARGEABLE, *OVER)
            and self.visit.balance_cents > 0
            and self.user.has_perm("spa.take_payment")
        )

    @property
    def is_debt(self) -> bool:
        return not self.visit.is_active

    @property
    def can_close(self) -> bool:
        """Whether the visit has begun, so that it may be closed along with the payment."""
        if self.visit.status == S.CONFIRMED:
            return self.visit.starts_at <= self.now
        return self.visit.status == S.ARRIVED

    @property
    def usual_method(self) -> str:
        """What pays the rest unless somebody says otherwise."""
        return M.CARD_TERMINAL

    @property
    def usual_tendered(self) -> list[int]:
        """What is likely to be laid on the table for the cash that is asked for."""
        cash = next((one.cents for one in self.sums.tenders if one.method == M.CASH), 0)
        rounded = {-(-cash // note) * note for note in ROUND} - {cash}
        return sorted(rounded)[:3] if cash else []

    def proposal(self) -> dict:
        """Return what the form holds when it is opened."""
        return {
            "version": self.visit.version,
            "part": "deposit" if self.visit.deposit_left_cents else "",
            "rest": self.usual_method,
            "use_credit": self.credit_cents > 0,
            "discount": self.visit.discount_cents or None,
        }

    def add_up(self, typed: Mapping[str, object], tips: Mapping[int, int]) -> Sums:
        """Return what these fields come to; whatever is missing counts as nothing."""
        visit = self.visit
        discount = typed.get("discount")
        discount = visit.discount_cents if discount is None else discount
        owed = visit.balance_cents + visit.discount_cents - discount
        if self.is_debt:
            discount, owed = visit.discount_cents, visit.debt_cents
        wanted = owed
        if self.pays_deposit(typed):
            wanted = min(self.visit.deposit_left_cents, owed)
        spent = max(min(self.credit_cents, wanted), 0) if typed.get("use_credit") else 0
        due, tip = wanted - spent, sum(tips.values())
        beside = self._beside(typed)
        written = {method: typed.get(method) or 0 for method in AT_THE_DESK}
        rest = typed.get("rest")
        if rest and not written[rest]:
            asked = due + sum(cents for _visit, cents in beside) + tip
            written[rest] = max(asked - sum(written.values()), 0)
        tendered = typed.get("tendered") if written[M.CASH] else None
        tenders = tuple(
            Tender(
                method=str(method),
                cents=cents,
                tendered_cents=tendered if method == M.CASH else None,
                reference=self._reference(method, typed),
            )
            for method, cents in written.items()
            if cents
        )
        change = max(tendered - written[M.CASH], 0) if tendered else 0
        return Sums(discount, spent, due, owed - wanted, beside, tip, tenders, change)

    def _beside(self, typed: Mapping[str, object]) -> tuple[tuple[Appointment, int], ...]:
        """Return who else is paid for, each with what is asked for her now."""
        chosen = typed.get("together") or ()
        deposit = self.pays_deposit(typed)
        return tuple(
            (one, payments.due_of(one, deposit=deposit))
            for one in (self.companions if chosen else ())
            if one.pk in chosen
        )

    @property
    def paid_along(self) -> set[int]:
        """The keys of the visits that are paid along with hers."""
        return {visit.pk for visit, _cents in self.sums.beside}

    def pays_deposit(self, typed: Mapping[str, object]) -> bool:
        """Say whether only the deposit is paid now."""
        return typed.get("part") == "deposit" and self.visit.deposit_left_cents > 0

    def read(self, form: ChargeForm) -> None:
        """Take over what was typed, as far as it is sound; the sums follow."""
        self.sums = self.add_up(form.cleaned_data, form.tips)

    @staticmethod
    def _reference(method: str, typed: Mapping[str, object]) -> str:
        field = {M.CARD_TERMINAL: "card_reference", M.BANK_TRANSFER: "transfer_reference"}
        return str(typed.get(field.get(method, ""), "") or "")
