"""From the database to the engine: the facts of a window in four queries, whatever its size."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import RangeBoundary
from django.db.models import Case, Count, Exists, OuterRef, QuerySet, When
from django.db.models.functions import Greatest, JSONObject, Least
from django.utils.translation import gettext_lazy as _
from psycopg.types.range import TimestamptzRange

from spa import engine, localtime
from spa.errors import RuleBroken
from spa.models import (
    BINDING,
    MOST_ITEMS,
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    Client,
    Location,
    Service,
    Skill,
    StaffMember,
)
from spa.postgres.ranges import TsTzRange
from spa.services.slots import house as houses

# How far around the window's days something may still matter: a visit that begins late in the
# evening, with its longest buffer.
MARGIN = timedelta(days=1, minutes=180)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One service that a visit shall have; staff and room as chosen, or None for any.

    `parallel`: it starts with the one before it in the list. A visit that is moved keeps what
    its items say of that.
    """

    service_id: int
    staff_id: int | None = None
    room_id: int | None = None
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A question together with the facts that answer it."""

    wishes: tuple[engine.Wish, ...]
    facts: engine.Facts
    services: tuple[Service, ...]  # in the order of the wishes
    policy: dict[str, int]
    house: houses.House

    def search(self) -> engine.Search:
        """Return every start of the window: offered with its plan, or refused with reasons."""
        return engine.search(self.wishes, self.facts)

    def plan_at(self, start: datetime) -> engine.Plan | engine.Refused:
        """Return the plan of one start, or why it is refused: the check inside a booking."""
        if start.second or start.microsecond:
            return engine.Refused(localtime.minutes(start), (engine.Reason("off_grid"),))
        return engine.plan_at(localtime.minutes(start), self.wishes, self.facts)


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
) -> Window:
    """Load what decides where a visit of `wanted`, in order, can start on these local days.

    `moving` leaves that visit's own time out, and takes duration and buffers as they were
    frozen; `for_client` asks with the lead time of a client who chooses herself; `forgotten`
    lets a visit start in the past, since yesterday. Runs four queries (three without a client),
    however many days, staff or appointments.

    :raises RuleBroken: a service is unknown or was withdrawn (reason `service_withdrawn`), there
        are too many of them (`too_many_items`), or the first is parallel (`first_is_parallel`)
    """
    _refuse_impossible(wanted)
    house = houses.load(location, first_day, last_day)
    services = _services(wanted, withdrawn_too=moving is not None)
    wishes = _wishes(wanted, services, house.policy, moving)

    kinds = {wish.room_kind for wish in wishes} - {None}
    rooms = [room for room in house.rooms if room["kind_id"] in kinds]
    able = frozenset[int]().union(*(wish.able for wish in wishes))
    staff_ids = sorted(able & house.shifts.keys())
    start = localtime.day_span(first_day, location.tz)[0] - MARGIN
    end = localtime.day_span(last_day, location.tz)[1] + MARGIN
    busy, places = _busy(staff_ids, [room["id"] for room in rooms], start, end, moving)
    client_busy, usual = _client(client, start, end, moving, past_too=forgotten)

    facts = engine.Facts(
        grid=localtime.grid(
            first_day, last_day, step=house.policy["grid_minutes"], zone=location.tz
        ),
        earliest=(
            localtime.instant(location.today(now=now) - timedelta(days=1), 0, location.tz)
            if forgotten
            else earliest(now, house.policy, for_client=for_client)
        ),
        latest=localtime.instant(
            location.today(now=now) + timedelta(days=house.policy["horizon_days"] + 1),
            0,
            location.tz,
        ),
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
        client_busy=client_busy,
        group=moving.group if moving else uuid4(),
        usual_staff=usual,
        sellable=house.sellable,
    )
    return Window(wishes=wishes, facts=facts, services=services, policy=house.policy, house=house)


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
    lacking = Skill.objects.filter(services=OuterRef(OuterRef("pk"))).exclude(
        pk__in=StaffMember.skills.through.objects.filter(
            staffmember_id=OuterRef(OuterRef("pk"))
        ).values("skill_id")
    )
    return services.annotate(
        able=ArraySubquery(StaffMember.objects.active().filter(~Exists(lacking)).values("pk"))
    )


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


def _services(wanted: Sequence[Wanted], *, withdrawn_too: bool) -> tuple[Service, ...]:
    """Return the services in their order, each with `able`."""
    found = with_able(Service.objects.filter(pk__in=[one.service_id for one in wanted]))
    by_id = {service.pk: service for service in found}
    services = []
    for one in wanted:
        service = by_id.get(one.service_id)
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
                room=one.room_id,
                parallel=one.parallel if terms is service else terms.parallel,
            )
        )
    return tuple(wishes)


def _busy(
    staff_ids: Collection[int],
    room_ids: Collection[int],
    start: datetime,
    end: datetime,
    moving: Appointment | None,
) -> tuple[dict[int, list[engine.Busy]], dict[int, list[engine.PlaceBusy]]]:
    """Return what keeps these staff members and rooms busy, by their keys. One query.

    The filters repeat the exclusion constraints' condition and range, so that their indexes
    answer; a visit at another location keeps a staff member just as busy.
    """
    of_staff = _occupying("staff_busy_until", start, end, moving).filter(staff_id__in=staff_ids)
    in_rooms = _occupying("room_busy_until", start, end, moving).filter(room_id__in=room_ids)
    columns = (
        *("pk", "appointment_id", "staff_id", "room_id", "place", "group"),
        *("starts_at", "staff_busy_until", "room_busy_until"),
    )
    busy, places = defaultdict(list), defaultdict(list)
    rows = of_staff.values_list(*columns).union(in_rooms.values_list(*columns))
    for _pk, visit, staff, room, place, group, starts_at, staff_until, room_until in rows:
        from_minute = localtime.minutes(starts_at)
        until = localtime.minutes(staff_until, round_up=True)
        if staff is not None and until > from_minute:
            busy[staff].append(engine.Busy(from_minute, until, visit))
        until = localtime.minutes(room_until, round_up=True)
        if room is not None and until > from_minute:
            places[room].append(engine.PlaceBusy(from_minute, until, place, group, visit))
    for found in (*busy.values(), *places.values()):
        found.sort(key=lambda one: (one.start, one.end))
    return busy, places


def _occupying(
    until: str, start: datetime, end: datetime, moving: Appointment | None
) -> QuerySet[AppointmentItem]:
    items = (
        AppointmentItem.objects.filter(occupies=True)
        .annotate(busy=TsTzRange("starts_at", until, RangeBoundary()))
        .filter(busy__overlap=TimestamptzRange(start, end, "[)"))
    )
    return items.exclude(appointment=moving) if moving else items


def _client(
    client: Client | None,
    start: datetime,
    end: datetime,
    moving: Appointment | None,
    *,
    past_too: bool,
) -> tuple[tuple[engine.Busy, ...], frozenset[int]]:
    """Return the client's own visits and her usual therapist (most visits completed). One query.

    What is completed lies behind her and is in the way of nothing but a visit that is entered
    for the past (`past_too`), and then until it really ended.
    """
    if client is None:
        return (), frozenset()
    binding = (*BINDING, AppointmentStatus.COMPLETED) if past_too else BINDING
    visits = Appointment.objects.filter(
        client=OuterRef("pk"), status__in=binding, starts_at__lt=end, ends_at__gt=start
    ).annotate(
        until=Case(
            When(
                status=AppointmentStatus.COMPLETED,
                # PostgreSQL's least passes over a null.
                then=Greatest("starts_at", Least("ends_at", "finished_at", "closed_at")),
            ),
            default="ends_at",
        )
    )
    treated_by = (
        AppointmentItem.objects.filter(
            appointment__client=OuterRef("pk"),
            appointment__status=AppointmentStatus.COMPLETED,
            staff__isnull=False,
        )
        .values("staff")
        .annotate(times=Count("pk"))
        .order_by("-times", "staff")
    )
    row = (
        Client.objects.filter(pk=client.pk)
        .annotate(
            visits=ArraySubquery(
                visits.order_by("starts_at").values(
                    row=JSONObject(pk="pk", start="starts_at", end="until")
                )
            ),
            usual=ArraySubquery(treated_by.values("staff")[:1]),
        )
        .values("visits", "usual")
        .get()
    )
    busy = tuple(
        engine.Busy(
            localtime.minutes(datetime.fromisoformat(visit["start"])),
            localtime.minutes(datetime.fromisoformat(visit["end"]), round_up=True),
            visit["pk"],
        )
        for visit in row["visits"]
        if moving is None or visit["pk"] != moving.pk
    )
    return busy, frozenset(row["usual"])
