"""A discount of a visit, within the limit of whoever gives it (rule book §3 and §6)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import Appointment, DiscountReason, SpaPolicy
from spa.services import amounts, audit, rights
from spa.services.audit import Actor


def give_discount(
    visit: Appointment, cents: int | None, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Give a locked visit so much discount in all, unsaved; None: as it is. Audited.

    :raises RuleBroken: the visit is over (reason `discount_too_late`), it is more than is left to
        pay (`discount_beyond_balance`), or nobody says why (`discount_without_reason`)
    :raises NotAllowed: it needs a manager
    """
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
