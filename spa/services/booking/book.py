"""Booking a visit (rule book §5, "book")."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from spa import engine, localtime
from spa.models import (
    Action,
    Appointment,
    AppointmentItem,
    Client,
    Location,
    Room,
    StaffMember,
)
from spa.services import idempotency, slots
from spa.services.audit import Actor
from spa.services.booking import deposit as deposits
from spa.services.booking import override as override_rules
from spa.services.booking.deposit import AS_THE_POLICY_SAYS, Terms
from spa.services.booking.history import write_change
from spa.services.booking.limits import broken_by_booking
from spa.services.booking.override import Override, let_pass
from spa.services.booking.refusals import (
    ClientBlocked,
    ServiceTwice,
    SlotTaken,
    refuse,
    slot_refusals,
)
from spa.services.messages import tell
from spa.services.slots import Wanted
from spa.services.transactions import locked_transaction

# After losing a race the next free room is tried; more losses than this mean a rush, and the
# desk is better served by a fresh list.
TRIES = 3


def book_at(
    *,
    location: Location,
    client: Client,
    wanted: Sequence[Wanted],
    starts_at: datetime,
    now: datetime,
    actor: Actor,
    override: Override | None = None,
    terms: Terms = AS_THE_POLICY_SAYS,
) -> Appointment:
    """Book a visit of `wanted`, in order, at `starts_at`; staff and rooms left open are found.

    What is open is decided by the search, outside the transaction; each try is one of its own.

    :raises SlotTaken: other visits are in the way, or were faster
    :raises RuleBroken: a rule of §5 forbids it, or a service was withdrawn
    :raises ClientBlocked: the client is persona non grata
    :raises ServiceTwice: a service stands in the list twice
    :raises TooManyVisits: the client has as many visits ahead as the policy allows
    :raises ClientOwes: the client left an earlier visit unpaid
    :raises TooManyBookings: too many were booked for her, or by this user, within the hour
    :raises NotAllowed: only a manager asks for no deposit
    """
    for remaining in reversed(range(TRIES)):
        concrete = find_staff_and_rooms(
            location=location,
            client=client,
            wanted=wanted,
            starts_at=starts_at,
            now=now,
            forgotten=override is not None,
        )
        try:
            return book(
                location=location,
                client=client,
                # A plan that is refused already is put before the locked check all the same:
                # it alone knows whether this very request was carried out before.
                wanted=concrete or wanted,
                asked=wanted,
                starts_at=starts_at,
                now=now,
                actor=actor,
                override=override,
                terms=terms,
            )
        except SlotTaken as refusal:
            if not remaining or (concrete is None and refusal.facts):
                raise
    raise SlotTaken


def find_staff_and_rooms(
    *,
    location: Location,
    client: Client,
    wanted: Sequence[Wanted],
    starts_at: datetime,
    now: datetime,
    moving: Appointment | None = None,
    forgotten: bool = False,
) -> list[Wanted] | None:
    """Return `wanted` with the staff and rooms that suit best at that start; None if none can.

    `moving` leaves that visit's own time out; `forgotten` allows the past, since yesterday.
    """
    day = location.today(now=starts_at)
    window = slots.load(
        location=location,
        wanted=wanted,
        first_day=day,
        last_day=day,
        client=client,
        now=now,
        moving=moving,
        forgotten=forgotten,
    )
    plan = window.plan_at(starts_at)
    if isinstance(plan, engine.Refused):
        return None
    return [
        replace(one, staff_id=item.staff, room_id=item.room)
        for one, item in zip(wanted, plan.items, strict=True)
    ]


Draft = tuple[Appointment, list[AppointmentItem]]


@slot_refusals()
@locked_transaction
def book(
    *,
    location: Location,
    client: Client,
    wanted: Sequence[Wanted],
    starts_at: datetime,
    now: datetime,
    actor: Actor,
    asked: Sequence[Wanted] | None = None,
    override: Override | None = None,
    terms: Terms = AS_THE_POLICY_SAYS,
) -> Appointment:
    """Book a visit with the staff and rooms given; the place in a room is chosen under the lock.

    `asked` is what the client wanted before anybody was chosen for her (None: just this); a
    repeated request is known by it, since the second search may well choose somebody else.
    Price, VAT rate, duration, buffers and deposit are frozen. Where a deposit is due the visit
    waits for it, as the policy or `terms` say; else it is confirmed at once. A repeated
    `request_id` returns the first visit. `override` lets limits pass, and a start in the past
    since yesterday; it is audited, as a deposit is that nobody asks for.

    :raises SlotTaken: other visits are in the way, or were faster
    :raises RuleBroken: a rule of §5 forbids it, or a service was withdrawn
    :raises ClientBlocked: the client is persona non grata
    :raises ServiceTwice: a service stands in the list twice
    :raises TooManyVisits: the client has as many visits ahead as the policy allows
    :raises ClientOwes: the client left an earlier visit unpaid
    :raises TooManyBookings: too many were booked for her, or by this user, within the hour
    :raises NotAllowed: only a manager asks for no deposit
    """
    asked = asked or wanted
    earlier = idempotency.claim(
        actor=actor,
        operation="book",
        now=now,
        location=location.pk,
        client=client.pk,
        services=[in_short(one) for one in asked],
        starts_at=starts_at,
        **({"override": override.reason} if override else {}),
        **terms.content,
    )
    if earlier:
        return Appointment.objects.select_related("location", "client").get(code=earlier)
    client = Client.objects.locked().get(pk=client.pk)
    lock_resources(wanted)

    override_rules.insist(override, actor=actor)
    deposits.insist(terms, actor=actor)
    if client.is_blocked:
        raise ClientBlocked
    if len({one.service_id for one in wanted}) < len(wanted):
        raise ServiceTwice
    day = location.today(now=starts_at)
    window = slots.load(
        location=location,
        wanted=wanted,
        first_day=day,
        last_day=day,
        client=client,
        now=now,
        forgotten=override is not None,
    )
    plan = window.plan_at(starts_at)
    if isinstance(plan, engine.Refused):
        refuse(plan)
    refuse_who_is_not_locked(wanted, plan)
    broken = broken_by_booking(
        [client], location=location, policy=window.policy, now=now, actor=actor
    )
    passed = let_pass(broken, override) + past(plan.start, window.policy, now)

    visit = draft(
        client,
        plan,
        window,
        asked=asked,
        location=location,
        group=uuid4(),
        terms=terms,
        now=now,
        actor=actor,
    )
    write_drafts([visit])
    appointment, items = visit
    if terms.waived:
        deposits.record_waiver(appointment, terms.waived, actor=actor, now=now)

    reason = override_rules.record(passed, override, appointment=appointment, actor=actor, now=now)
    write_change(
        Action.BOOK,
        appointment=appointment,
        items=items,
        actor=actor,
        now=now,
        reason_code=reason,
    )
    tell.confirmed(appointment, now=now)
    if terms.link:
        deposits.ask_by_link(appointment, now=now, actor=actor)
    idempotency.settle(actor=actor, result=appointment.code)
    return appointment


def draft(
    client: Client,
    plan: engine.Plan,
    window: slots.Window,
    *,
    asked: Sequence[Wanted],
    location: Location,
    group: UUID,
    terms: Terms,
    now: datetime,
    actor: Actor,
) -> Draft:
    """Return a visit with its items as it will be written, its terms frozen."""
    starts_at = localtime.moment(plan.start)
    day = location.today(now=starts_at)
    prices = [service.price_for(client, on=day) for service in window.services]
    appointment = Appointment(
        location=location,
        client=client,
        group=group,
        starts_at=starts_at,
        ends_at=localtime.moment(plan.end),
        price_cents=sum(prices),
        created_at=now,
        created_by=actor.user,
    )
    deposits.ask(appointment, client, policy=window.policy, terms=terms, now=now)
    items = [
        AppointmentItem(
            appointment=appointment,
            position=position,
            parallel=wish.parallel,
            service=service,
            staff_requested=request.names_somebody,
            group=group,
            occupies=True,
            price_cents=price,
            vat_percent=service.vat_percent,
            duration_minutes=wish.duration,
            staff_buffer_minutes=wish.staff_buffer,
            room_buffer_minutes=wish.room_buffer,
            **placement(planned, window.facts.rooms),
        )
        for position, (planned, request, service, wish, price) in enumerate(
            zip(plan.items, asked, window.services, window.wishes, prices, strict=True)
        )
    ]
    return appointment, items


def write_drafts(drafts: Sequence[Draft]) -> None:
    """Insert visits and their items. Two queries, however many."""
    Appointment.objects.bulk_create(appointment for appointment, _items in drafts)
    AppointmentItem.objects.bulk_create(item for _appointment, items in drafts for item in items)


def past(start: int, policy: dict[str, int], now: datetime) -> tuple[str, ...]:
    """Return the name of the rule that a start breaks which only an override lets through."""
    return ("lead_time",) if start < slots.earliest(now, policy) else ()


def in_short(one: Wanted) -> tuple:
    """Return what a repeated request is known by."""
    return (
        one.service_id,
        one.staff_id,
        *sorted(one.among),
        *(["parallel"] if one.parallel else []),
    )


def lock_resources(wanted: Iterable[Wanted]) -> None:
    """Lock the staff and then the rooms of these wishes, each by primary key. Two queries."""
    wanted = list(wanted)
    list(StaffMember.objects.locked().filter(pk__in={one.staff_id for one in wanted} - {None}))
    list(Room.objects.locked().filter(pk__in={one.room_id for one in wanted} - {None}))


def refuse_who_is_not_locked(wanted: Sequence[Wanted], plan: engine.Plan) -> None:
    """Refuse a plan with staff or rooms that were left open, and so were not locked.

    The search had found nobody, but somebody became free before the check under the lock. Whoever
    is not locked may be blocked, or booked, at this very moment.

    :raises SlotTaken: without `reasons`: searching once more finds them
    """
    for one, item in zip(wanted, plan.items, strict=True):
        if item.staff not in (None, one.staff_id) or item.room not in (None, one.room_id):
            raise SlotTaken


def placement(planned: engine.PlannedItem, rooms: Mapping[int, engine.RoomFacts]) -> dict:
    """Return the columns of an item that say who, where and when."""
    return {
        "staff_id": planned.staff,
        "room_id": planned.room,
        "place": planned.place,
        "room_shared": planned.room is not None and rooms[planned.room].shared,
        "starts_at": localtime.moment(planned.start),
        "ends_at": localtime.moment(planned.end),
        "staff_busy_until": localtime.moment(planned.staff_busy_until),
        "room_busy_until": localtime.moment(planned.room_busy_until),
    }
