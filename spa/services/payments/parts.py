"""What a payment still pays, and the numbers that banks give it."""

from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken
from spa.models import Appointment, AppointmentStatus, Payment
from spa.services import credit

LONGEST_REFERENCE = 40


def still_applied(payment: Payment, visit: Appointment | None) -> int:
    """Return what a payment still pays of its visit; what is left of it besides is credit.

    What was refunded came out of that first. A visit that became cheaper gave the difference
    back as credit, and one that will not be gave everything. One query at most.
    """
    if visit is None or not (visit.is_active or visit.status == AppointmentStatus.COMPLETED):
        return 0
    left = max(payment.applied_cents - payment.refunded_cents, 0)
    return min(left, visit.paid_cents - credit.held_by(visit))


def insist_on_reference(reference: str, *, needed: bool = True) -> None:
    """Refuse a reference that is missing (reason `reference_missing`) or `reference_too_long`.

    :raises RuleBroken: it is
    """
    reference = reference.strip()
    if needed and not reference:
        raise RuleBroken(
            _("Write down the number of the voucher or transfer."), reason="reference_missing"
        )
    if len(reference) > LONGEST_REFERENCE:
        raise RuleBroken(_("That number is too long."), reason="reference_too_long")
