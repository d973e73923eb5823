"""What a visit cost and how it was paid: the *comprobante*, for screen, paper and mail."""

from collections.abc import Sequence
from dataclasses import dataclass

from spa import money
from spa.models import Appointment, AppointmentItem, Payment


@dataclass(frozen=True, slots=True)
class Vat:
    """What of the price is base and what is VAT, at one rate. Cents."""

    percent: int
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A visit's items at their frozen prices, and the payments that stand."""

    visit: Appointment
    items: list[AppointmentItem]
    payments: list[Payment]

    @property
    def paid_by_credit(self) -> int:
        return paid_by_credit(self.visit, self.payments)

    @property
    def vat(self) -> list[Vat]:
        """Return base and VAT by rate; a discount lowers each item by its share of the price."""
        left = self.visit.discount_cents
        price = self.visit.price_cents
        by_rate: dict[int, int] = {}
        for number, item in enumerate(self.items):
            last = number == len(self.items) - 1
            off = left if last else _share(self.visit.discount_cents, item.price_cents, price)
            left -= off
            by_rate[item.vat_percent] = by_rate.get(item.vat_percent, 0) + item.price_cents - off
        return [
            Vat(percent, base, cents - base)
            for percent, cents in sorted(by_rate.items())
            for base in [money.before_vat(cents, percent)]
        ]


def of(visit: Appointment) -> Receipt:
    """Return the receipt of a visit. Two queries."""
    items = visit.items.select_related("service", "staff").order_by("position")
    payments = Payment.objects.approved().filter(appointment=visit.code).select_related("request")
    return Receipt(visit, list(items), list(payments.order_by("pk")))


def paid_by_credit(visit: Appointment, payments: Sequence[Payment]) -> int:
    """Return what of a visit was paid out of credit, and by none of these payments."""
    by_money = sum(one.applied_cents - one.refunded_cents for one in payments)
    return max(visit.paid_cents - max(by_money, 0), 0)


def _share(cents: int, part: int, whole: int) -> int:
    """Return the part of an amount in whole pesos, rounded down; the last item takes the rest."""
    return cents * part // whole // money.CENTS * money.CENTS if whole else 0
