"""From the database to the engine: the facts of a window in four queries, whatever its size."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from spa import engine, localtime
from spa.errors import RuleBroken
from spa.models import (
    BINDING,
    MOST_ITEMS,
    Appointment,
    AppointmentStatus,
    Client,
    Location,
    Service,
)
from spa.services.slots import house as houses
from spa.services.slots import statements

# How far around the window's days something may still matter: a visit that begins late in the
# evening, with its longest buffer.
MARGIN = timedelta(days=1, minutes=180)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One service that a visit shall have; staff and room as chosen, or None for any.

    `among`: whichever of these therapists; empty for any. `parallel`: it starts with the one
    before it in the list; a visit that is moved keeps what its items say of that.
    """

    service_id: int
    staff_id: int | None = None
    room_id: int | None = None
    parallel: bool = False
    among: tuple[int, ...] = ()

    @property
    def names_somebody(self) -> bool:
        """The client asks for a therapist, or for one of some."""
        return self.staff_id is not None or bool(self.among)


@dataclass(frozen=True, slots=True)
class Window:
    """A question together with the facts that answer it."""

    wishes: tuple[engine.Wish, ...]
    facts: engine.Facts
    services: tuple[Service, ...]  # in the order of the wishes
    policy: dict[str, int]
    house: houses.House

    def search(self) -> engine.Search[engine.Slot]:
        """Return every start of the window: offered with its plan, or refused with reasons."""
        return engine.search(self.wishes, self.facts)

    def finder(self) -> engine.Finder[engine.Slot]:
        """Return what answers about one start after the other."""
        return engine.finder(self.wishes, self.facts)

    def plan_at(self, start: datetime) -> engine.Plan | engine.Refused:
        """Return the plan of one start, or why it is refused: the check inside a booking."""
        if start.second or start.microsecond:
            return engine.Refused(localtime.minutes(start), (engine.Reason("off_grid"),))
        return engine.plan_at(localtime.minutes(start), self.wishes, self.facts)


@dataclass(frozen=True, slots=True)
class Member:
    """One client of a party and what she wants; `moving`: the visit of hers that is moved.

    While times are looked for she may be somebody who is not written down yet, and has no visits.
    """

    client: Client
    wanted: Sequence[Wanted]
    moving: Appointment | None = None


@dataclass(frozen=True, slots=True)
class PartyWindow:
    """The question of a whole party, with the facts that answer it."""

    members: tuple[Member, ...]
    guests: tuple[engine.Guest, ...]  # in the order of the members, as all that follows
    facts: engine.Facts
    services: tuple[tuple[Service, ...], ...]
    policy: dict[str, int]
    house: houses.House

    def search(self) -> engine.Search[engine.PartySlot]:
        """Return every start of the window: offered with a plan each, or refused with reasons."""
        return engine.search_party(self.guests, self.facts)

    def finder(self) -> engine.Finder[engine.PartySlot]:
        """Return what answers about one start after the other."""
        return engine.party_finder(self.guests, self.facts)

    def plans_at(self, start: datetime) -> tuple[engine.Plan, ...] | engine.Refused:
        """Return the plans of one start, or why it is refused: the check inside a booking."""
        if start.second or start.microsecond:
            return engine.Refused(localtime.minutes(start), (engine.Reason("off_grid"),))
        return engine.party_at(localtime.minutes(start), self.guests, self.facts)

    def of(self, number: int) -> Window:
        """Return the question of one member alone."""
        guest = self.guests[number]
        return Window(guest.wishes, self.facts, self.services[number], self.policy, self.house)


def load(
    *,
    location: Location,
    wanted: Sequence[Wanted],
    first_day: date,
    last_day: date,
    client: Client | None,
    now: datetime,
    for_client: bool = False,
    moving: Appointment | None = None,
    forgotten: bool = False,
    without: Sequence[Appointment] = (),
) -> Window:
    """Load what decides where a visit of `wanted`, in order, can start on these local days.

    `moving` leaves that visit's own time out, and takes duration and buffers as they were
    frozen; `for_client` asks with the lead time of a client who chooses herself; `forgotten`
    lets a visit start in the past, since yesterday; `without` leaves other visits out as well,
    which are about to leave. Runs four queries (three without a client),
    however many days, staff or appointments.

    :raises RuleBroken: a service is unknown or was withdrawn (reason `service_withdrawn`), there
        are too many of them (`too_many_items`), or the first is parallel (`first_is_parallel`)
    """
    asked = Asked(location, first_day, last_day, now, for_client, forgotten)
    house, services, wishes = _questions(asked, [(wanted, moving)])
    away = [*([moving] if moving else []), *without]
    known = _clients([client] if client else [], asked, away)
    client_busy, usual = known[client.pk] if client else ((), frozenset[int]())
    return Window(
        wishes=wishes[0],
        facts=_facts(asked, house, wishes[0], away, client_busy=client_busy, usual_staff=usual),
        services=services[0],
        policy=house.policy,
        house=house,
    )


def load_party(
    *,
    location: Location,
    members: Sequence[Member],
    first_day: date,
    last_day: date,
    now: datetime,
    forgotten: bool = False,
) -> PartyWindow:
    """Load what decides where all members can start together; as `load`, in as many queries.

    One more for each visit that is moved.

    :raises RuleBroken: as `load`
    """
    asked = Asked(location, first_day, last_day, now, for_client=False, forgotten=forgotten)
    away = [member.moving for member in members if member.moving]
    house, services, wishes = _questions(
        asked, [(member.wanted, member.moving) for member in members]
    )
    known = _clients([member.client for member in members if member.client.pk], asked, away)
    return PartyWindow(
        members=tuple(members),
        guests=tuple(
            engine.Guest(own, *known.get(member.client.pk, ((), frozenset[int]())))
            for own, member in zip(wishes, members, strict=True)
        ),
        facts=_facts(asked, house, [wish for own in wishes for wish in own], away),
        services=services,
        policy=house.policy,
        house=house,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Where, when, and by whom it is asked."""

    location: Location
    first_day: date
    last_day: date
    now: datetime
    for_client: bool
    forgotten: bool

    @property
    def start(self) -> datetime:
        return localtime.day_span(self.first_day, self.location.tz)[0] - MARGIN

    @property
    def end(self) -> datetime:
        return localtime.day_span(self.last_day, self.location.tz)[1] + MARGIN

    def midnight(self, days: int) -> int:
        """Return the beginning of the local day that is `days` after today."""
        day = self.location.today(now=self.now) + timedelta(days=days)
        return localtime.instant(day, 0, self.location.tz)


def _questions(
    asked: Asked, visits: Sequence[tuple[Sequence[Wanted], Appointment | None]]
) -> tuple[houses.House, tuple[tuple[Service, ...], ...], tuple[tuple[engine.Wish, ...], ...]]:
    """Return the house, and for each visit its services and wishes. Two queries."""
    for wanted, _moving in visits:
        _refuse_impossible(wanted)
    house = houses.load(asked.location, asked.first_day, asked.last_day)
    ids = {one.service_id for wanted, _moving in visits for one in wanted}
    known = {one.pk: one for one in Service.objects.raw(statements.SERVICES, {"ids": list(ids)})}
    services = tuple(
        _services(wanted, known, withdrawn_too=moving is not None) for wanted, moving in visits
    )
    wishes = tuple(
        _wishes(wanted, own, house.policy, moving)
        for (wanted, moving), own in zip(visits, services, strict=True)
    )
    return house, services, wishes


def _facts(
    asked: Asked,
    house: houses.House,
    wishes: Sequence[engine.Wish],
    away: Sequence[Appointment],
    **of_client: object,
) -> engine.Facts:
    """Return the facts that answer these wishes, without the visits that are `away`. One query."""
    kinds = {wish.room_kind for wish in wishes} - {None}
    rooms = [room for room in house.rooms if room["kind_id"] in kinds]
    able = frozenset[int]().union(*(wish.able for wish in wishes))
    staff_ids = sorted(able & house.shifts.keys())
    busy, places = _busy(staff_ids, [room["id"] for room in rooms], asked, away)
    return engine.Facts(
        grid=localtime.grid(
            asked.first_day,
            asked.last_day,
            step=house.policy["grid_minutes"],
            zone=asked.location.tz,
        ),
        earliest=(
            asked.midnight(-1)
            if asked.forgotten
            else earliest(asked.now, house.policy, for_client=asked.for_client)
        ),
        latest=asked.midnight(house.policy["horizon_days"] + 1),
        opening=house.opening,
        exclusions=_exclusions(house.closures),
        staff={
            pk: engine.StaffFacts(
                id=pk,
                shifts=house.shifts[pk],
                exclusions=_exclusions(house.staff_closures.get(pk, ())),
                busy=tuple(busy[pk]),
            )
            for pk in staff_ids
        },
        rooms={
            room["id"]: engine.RoomFacts(
                id=room["id"],
                kind=room["kind_id"],
                places=room["places"],
                shared=room["shared"],
                exclusions=_exclusions(house.room_closures.get(room["id"], ())),
                busy=tuple(places[room["id"]]),
            )
            for room in rooms
        },
        group=away[0].group if away else uuid4(),  # the one that is moved comes first
        sellable=house.worthwhile,
        **{"client_busy": (), **of_client},
    )


def _exclusions(closures: Iterable[houses.Closure]) -> tuple[engine.Exclusion, ...]:
    return tuple(closure.exclusion for closure in closures)


def earliest(now: datetime, policy: dict[str, int], *, for_client: bool = False) -> int:
    """Return the first start allowed: the running slot at the desk, the lead time else."""
    if for_client:
        return localtime.minutes(
            now + timedelta(minutes=policy["client_lead_minutes"]), round_up=True
        )
    return localtime.minutes(now) - policy["grid_minutes"] + 1


def with_able(services: QuerySet[Service]) -> QuerySet[Service]:
    """Give each of `services` the list `able`: the active staff who have all its skills."""
    return services.annotate(able=RawSQL(statements.ABLE, [], ArrayField(BigIntegerField())))  # noqa: S611


def _refuse_impossible(wanted: Sequence[Wanted]) -> None:
    if len(wanted) > MOST_ITEMS:
        raise RuleBroken(
            _("A visit has at most %(count)s treatments. Book a second visit.")
            % {"count": MOST_ITEMS},
            reason="too_many_items",
        )
    if wanted and wanted[0].parallel:
        raise RuleBroken(
            _("The first treatment of a visit has none before it to go along with."),
            reason="first_is_parallel",
        )


def _services(
    wanted: Sequence[Wanted], known: dict[int, Service], *, withdrawn_too: bool
) -> tuple[Service, ...]:
    """Return the services in their order, each with `able`."""
    services = []
    for one in wanted:
        service = known.get(one.service_id)
        if service is None or (service.withdrawn_at and not withdrawn_too):
            raise RuleBroken(
                _("%(service)s is no longer offered. Choose another service.")
                % {"service": service or _("That service")},
                reason="service_withdrawn",
            )
        services.append(service)
    return tuple(services)


def _wishes(
    wanted: Sequence[Wanted],
    services: Sequence[Service],
    policy: dict[str, int],
    moving: Appointment | None,
) -> tuple[engine.Wish, ...]:
    frozen = {item.service_id: item for item in moving.items.all()} if moving else {}
    default = policy["default_buffer_minutes"]

    def buffer(minutes: int | None) -> int:
        return default if minutes is None else minutes

    wishes = []
    for one, service in zip(wanted, services, strict=True):
        terms = frozen.get(service.pk, service)
        wishes.append(
            engine.Wish(
                service=service.pk,
                duration=terms.duration_minutes,
                staff_buffer=buffer(terms.staff_buffer_minutes),
                room_buffer=buffer(terms.room_buffer_minutes),
                needs_staff=service.needs_staff,
                able=frozenset(service.able),
                room_kind=service.room_kind_id,
                staff=one.staff_id,
                among=frozenset(one.among) or None,
                room=one.room_id,
                parallel=one.parallel if terms is service else terms.parallel,
            )
        )
    return tuple(wishes)


def _busy(
    staff_ids: Collection[int],
    room_ids: Collection[int],
    asked: Asked,
    away: Sequence[Appointment],
) -> tuple[dict[int, list[engine.Busy]], dict[int, list[engine.PlaceBusy]]]:
    """Return what keeps these staff members and rooms busy, by their keys. One query.

    A visit at another location keeps a staff member just as busy.
    """
    busy, places = defaultdict(list), defaultdict(list)
    found = statements.rows(
        statements.BUSY,
        staff_id=list(staff_ids),
        room_id=list(room_ids),
        start=asked.start,
        end=asked.end,
        away=[visit.pk for visit in away],
    )
    for _pk, visit, staff, room, place, group, start, staff_until, room_until in found:
        if staff is not None and staff_until > start:
            busy[staff].append(engine.Busy(start, staff_until, visit))
        if room is not None and room_until > start:
            places[room].append(engine.PlaceBusy(start, room_until, place, group, visit))
    for kept in (*busy.values(), *places.values()):
        kept.sort(key=lambda one: (one.start, one.end))
    return busy, places


def _clients(
    clients: Sequence[Client], asked: Asked, away: Sequence[Appointment]
) -> dict[int, tuple[tuple[engine.Busy, ...], frozenset[int]]]:
    """Return each client's own visits and her usual therapist (most visits completed). One query.

    What is completed lies behind her and is in the way of nothing but a visit that is entered
    for the past.
    """
    if not clients:
        return {}
    binding = (*BINDING, AppointmentStatus.COMPLETED) if asked.forgotten else BINDING
    found = statements.rows(
        statements.CLIENTS,
        ids=[client.pk for client in clients],
        binding=[str(status) for status in binding],
        start=asked.start,
        end=asked.end,
        away=[visit.pk for visit in away],
    )
    return {
        pk: (
            tuple(engine.Busy(start, end, visit) for visit, start, end in visits),
            frozenset({usual} - {None}),
        )
        for pk, visits, usual in found
    }
