"""Two visits change places: each goes to the other's start, in one transaction.

A swap is two moves; the history tells each as one, with `swap` as its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa import engine, localtime
from spa.errors import RuleBroken
from spa.models import MOVABLE, Action, Appointment, AppointmentItem, Client
from spa.services import idempotency, slots
from spa.services.audit import Actor
from spa.services.booking.book import (
    TRIES,
    in_short,
    lock_resources,
    refuse_who_is_not_locked,
)
from spa.services.booking.deposit import end_hold_by_the_start
from spa.services.booking.move import (
    PLACEMENT_FIELDS,
    place,
    refuse_to_leave_who_is_here,
    refuse_what_moves_nobody,
)
from spa.services.booking.refusals import IllegalTransition, SlotTaken, refuse, slot_refusals
from spa.services.booking.transitions import lock_appointment, save
from spa.services.messages import tell
from spa.services.slots import Wanted, Window
from spa.services.transactions import locked_transaction

Pair = tuple[Appointment, Appointment]
Wishes = Mapping[int, Sequence[Wanted]]
Placed = tuple[engine.Plan, Mapping[int, engine.RoomFacts]]


def swap_at(
    *,
    first: Appointment,
    second: Appointment,
    now: datetime,
    actor: Actor,
    wanted: Wishes | None = None,
    versions: Mapping[int, int] | None = None,
) -> Pair:
    """Let two visits change places; staff and rooms left open are found.

    `wanted` holds, by the key of a visit, whom and where each of its items shall have. For one
    that it does not name: two visits of one item each change their therapists too, as their
    cards do on the calendar; a longer one keeps its own. Raises what `swap` does.
    """
    asked = _as_the_cards_lie(first, second) | dict(wanted or {})
    for remaining in reversed(range(TRIES)):
        found = _find((first, second), asked, now)
        try:
            return swap(
                first=first,
                second=second,
                # As in `book_at`: only the locked check knows whether this was done before.
                wanted=found or asked,
                asked=asked,
                now=now,
                actor=actor,
                versions=versions,
            )
        except SlotTaken as refusal:
            if not remaining or (found is None and refusal.facts):
                raise
    raise SlotTaken


@slot_refusals()
@locked_transaction
def swap(
    *,
    first: Appointment,
    second: Appointment,
    wanted: Wishes,
    now: datetime,
    actor: Actor,
    versions: Mapping[int, int] | None = None,
    asked: Wishes | None = None,
) -> Pair:
    """Let two visits change places, with the staff and rooms given by their keys.

    The spa wants it, so that no client's move is counted. `versions` are those that the form
    showed, `asked` is what was wanted before anybody was chosen (None: just this).

    :raises SlotTaken: another visit, or one of the two, is in the way of the other
    :raises RuleBroken: a rule of §5 forbids it, both are one visit (`same_visit`), or stand
        already where they would go (`same_place`)
    :raises IllegalTransition: one of them no longer waits for its treatment
    :raises Stale: one was changed meanwhile
    """
    if first.pk == second.pk:
        raise RuleBroken(_("Choose two different visits to swap."), reason="same_visit")
    asked = asked or wanted
    earlier = idempotency.claim(
        actor=actor,
        operation="swap",
        now=now,
        visits=[[pk, [in_short(one) for one in asked[pk]]] for pk in (first.pk, second.pk)],
    )
    if earlier:
        return _again(first), _again(second)
    locked = {
        visit.pk: lock_appointment(visit, allowed=MOVABLE, version=(versions or {}).get(visit.pk))
        for visit in sorted((first, second), key=lambda visit: visit.pk)
    }
    pair = locked[first.pk], locked[second.pk]
    list(Client.objects.locked().filter(pk__in=[visit.client_id for visit in pair]))
    lock_resources(one for visit in pair for one in wanted[visit.pk])

    items = {visit.pk: list(visit.items.order_by("position")) for visit in pair}
    for visit, other in (pair, pair[::-1]):
        refuse_to_leave_who_is_here(visit, other.starts_at)
        if [item.service_id for item in items[visit.pk]] != [
            one.service_id for one in wanted[visit.pk]
        ]:
            raise RuleBroken(_("A move keeps the services of the visit."), reason="other_services")
    found = _plan(pair, wanted, now)
    for visit, (plan, _rooms) in zip(pair, found, strict=True):
        refuse_who_is_not_locked(wanted[visit.pk], plan)
    refuse_what_moves_nobody(
        (items[visit.pk], asked[visit.pk], plan)
        for visit, (plan, _rooms) in zip(pair, found, strict=True)
    )

    left_days = [visit.location.today(now=visit.starts_at) for visit in pair]
    for visit, (plan, rooms) in zip(pair, found, strict=True):
        for item, planned in zip(items[visit.pk], plan.items, strict=True):
            place(item, planned, rooms)
        visit.starts_at, visit.ends_at = localtime.moment(plan.start), localtime.moment(plan.end)
        end_hold_by_the_start(visit, now=now)
        visit.moves += 1
    # One statement each: row by row, the first would meet the second before it has left.
    AppointmentItem.objects.bulk_update(
        [item for visit in pair for item in items[visit.pk]], PLACEMENT_FIELDS
    )
    Appointment.objects.bulk_update(pair, ["starts_at", "ends_at", "held_until"])

    for visit, left_day in zip(pair, left_days, strict=True):
        save(
            visit,
            Action.MOVE,
            fields=("moves",),
            items=items[visit.pk],
            actor=actor,
            now=now,
            reason_code="swap",
            left_day=left_day,
        )
    tell.moved(*pair, now=now)
    idempotency.settle(actor=actor, result=pair[0].code)
    return pair


def try_swap(*, first: Appointment, second: Appointment, now: datetime) -> tuple[Placed, Placed]:
    """Say where `swap_at` would put both, each with the rooms by their keys; writes nothing.

    :raises BusinessLogicError: as `swap`; `facts["why"]` says in words what is in the way
    """
    if first.pk == second.pk:
        raise RuleBroken(_("Choose two different visits to swap."), reason="same_visit")
    for visit, other in ((first, second), (second, first)):
        if not visit.is_movable:
            raise IllegalTransition(status=visit.status)
        refuse_to_leave_who_is_here(visit, other.starts_at)
    return _plan((first, second), _as_the_cards_lie(first, second), now)


def _find(pair: Pair, wanted: Wishes, now: datetime) -> Wishes | None:
    """Return `wanted` with the staff and rooms that suit best; None if the two cannot swap."""
    try:
        found = _plan(pair, wanted, now)
    except (SlotTaken, RuleBroken):
        return None
    return {
        visit.pk: [
            replace(one, staff_id=item.staff, room_id=item.room)
            for one, item in zip(wanted[visit.pk], plan.items, strict=True)
        ]
        for visit, (plan, _rooms) in zip(pair, found, strict=True)
    }


def _plan(pair: Pair, wanted: Wishes, now: datetime) -> tuple[Placed, Placed]:
    """Place both visits where the other one stood.

    The first is placed as if neither were there, the second beside it; failing that, the other
    way round.

    :raises SlotTaken: another visit, or one of the two, is in the way
    :raises RuleBroken: a rule of §5 keeps one of them away
    """
    try:
        return _place(pair, wanted, now)
    except (SlotTaken, RuleBroken) as refusal:
        try:
            second, first = _place(pair[::-1], wanted, now)
        except (SlotTaken, RuleBroken):
            raise refusal from None
        return first, second


def _place(pair: Pair, wanted: Wishes, now: datetime) -> tuple[Placed, Placed]:
    one, other = pair
    windows = [_window(one, other, wanted[one.pk], now), _window(other, one, wanted[other.pk], now)]
    plan = windows[0].plan_at(other.starts_at)
    if isinstance(plan, engine.Refused):
        refuse(plan, why=_in_words(plan, windows[0], one))
    taken = engine.with_plan(windows[1].facts, plan, one.group, one.pk)
    if one.client_id == other.client_id:
        mine = engine.Busy(plan.start, plan.end, one.pk)
        taken = replace(taken, client_busy=(*taken.client_busy, mine))
    beside = replace(windows[1], facts=taken)
    second = beside.plan_at(one.starts_at)
    if isinstance(second, engine.Refused):
        refuse(second, why=_in_words(second, beside, other))
    return (plan, windows[0].facts.rooms), (second, windows[1].facts.rooms)


def _in_words(refused: engine.Refused, window: Window, visit: Appointment) -> str:
    said = slots.in_words(refused, window=window, zone=visit.location.tz)
    return _("%(client)s: %(sentence)s") % {"client": visit.client.name, "sentence": said}


def _window(
    visit: Appointment, other: Appointment, wanted: Sequence[Wanted], now: datetime
) -> Window:
    day = visit.location.today(now=other.starts_at)
    return slots.load(
        location=visit.location,
        wanted=wanted,
        first_day=day,
        last_day=day,
        client=visit.client,
        now=now,
        moving=visit,
        without=(other,),
    )


def _as_the_cards_lie(first: Appointment, second: Appointment) -> Wishes:
    items = {visit.pk: list(visit.items.order_by("position")) for visit in (first, second)}
    staff = {pk: [item.staff_id for item in own] for pk, own in items.items()}
    if all(len(own) == 1 for own in staff.values()):
        staff = {first.pk: staff[second.pk], second.pk: staff[first.pk]}
    return {
        pk: [Wanted(item.service_id, who) for item, who in zip(own, staff[pk], strict=True)]
        for pk, own in items.items()
    }


def _again(visit: Appointment) -> Appointment:
    return Appointment.objects.select_related("location", "client").get(pk=visit.pk)
