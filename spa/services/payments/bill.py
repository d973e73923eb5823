"""What is asked for when a visit is charged, and what cannot be (rule book §6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import AT_THE_DESK, WITH_REFERENCE, Appointment, PaymentMethod, StaffMember
from spa.services import amounts
from spa.services.payments.parts import insist_on_reference

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
class Bill:
    """How a visit is charged; each field is explained by `charge`."""

    tenders: Sequence[Tender] = ()
    credit_cents: int = 0
    tips: Mapping[int, int] = field(default_factory=dict)
    discount_cents: int | None = None
    discount_reason: str = ""
    excess_to_credit: bool = False
    complete: bool = False
    debt_reason: str = ""

    @property
    def handed_over(self) -> int:
        return sum(one.cents for one in self.tenders)

    @property
    def has_cash(self) -> bool:
        return any(one.method == PaymentMethod.CASH for one in self.tenders)

    @property
    def content(self) -> dict[str, object]:
        """What a repeated request is known by."""
        return {
            "tenders": [(t.method, t.cents, t.tendered_cents, t.reference) for t in self.tenders],
            "credit": self.credit_cents,
            "tips": sorted(self.tips.items()),
            "discount": (self.discount_cents, self.discount_reason),
            "excess": self.excess_to_credit,
            "complete": self.complete,
            "debt": self.debt_reason,
        }


def insist_on_amounts(bill: Bill) -> None:
    """Refuse amounts that cannot be, methods that the desk does not take, missing references.

    :raises RuleBroken: each with its reason, as `charge` says
    """
    amounts.insist(bill.credit_cents, nothing_too=True)
    for cents in bill.tips.values():
        amounts.insist(cents)
    if len(bill.tenders) > MOST_TENDERS:
        raise RuleBroken(_("That is too many parts for one bill."), reason="too_many_tenders")
    for one in bill.tenders:
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


def refuse_tips_for_strangers(visits: Sequence[Appointment], tips: Mapping[int, int]) -> None:
    """Tips are for who treated the clients. One query, none without tips.

    :raises RuleBroken: reason `tip_for_a_stranger`
    """
    if not tips:
        return
    there = StaffMember.objects.filter(items__appointment__in=visits, pk__in=tips)
    if there.distinct().count() < len(tips):
        raise RuleBroken(_("A tip goes to a therapist of this visit."), reason="tip_for_a_stranger")


def split(bill: Bill, owed: int) -> int:
    """Return how much of `owed` the tenders pay, once credit and tips are taken off.

    Tips come out of what is handed over, however little it is.

    :raises RuleBroken: it is more than is owed, and the excess is not kept as credit (reason
        `more_than_owed`), or tips exceed what is handed over (`tips_not_covered`)
    """
    if bill.credit_cents > owed:
        raise more_than_owed(owed)
    rest = owed - bill.credit_cents
    excess = bill.handed_over - sum(bill.tips.values()) - rest
    rest += min(excess, 0)
    if excess > 0 and not bill.excess_to_credit:
        raise more_than_owed(rest)
    if rest < 0:
        raise RuleBroken(_("The tip is more than what is handed over."), reason="tips_not_covered")
    return rest


def more_than_owed(owed: int) -> RuleBroken:
    return RuleBroken(
        _("Only %(owed)s is left to pay. Take less, or keep the rest as credit.")
        % {"owed": money.pesos(owed)},
        reason="more_than_owed",
        owed_cents=owed,
    )
