"""Moving a visit: same items, another time, staff or rooms (rule book §5, "move")."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from spa import engine, localtime
from spa.errors import RuleBroken
from spa.models import MOVABLE, Action, Appointment, AppointmentItem, AppointmentStatus, Client
from spa.services import idempotency, slots
from spa.services.audit import Actor
from spa.services.booking import override as override_rules
from spa.services.booking.book import (
    TRIES,
    find_staff_and_rooms,
    in_short,
    lock_resources,
    past,
    placement,
    refuse_who_is_not_locked,
)
from spa.services.booking.deposit import end_hold_by_the_start
from spa.services.booking.limits import broken_by_return
from spa.services.booking.override import Override, let_pass
from spa.services.booking.refusals import SlotTaken, refuse, slot_refusals
from spa.services.booking.transitions import lock_appointment, save
from spa.services.messages import tell
from spa.services.slots import Wanted
from spa.services.transactions import locked_transaction

PLACEMENT_FIELDS = (
    *("staff", "staff_requested", "room", "place", "room_shared"),
    *("starts_at", "ends_at", "staff_busy_until", "room_busy_until"),
)


def move_at(
    *,
    appointment: Appointment,
    wanted: Sequence[Wanted],
    starts_at: datetime,
    for_client: bool,
    now: datetime,
    actor: Actor,
    version: int | None = None,
    override: Override | None = None,
) -> Appointment:
    """Move a visit to `starts_at`; staff and rooms left open in `wanted` are found.

    What is open is decided by the search, outside the transaction; each try is one of its own.

    :raises SlotTaken: other visits are in the way, or were faster
    :raises RuleBroken: a rule of §5 forbids it, or the client's moves are used up
    :raises IllegalTransition: the visit is no longer waiting for its treatment
    :raises Stale: it was changed after `version`
    :raises TooManyVisits: it lay behind the client, who has enough of them ahead
    """
    for remaining in reversed(range(TRIES)):
        concrete = find_staff_and_rooms(
            location=appointment.location,
            client=appointment.client,
            wanted=wanted,
            starts_at=starts_at,
            now=now,
            moving=appointment,
            forgotten=override is not None,
        )
        try:
            return move(
                appointment=appointment,
                # As in `book_at`: only the locked check knows whether this was done before.
                wanted=concrete or wanted,
                asked=wanted,
                starts_at=starts_at,
                for_client=for_client,
                now=now,
                actor=actor,
                version=version,
                override=override,
            )
        except SlotTaken as refusal:
            if not remaining or (concrete is None and refusal.facts):
                raise
    raise SlotTaken


@slot_refusals()
@locked_transaction
def move(
    *,
    appointment: Appointment,
    wanted: Sequence[Wanted],
    starts_at: datetime,
    for_client: bool,
    now: datetime,
    actor: Actor,
    version: int | None = None,
    asked: Sequence[Wanted] | None = None,
    override: Override | None = None,
) -> Appointment:
    """Move a visit to `starts_at` with the staff and rooms given, in the order of its items.

    `for_client`: she asked for it, which is counted and limited; a move by the spa is not.
    `asked` is what was wanted before anybody was chosen (None: just this). `override` lets the
    client's moves and the limits pass, and a start in the past since yesterday; it is audited.

    :raises SlotTaken: other visits are in the way, or were faster
    :raises RuleBroken: a rule of §5 forbids it, or the client's moves are used up
    :raises IllegalTransition: the visit is no longer waiting for its treatment
    :raises Stale: it was changed after `version`
    :raises TooManyVisits: it lay behind the client, who has enough of them ahead
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="move",
        now=now,
        appointment=appointment.pk,
        services=[in_short(one) for one in asked or wanted],
        starts_at=starts_at,
        for_client=for_client,
        **({"override": override.reason} if override else {}),
    )
    if earlier:
        return Appointment.objects.select_related("location", "client").get(code=earlier)
    visit = lock_appointment(appointment, allowed=MOVABLE, version=version)
    client = Client.objects.locked().get(pk=visit.client_id)
    lock_resources(wanted)

    override_rules.insist(override, actor=actor)
    items = list(visit.items.order_by("position"))
    if [item.service_id for item in items] != [one.service_id for one in wanted]:
        raise RuleBroken(_("A move keeps the services of the visit."), reason="other_services")
    day = visit.location.today(now=starts_at)
    refuse_to_leave_who_is_here(visit, starts_at)
    window = slots.load(
        location=visit.location,
        wanted=wanted,
        first_day=day,
        last_day=day,
        client=client,
        now=now,
        moving=visit,
        forgotten=override is not None,
    )
    broken = list(beyond_the_clients_moves(visit, window.policy, now)) if for_client else []
    passed = let_pass(broken, override)
    plan = window.plan_at(starts_at)
    if isinstance(plan, engine.Refused):
        refuse(plan)
    refuse_who_is_not_locked(wanted, plan)
    refuse_what_moves_nobody([(items, asked or wanted, plan)])
    if visit.ends_at <= now < localtime.moment(plan.end):
        broken = broken_by_return(
            client, visit=visit, location=visit.location, policy=window.policy, now=now
        )
        passed += let_pass(broken, override)
    passed += past(plan.start, window.policy, now)

    override_rules.record(passed, override, appointment=visit, actor=actor, now=now)
    left_day = visit.location.today(now=visit.starts_at)
    for item, planned in zip(items, plan.items, strict=True):
        place(item, planned, window.facts.rooms)
    # One statement: row by row, a move by half a length would overlap itself.
    AppointmentItem.objects.bulk_update(items, PLACEMENT_FIELDS)
    visit.starts_at, visit.ends_at = localtime.moment(plan.start), localtime.moment(plan.end)
    end_hold_by_the_start(visit, now=now)
    visit.moves += 1
    visit.client_moves += for_client
    fields = ("starts_at", "ends_at", "held_until", "moves", "client_moves")

    save(
        visit,
        Action.MOVE,
        fields=fields,
        items=items,
        actor=actor,
        now=now,
        reason_code="client" if for_client else "spa",
        left_day=left_day,
    )
    tell.moved(visit, now=now)
    idempotency.settle(actor=actor, result=visit.code)
    return visit


def refuse_to_leave_who_is_here(visit: Appointment, starts_at: datetime) -> None:
    """Refuse to move a visit to another day while its client waits.

    :raises RuleBroken: she has arrived (reason `arrived_today`)
    """
    leaves = visit.location.today(now=starts_at) != visit.location.today(now=visit.starts_at)
    if visit.status == AppointmentStatus.ARRIVED and leaves:
        raise RuleBroken(
            _("The client is here already. Move her visit within this day, or cancel it."),
            reason="arrived_today",
            client=visit.client_id,
        )


def place(
    item: AppointmentItem, planned: engine.PlannedItem, rooms: Mapping[int, engine.RoomFacts]
) -> None:
    """Set an item, unsaved, to where it is planned."""
    before = item.staff_id
    for column, value in placement(planned, rooms).items():
        setattr(item, column, value)
    item.staff_requested &= item.staff_id == before  # whom she asked for is not whom she gets


def refuse_what_moves_nobody(
    visits: Iterable[tuple[Sequence[AppointmentItem], Sequence[Wanted], engine.Plan]],
) -> None:
    """Refuse a move after which each visit, told by items, wishes and plan, stands where it did.

    :raises RuleBroken: reason `same_place`
    """
    if all(_is_there_already(*visit) for visit in visits):
        raise RuleBroken(
            _("The visit is there already. Choose another time, therapist or room."),
            reason="same_place",
        )


def _is_there_already(
    items: Sequence[AppointmentItem], asked: Sequence[Wanted], plan: engine.Plan
) -> bool:
    """Say whether nothing that was asked for differs: a room left open is no wish for another."""
    return all(
        localtime.minutes(item.starts_at) == planned.start
        and item.staff_id == planned.staff
        and one.room_id in (None, item.room_id)
        for item, one, planned in zip(items, asked, plan.items, strict=True)
    )


def beyond_the_clients_moves(
    visit: Appointment, policy: dict[str, int], now: datetime
) -> Iterator[RuleBroken]:
    if visit.client_moves >= policy["max_client_moves"]:
        yield RuleBroken(
            _("The client has moved this visit as often as she may. A manager can decide."),
            reason="moves_used_up",
        )
    if visit.starts_at - now <= timedelta(hours=policy["free_change_hours"]):
        yield RuleBroken(
            _("It is too late for the client to move this visit. A manager can decide."),
            reason="too_late_to_move",
        )
