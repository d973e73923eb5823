"""Tips belong to the therapist; the house keeps them until they are handed on."""

from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken
from spa.models import Account, CashMovementKind, JournalLine, Location, StaffMember
from spa.services import audit, idempotency, journal
from spa.services.audit import Actor
from spa.services.cash.drawers import insist_on_cash, lock_session_of, record_movement
from spa.services.journal import Posting
from spa.services.transactions import locked_transaction


def tips_owed() -> dict[int, int]:
    """Return the cents of tips that each therapist has yet to get, by key. One query."""
    lines = JournalLine.objects.filter(account=Account.TIPS_PAYABLE, subledger__startswith="staff:")
    owed = lines.values_list("subledger").annotate(all=Sum("amount_cents"))
    return {int(place.removeprefix("staff:")): -cents for place, cents in owed if cents}


@locked_transaction
def pay_out_tips(
    *, staff: StaffMember, cents: int, location: Location, now: datetime, actor: Actor
) -> int:
    """Hand a therapist all the tips that she was shown to have, in cash; return the cents.

    :raises NoOpenDrawer: the user has none open
    :raises DrawerIsShort: less than that lies in it
    :raises RuleBroken: she has none (reason `no_tips`), or other tips than was shown
        (`tips_changed`)
    """
    earlier = idempotency.claim(
        actor=actor, operation="pay_out_tips", now=now, staff=staff.pk, cents=cents
    )
    if earlier:
        return int(earlier)
    staff = StaffMember.objects.locked().get(pk=staff.pk)
    session = lock_session_of(actor.user, location=location)

    owed = tips_owed().get(staff.pk, 0)
    if owed <= 0:
        raise RuleBroken(_("There are no tips to hand on to her."), reason="no_tips")
    if owed != cents:
        raise RuleBroken(
            _("Her tips changed meanwhile. Look at the sum again."), reason="tips_changed"
        )
    insist_on_cash(session, cents)

    record_movement(session, CashMovementKind.TIP, -cents, now=now, actor=actor)
    posting = Posting(now, actor, location.pk)
    journal.tip_paid_out(posting, staff_id=staff.pk, cents=cents, session_id=session.pk)

    audit.record("TIPS_PAID_OUT", subject=f"staff:{staff.pk}", actor=actor, now=now, cents=cents)
    idempotency.settle(actor=actor, result=str(cents))
    return cents
