"""Changing the treatments of a visit: more, fewer, others, longer or shorter (rule book §5).

What stays keeps the terms that were frozen; what is new has those of today.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from spa import engine, localtime
from spa.errors import RuleBroken
from spa.models import CHANGEABLE, Action, Appointment, AppointmentItem, Client
from spa.services import idempotency, settlement
from spa.services.audit import Actor
from spa.services.booking.book import TRIES, in_short, lock_resources, refuse_who_is_not_locked
from spa.services.booking.change_plan import Change, Line, has_begun, plan_change
from spa.services.booking.move import PLACEMENT_FIELDS, place
from spa.services.booking.refusals import IllegalTransition, SlotTaken, slot_refusals
from spa.services.booking.transitions import lock_appointment, save
from spa.services.transactions import locked_transaction


def try_change(*, appointment: Appointment, lines: Sequence[Line], now: datetime) -> Change:
    """Say what `change_items_at` would make of the visit; nothing is written.

    The rooms in `lines` are kept; only if that cannot be, others are looked for.

    :raises BusinessLogicError: as `change_items`
    """
    try:
        return plan_change(appointment, appointment.client, lines, now=now)
    except (SlotTaken, RuleBroken):
        open_rooms = _with_open_rooms(appointment, lines, now)
        if open_rooms == list(lines):
            raise
        return plan_change(appointment, appointment.client, open_rooms, now=now)


def change_items_at(
    *,
    appointment: Appointment,
    lines: Sequence[Line],
    now: datetime,
    actor: Actor,
    version: int | None = None,
) -> Appointment:
    """Change the treatments of a visit; whom and what room `lines` leave open are found.

    What is open is decided by the search, outside the transaction; each try is one of its own.
    Raises what `change_items` does.
    """
    for remaining in reversed(range(TRIES)):
        found = _find(appointment, lines, now)
        try:
            return change_items(
                appointment=appointment,
                # As in `book_at`: only the locked check knows whether this was done before.
                lines=found or lines,
                asked=lines,
                now=now,
                actor=actor,
                version=version,
            )
        except SlotTaken as refusal:
            if not remaining or (found is None and refusal.facts):
                raise
    raise SlotTaken


@slot_refusals()
@locked_transaction
def change_items(
    *,
    appointment: Appointment,
    lines: Sequence[Line],
    now: datetime,
    actor: Actor,
    version: int | None = None,
    asked: Sequence[Line] | None = None,
) -> Appointment:
    """Let a visit consist of `lines`, in order, from its start on, with the staff and rooms given.

    A line without an item is a new treatment, at today's price; what no line names is removed;
    another length costs what was frozen. What has begun stays first, but may take longer.
    `asked` is what was wanted before anybody was chosen (None: just this). What was paid too
    much for the new price goes back, as credit.

    :raises SlotTaken: other visits are in the way, or were faster
    :raises RuleBroken: a rule of §5 forbids it, a service was withdrawn, or the reason is
        `no_items`, `unknown_item`, `duration`, `begun` or `nothing_changed`
    :raises ServiceTwice: a service stands in the list twice
    :raises IllegalTransition: the visit is not confirmed, arrived or under way
    :raises Stale: it was changed after `version`
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="change_items",
        now=now,
        appointment=appointment.pk,
        lines=[[line.item, line.minutes, *in_short(line.wanted)] for line in asked or lines],
    )
    if earlier:
        return Appointment.objects.select_related("location", "client").get(code=earlier)
    visit = lock_appointment(appointment, allowed=CHANGEABLE, version=version)
    client = Client.objects.locked().get(pk=visit.client_id)
    lock_resources(line.wanted for line in lines)

    if visit.is_finished:
        raise IllegalTransition(status=visit.status)
    change = plan_change(visit, client, lines, now=now)
    refuse_who_is_not_locked([line.wanted for line in lines], change.plan)

    items = _write(visit, change, asked or lines)
    visit.ends_at = localtime.moment(change.plan.end)
    settlement.fit(visit, sum(item.price_cents for item in items), now=now, actor=actor)

    fields = ("ends_at", "price_cents", *settlement.MONEY_FIELDS)
    save(visit, Action.CHANGE_ITEMS, fields=fields, items=items, actor=actor, now=now)
    idempotency.settle(actor=actor, result=visit.code)
    return visit


def _find(appointment: Appointment, lines: Sequence[Line], now: datetime) -> Sequence[Line] | None:
    try:
        return try_change(appointment=appointment, lines=lines, now=now).lines
    except (SlotTaken, RuleBroken):
        return None


def _with_open_rooms(visit: Appointment, lines: Sequence[Line], now: datetime) -> list[Line]:
    """Return `lines` with every room open, but for those in which somebody is being treated."""
    begun = {item.pk for item in visit.items.all() if has_begun(visit, item, now)}
    return [
        line if line.item in begun else replace(line, wanted=replace(line.wanted, room_id=None))
        for line in lines
    ]


def _write(visit: Appointment, change: Change, asked: Sequence[Line]) -> list[AppointmentItem]:
    """Write the items as planned and return them in their order. Three queries at most."""
    rooms = change.window.facts.rooms
    items = []
    for number, (item, planned) in enumerate(zip(change.items, change.plan.items, strict=True)):
        if item is None:
            item = _new(visit, change, number, asked[number])
        own_place = item.place if _stays_within_its_time(item, planned) else None
        place(item, planned, rooms)
        if own_place is not None:
            item.place = own_place
        item.position, item.parallel = number, change.lines[number].wanted.parallel
        item.duration_minutes = change.window.wishes[number].duration
        items.append(item)
    if change.removed:
        AppointmentItem.objects.filter(pk__in=[item.pk for item in change.removed]).delete()
    # One statement: row by row, what moves up would meet what has not moved yet.
    AppointmentItem.objects.bulk_update(
        [item for item in items if item.pk],
        [*PLACEMENT_FIELDS, "position", "parallel", "duration_minutes"],
    )
    AppointmentItem.objects.bulk_create(item for item in items if not item.pk)
    return items


def _new(visit: Appointment, change: Change, number: int, asked: Line) -> AppointmentItem:
    """Return a treatment at today's terms, not yet placed."""
    service, wish = change.window.services[number], change.window.wishes[number]
    return AppointmentItem(
        appointment=visit,
        service=service,
        staff_id=change.plan.items[number].staff,
        staff_requested=asked.wanted.names_somebody,
        group=visit.group,
        occupies=True,
        price_cents=service.price_for(visit.client, on=visit.location.today(now=visit.starts_at)),
        vat_percent=service.vat_percent,
        staff_buffer_minutes=wish.staff_buffer,
        room_buffer_minutes=wish.room_buffer,
    )


def _stays_within_its_time(item: AppointmentItem, planned: engine.PlannedItem) -> bool:
    """Say whether its own place is surely free still: nothing of its time in the room is new."""
    return (
        item.pk is not None
        and item.room_id == planned.room
        and localtime.minutes(item.starts_at) <= planned.start
        and planned.room_busy_until <= localtime.minutes(item.room_busy_until, round_up=True)
    )
