"""Parties: two to four clients who come together (rule book §5).

One visit each, linked by their `group`. Booked, moved and cancelled as one: all of them or none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from spa import engine, localtime
from spa.errors import BusinessLogicError, RuleBroken, Stale
from spa.models import (
    ACTIVE,
    MOVABLE,
    Action,
    Appointment,
    AppointmentChange,
    AppointmentItem,
    AppointmentStatus,
    CancelledBy,
    Client,
    Location,
)
from spa.services import idempotency, slots
from spa.services.audit import Actor
from spa.services.booking import deposit as deposits
from spa.services.booking import override as override_rules
from spa.services.booking.book import (
    TRIES,
    draft,
    in_short,
    lock_resources,
    past,
    refuse_who_is_not_locked,
    write_drafts,
)
from spa.services.booking.cancel import close_as_cancelled, lock_clients_with_money
from spa.services.booking.deposit import AS_THE_POLICY_SAYS, Terms
from spa.services.booking.history import change
from spa.services.booking.limits import broken_by_booking, broken_by_return
from spa.services.booking.move import (
    PLACEMENT_FIELDS,
    beyond_the_clients_moves,
    place,
    refuse_to_leave_who_is_here,
    refuse_what_moves_nobody,
)
from spa.services.booking.override import Override, let_pass
from spa.services.booking.refusals import (
    ClientBlocked,
    IllegalTransition,
    ServiceTwice,
    SlotTaken,
    refuse,
    slot_refusals,
)
from spa.services.booking.transitions import save
from spa.services.messages import tell
from spa.services.slots import Member, PartyWindow, Wanted
from spa.services.transactions import locked_transaction

SMALLEST, LARGEST = 2, 4
R = TypeVar("R")


def book_party_at(
    *,
    location: Location,
    members: Sequence[Member],
    starts_at: datetime,
    now: datetime,
    actor: Actor,
    override: Override | None = None,
    terms: Terms = AS_THE_POLICY_SAYS,
) -> list[Appointment]:
    """Book a visit for each member at `starts_at`; staff and rooms left open are found.

    What is open is decided by the search, outside the transaction; each try is one of its own.
    Raises what `book_party` does.
    """

    def attempt(found: Sequence[Member]) -> list[Appointment]:
        return book_party(
            location=location,
            members=found,
            asked=members,
            starts_at=starts_at,
            now=now,
            actor=actor,
            override=override,
            terms=terms,
        )

    return _try(attempt, location, members, starts_at, now, override)


def find_party(
    *,
    location: Location,
    members: Sequence[Member],
    starts_at: datetime,
    now: datetime,
    forgotten: bool = False,
) -> list[Member] | None:
    """Return `members` with the staff and rooms that suit best at that start; None if none can."""
    window = _window(location, members, starts_at, now, forgotten=forgotten)
    plans = window.plans_at(starts_at)
    if isinstance(plans, engine.Refused):
        return None
    return [
        replace(
            member,
            wanted=[
                replace(one, staff_id=item.staff, room_id=item.room)
                for one, item in zip(member.wanted, plan.items, strict=True)
            ],
        )
        for member, plan in zip(members, plans, strict=True)
    ]


@slot_refusals()
@locked_transaction
def book_party(
    *,
    location: Location,
    members: Sequence[Member],
    starts_at: datetime,
    now: datetime,
    actor: Actor,
    asked: Sequence[Member] | None = None,
    override: Override | None = None,
    terms: Terms = AS_THE_POLICY_SAYS,
) -> list[Appointment]:
    """Book a visit for each member with the staff and rooms given, all or none of them.

    `asked` is what was wanted before anybody was chosen (None: just this). A repeated
    `request_id` returns the first visits. A refusal carries the key of the `client` it is about,
    and the engine's `reasons`, which name the guest by her place in `members`.

    :raises SlotTaken: other visits are in the way, or were faster
    :raises RuleBroken: a rule of §5 forbids it, it is no party (`party_size`), or a client stands
        in it twice (`client_twice`)
    :raises ClientBlocked: a client is persona non grata
    :raises ServiceTwice: a service stands in one member's list twice
    :raises TooManyVisits: a client has as many visits ahead as the policy allows
    :raises TooManyBookings: too many were booked for a client, or by this user, within the hour
    """
    asked = asked or members
    earlier = idempotency.claim(
        actor=actor,
        operation="book_party",
        now=now,
        location=location.pk,
        members=[(one.client.pk, [in_short(wish) for wish in one.wanted]) for one in asked],
        starts_at=starts_at,
        **({"override": override.reason} if override else {}),
        **terms.content,
    )
    if earlier:
        return _visits_of(earlier)
    members = _with_locked_clients(members)
    lock_resources(one for member in members for one in member.wanted)

    override_rules.insist(override, actor=actor)
    deposits.insist(terms, actor=actor)
    _refuse_what_is_no_party(members)
    for member in members:
        if member.client.is_blocked:
            raise ClientBlocked(client=member.client.pk)
        if len({one.service_id for one in member.wanted}) < len(member.wanted):
            raise ServiceTwice(client=member.client.pk)
    window = _window(location, members, starts_at, now, forgotten=override is not None)
    plans = _plans(window, starts_at)
    clients = [member.client for member in members]
    broken = broken_by_booking(
        clients, location=location, policy=window.policy, now=now, actor=actor
    )
    passed = let_pass(broken, override) + past(plans[0].start, window.policy, now)

    group = uuid4()
    drafts = [
        draft(
            member.client,
            plan,
            window.of(number),
            asked=asked[number].wanted,
            location=location,
            group=group,
            terms=terms,
            now=now,
            actor=actor,
        )
        for number, (member, plan) in enumerate(zip(members, plans, strict=True))
    ]
    write_drafts(drafts)
    if terms.waived:
        for appointment, _items in drafts:
            deposits.record_waiver(appointment, terms.waived, actor=actor, now=now)

    AppointmentChange.objects.bulk_create(
        change(
            Action.BOOK,
            appointment=appointment,
            items=items,
            actor=actor,
            now=now,
            reason_code=override_rules.record(
                passed, override, appointment=appointment, actor=actor, now=now
            ),
        )
        for appointment, items in drafts
    )
    tell.confirmed(*(appointment for appointment, _items in drafts), now=now)
    if terms.link:
        for appointment, _items in drafts:
            deposits.ask_by_link(appointment, now=now, actor=actor)
    idempotency.settle(actor=actor, result=str(group))
    return [appointment for appointment, _items in drafts]


def move_party_at(
    *,
    appointment: Appointment,
    starts_at: datetime,
    for_client: bool,
    now: datetime,
    actor: Actor,
    wanted: Mapping[int, Sequence[Wanted]] | None = None,
    versions: Mapping[int, int] | None = None,
    override: Override | None = None,
) -> list[Appointment]:
    """Move all visits of a party to `starts_at`; staff and rooms left open are found.

    `wanted` holds, by the key of a visit, whom and where each of its items shall have; for a
    visit that it does not name, the therapists whom the client asked for stay. Raises what
    `move_party` does.
    """
    members = [
        Member(visit.client, (wanted or {}).get(visit.pk) or _as_requested(visit), visit)
        for visit in _movable(Appointment.objects.of_party(appointment))
    ]

    def attempt(found: Sequence[Member]) -> list[Appointment]:
        return move_party(
            appointment=appointment,
            wanted={one.moving.pk: one.wanted for one in found if one.moving},
            asked={one.moving.pk: one.wanted for one in members if one.moving},
            starts_at=starts_at,
            for_client=for_client,
            now=now,
            actor=actor,
            versions=versions,
            override=override,
        )

    return _try(attempt, appointment.location, members, starts_at, now, override)


@slot_refusals()
@locked_transaction
def move_party(
    *,
    appointment: Appointment,
    wanted: Mapping[int, Sequence[Wanted]],
    starts_at: datetime,
    for_client: bool,
    now: datetime,
    actor: Actor,
    versions: Mapping[int, int] | None = None,
    asked: Mapping[int, Sequence[Wanted]] | None = None,
    override: Override | None = None,
) -> list[Appointment]:
    """Move all visits of a party that still wait, with the staff and rooms given by their keys.

    Those that were cancelled before stay what they are. `versions` are the ones that the form
    showed, by the keys of the visits.

    :raises SlotTaken: other visits are in the way, or were faster
    :raises RuleBroken: a rule of §5 forbids it, or a client's moves are used up
    :raises IllegalTransition: a visit has begun, or none of them waits
    :raises Stale: one was changed meanwhile, or has joined those that wait
    """
    asked = asked or wanted
    earlier = idempotency.claim(
        actor=actor,
        operation="move_party",
        now=now,
        group=appointment.group,
        members=[(pk, [in_short(one) for one in asked[pk]]) for pk in sorted(asked)],
        starts_at=starts_at,
        for_client=for_client,
        **({"override": override.reason} if override else {}),
    )
    if earlier:
        return _visits_of(earlier)
    visits = _movable(_locked(appointment), versions)
    if {visit.pk for visit in visits} != set(wanted):
        raise Stale
    members = _with_locked_clients(
        [Member(visit.client, wanted[visit.pk], visit) for visit in visits]
    )
    lock_resources(one for member in members for one in member.wanted)

    override_rules.insist(override, actor=actor)
    items = {visit.pk: list(visit.items.order_by("position")) for visit in visits}
    for visit in visits:
        refuse_to_leave_who_is_here(visit, starts_at)
        if [item.service_id for item in items[visit.pk]] != [
            one.service_id for one in wanted[visit.pk]
        ]:
            raise RuleBroken(_("A move keeps the services of the visit."), reason="other_services")
    location = visits[0].location
    window = _window(location, members, starts_at, now, forgotten=override is not None)
    plans = _plans(window, starts_at)
    refuse_what_moves_nobody(
        (items[visit.pk], asked[visit.pk], plan) for visit, plan in zip(visits, plans, strict=True)
    )
    passed = [
        let_pass(_broken_by_move(member, plan, window.policy, now, for_client=for_client), override)
        + past(plan.start, window.policy, now)
        for member, plan in zip(members, plans, strict=True)
    ]

    left_days = [location.today(now=visit.starts_at) for visit in visits]
    for visit, plan in zip(visits, plans, strict=True):
        for item, planned in zip(items[visit.pk], plan.items, strict=True):
            place(item, planned, window.facts.rooms)
        visit.starts_at, visit.ends_at = localtime.moment(plan.start), localtime.moment(plan.end)
        deposits.end_hold_by_the_start(visit, now=now)
        visit.moves += 1
        visit.client_moves += for_client
    # One statement each: row by row, the friends would overlap each other on their way.
    AppointmentItem.objects.bulk_update(
        [item for visit in visits for item in items[visit.pk]], PLACEMENT_FIELDS
    )
    Appointment.objects.bulk_update(visits, ["starts_at", "ends_at", "held_until"])

    for visit, rules, left_day in zip(visits, passed, left_days, strict=True):
        override_rules.record(rules, override, appointment=visit, actor=actor, now=now)
        save(
            visit,
            Action.MOVE,
            fields=("moves", "client_moves"),
            items=items[visit.pk],
            actor=actor,
            now=now,
            reason_code="client" if for_client else "spa",
            left_day=left_day,
        )
    tell.moved(*visits, now=now)
    idempotency.settle(actor=actor, result=str(appointment.group))
    return visits


@locked_transaction
def cancel_party(
    *,
    appointment: Appointment,
    cancelled_by: CancelledBy,
    now: datetime,
    actor: Actor,
    reason_code: str = "",
    versions: Mapping[int, int] | None = None,
) -> list[Appointment]:
    """Give back the time of all visits of a party that are not over; return those cancelled.

    :raises IllegalTransition: one of them is in service, or none is active
    :raises Stale: one was changed meanwhile
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="cancel_party",
        now=now,
        group=appointment.group,
        cancelled_by=cancelled_by,
        reason_code=reason_code,
    )
    if earlier:
        return list(
            Appointment.objects.of_party(appointment)
            .filter(changes__request_id=actor.request_id)
            .select_related("location", "client")
        )
    visits = _waiting(_locked(appointment), ACTIVE, versions)

    lock_clients_with_money(visits)
    for visit in visits:
        close_as_cancelled(visit, cancelled_by, actor=actor, now=now, reason_code=reason_code)
    idempotency.settle(actor=actor, result=str(appointment.group))
    return visits


def _try(
    attempt: Callable[[Sequence[Member]], R],
    location: Location,
    members: Sequence[Member],
    starts_at: datetime,
    now: datetime,
    override: Override | None,
) -> R:
    """Carry out what the search finds; who loses a race is given what it finds then."""
    for remaining in reversed(range(TRIES)):
        found = find_party(
            location=location,
            members=members,
            starts_at=starts_at,
            now=now,
            forgotten=override is not None,
        )
        try:
            # As in `book_at`: only the locked check knows whether this was done before.
            return attempt(found or members)
        except SlotTaken as refusal:
            if not remaining or (found is None and refusal.facts):
                raise
    raise SlotTaken


def _window(
    location: Location,
    members: Sequence[Member],
    starts_at: datetime,
    now: datetime,
    *,
    forgotten: bool,
) -> PartyWindow:
    day = location.today(now=starts_at)
    return slots.load_party(
        location=location,
        members=members,
        first_day=day,
        last_day=day,
        now=now,
        forgotten=forgotten,
    )


def _plans(window: PartyWindow, starts_at: datetime) -> tuple[engine.Plan, ...]:
    """Return a plan for each member, or refuse with the client who cannot come."""
    plans = window.plans_at(starts_at)
    if isinstance(plans, engine.Refused):
        guest = next((one.guest for one in plans.reasons if one.guest is not None), None)
        refuse(plans, client=None if guest is None else window.members[guest].client.pk)
    for member, plan in zip(window.members, plans, strict=True):
        refuse_who_is_not_locked(member.wanted, plan)
    return plans


def _with_locked_clients(members: Sequence[Member]) -> list[Member]:
    """Return the members with their clients as they are now, locked by key. One query."""
    locked = {
        client.pk: client
        for client in Client.objects.locked().filter(
            pk__in=[member.client.pk for member in members]
        )
    }
    return [replace(member, client=locked[member.client.pk]) for member in members]


def _refuse_what_is_no_party(members: Sequence[Member]) -> None:
    if not SMALLEST <= len(members) <= LARGEST:
        raise RuleBroken(
            _("A party is two to four clients. Book the others separately."),
            reason="party_size",
        )
    if len({member.client.pk for member in members}) < len(members):
        raise RuleBroken(
            _("The same client is in the party twice. Choose another one."),
            reason="client_twice",
        )


def _broken_by_move(
    member: Member,
    plan: engine.Plan,
    policy: dict[str, int],
    now: datetime,
    *,
    for_client: bool,
) -> list[BusinessLogicError]:
    visit = member.moving
    broken: list[BusinessLogicError] = []
    if for_client:
        broken += beyond_the_clients_moves(visit, policy, now)
    if visit.ends_at <= now < localtime.moment(plan.end):
        broken += broken_by_return(
            member.client, visit=visit, location=visit.location, policy=policy, now=now
        )
    return broken


def _locked(appointment: Appointment) -> list[Appointment]:
    """Return all visits of the party as they are now, locked by key. One query."""
    return list(
        Appointment.objects.of_party(appointment)
        .select_related("location", "client")
        .select_for_update(no_key=True, of=("self",))
    )


def _movable(
    visits: Sequence[Appointment], versions: Mapping[int, int] | None = None
) -> list[Appointment]:
    return _waiting(visits, MOVABLE, versions)


def _waiting(
    visits: Sequence[Appointment], allowed: Sequence[str], versions: Mapping[int, int] | None
) -> list[Appointment]:
    """Return the visits that are not over; each must be in a state that allows the change."""
    waiting = [visit for visit in visits if visit.is_active]
    for visit in waiting:
        if visit.status not in allowed or visit.status == AppointmentStatus.IN_SERVICE:
            raise IllegalTransition(status=visit.status, appointment=visit.code)
        shown = (versions or {}).get(visit.pk, visit.version)
        if shown != visit.version:
            raise Stale(version=visit.version)
    if not waiting:
        raise IllegalTransition
    return waiting


def _as_requested(visit: Appointment) -> list[Wanted]:
    return [
        Wanted(item.service_id, item.staff_id if item.staff_requested else None)
        for item in visit.items.order_by("position")
    ]


def _visits_of(group: str) -> list[Appointment]:
    visits = Appointment.objects.filter(group=group).select_related("location", "client")
    return list(visits.order_by("pk"))
