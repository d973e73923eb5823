"""Money that comes when the hold is over: the visit is booked again where that can be (§6.6)."""

from spa import engine
from spa.models import (
    Action,
    AppointmentChange,
    AppointmentItem,
    AppointmentStatus,
)
from spa.services import credit, journal, settlement, slots
from spa.services.booking.move import PLACEMENT_FIELDS, place
from spa.services.booking.transitions import save
from spa.services.gateway.receipts import GATEWAY, Case
from spa.services.slots import Wanted

S = AppointmentStatus


def book_again(case: Case, cents: int) -> bool:
    """Give an expired visit its time back if nothing forbids it; return whether it has it.

    The same staff, a place in the same rooms, the client free and not blocked, what it held when
    it expired still there as credit, and its deposit covered by that and by `cents`. The visit,
    its client, staff and rooms are locked; `cents` are posted by the caller afterwards.
    """
    visit = case.visit
    if case.client.is_blocked or visit.debt_cents:
        return False
    held = _before_it_expired(case)
    if held is None:
        return False
    released, discount = held
    visit.discount_cents = discount
    today = visit.location.today(now=case.now)
    covered = released + cents >= min(visit.deposit_cents, visit.total_cents)
    has = credit.available(case.client, today=today) if released else 0
    items = list(visit.items.order_by("position"))
    plan = _plan(case, items) if covered and has >= released else None
    if plan is None:
        visit.discount_cents = 0
        return False

    visit.status, visit.held_until, visit.closed_at = S.CONFIRMED, None, None
    if released:
        credit.take(case.client, released, visit=visit, today=today, now=case.now)
        journal.credit_spent(case.posting(), cents=released)
        visit.paid_cents = released
    for item in items:
        item.occupies = True
    AppointmentItem.objects.bulk_update(items, [*PLACEMENT_FIELDS, "occupies"])
    save(
        visit,
        Action.REBOOK,
        fields=("status", "held_until", "closed_at", *settlement.MONEY_FIELDS),
        items=items,
        actor=GATEWAY,
        now=case.now,
    )
    return True


def _before_it_expired(case: Case) -> tuple[int, int] | None:
    """Return what the visit held in stored value when it expired, and its discount then."""
    changes = AppointmentChange.objects.filter(appointment=case.visit)
    end = changes.filter(action=Action.EXPIRE).order_by("-version").first()
    before = end and changes.filter(version=end.version - 1).first()
    if before is None:
        return None
    return before.state["paid_cents"], before.state["discount_cents"]


def _plan(case: Case, items: list[AppointmentItem]) -> engine.Plan | None:
    """Return the visit's plan at its old time with its items placed by it; None if it is taken."""
    visit = case.visit
    day = visit.location.today(now=visit.starts_at)
    window = slots.load(
        location=visit.location,
        wanted=[
            Wanted(item.service_id, staff_id=item.staff_id, room_id=item.room_id) for item in items
        ],
        first_day=day,
        last_day=day,
        client=case.client,
        now=case.now,
        moving=visit,
    )
    plan = window.plan_at(visit.starts_at)
    if isinstance(plan, engine.Refused):
        return None
    for item, planned in zip(items, plan.items, strict=True):
        place(item, planned, window.facts.rooms)
    return plan
