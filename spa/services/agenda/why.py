"""Why nothing can begin at some moment of a column, and when it next can."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from spa import engine, localtime
from spa.engine import Reason, Refused
from spa.models import (
    Appointment,
    AppointmentItem,
    AvailabilityExclusion,
    Location,
    Room,
    Service,
    StaffMember,
    User,
)
from spa.services import slots
from spa.services.slots import Wanted, Window
from spa.services.slots.house import Closure

AHEAD = timedelta(days=6)  # how far the next free time is looked for
# What is said of a visit is said of itself, with its client's name.
TOLD_BY_VISITS = frozenset({"busy", "client_busy"})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that truly stands in the way, by its code of rule book §5, and in words."""

    code: str
    sentence: str  # without a full stop
    visit: Appointment | None = None  # which keeps busy, where the user may see it
    exclusion: AvailabilityExclusion | None = None
    can_be_given_back: bool = False  # the exclusion, by the user


@dataclass(frozen=True, slots=True)
class Next:
    """The next start that can be booked, for the shortest treatment."""

    start: datetime
    service: Service


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What stands in the way of a start, what nobody can change first; nothing if it is free."""

    start: datetime
    obstacles: tuple[Obstacle, ...]
    next: Next | None


def why_not(
    *,
    location: Location,
    start: datetime,
    user: User,
    now: datetime,
    staff: StaffMember | None = None,
    room: Room | None = None,
) -> WhyNot:
    """Return what keeps a step of the grid from beginning at `start` with `staff`, or in `room`.

    Asks the engine, as booking does, for a treatment as short as that step. Visits that are not
    the user's to see are told without their client. At most six queries, however full the day.
    """
    zone, day = location.tz, location.today(now=start)
    service = _shortest(staff, room)
    wanted = [Wanted(service.pk, staff and staff.pk, room and room.pk)] if service else []
    window = slots.load(
        location=location,
        wanted=wanted,
        first_day=day,
        last_day=day + AHEAD,
        client=None,
        now=now,
    )
    step = timedelta(minutes=window.policy["grid_minutes"])
    items = _items(location, start, start + step, user, staff=staff, room=room)
    reasons = list(_reasons(window, start, room)) if service else []
    told = [Refused(localtime.minutes(start), (reason,)) for reason in reasons]
    names = {staff.pk: staff.first_name} if staff else {}
    said = [
        (one.reasons[0], slots.sentence(one, window=window, staff=names, zone=zone)) for one in told
    ]
    found = [_closure(window, reason) for reason in reasons]
    exclusions = AvailabilityExclusion.objects.in_bulk({one.pk for one in found if one})
    obstacles = []
    for (reason, sentence), closure in zip(said, found, strict=True):
        exclusion = exclusions.get(closure and closure.pk)
        removable = exclusion is not None and exclusion.may_be_given_back_by(user)
        obstacles.append(Obstacle(reason.code, sentence, None, exclusion, removable))
    obstacles += _told_by(items, start, location, user, staff=staff, room=room)
    if not service and not obstacles:
        obstacles.append(Obstacle("cannot_do_service", _nothing_to_do(staff)))
    return WhyNot(start, tuple(obstacles), _next(window, start, zone))


def _shortest(staff: StaffMember | None, room: Room | None) -> Service | None:
    """Return the shortest treatment on offer that she can do, or that such a room is for."""
    offered = Service.objects.offered().order_by("duration_minutes", "pk")
    if room is not None:
        return offered.filter(room_kind=room.kind_id).first()
    services = slots.with_able(offered.filter(needs_staff=True))
    return next((service for service in services if staff.pk in service.able), None)


def _reasons(window: Window, start: datetime, room: Room | None) -> Iterator[Reason]:
    """Yield the engine's reasons against a step of the grid; a lack of rooms if it is the only one.

    A room's own column asks for nobody to serve.
    """
    short = replace(
        window.wishes[0],
        duration=window.policy["grid_minutes"],
        staff_buffer=0,
        room_buffer=0,
        needs_staff=room is None,
    )
    answer = engine.plan_at(localtime.minutes(start), (short,), window.facts)
    if not isinstance(answer, Refused):
        return
    if room is None and all(reason.code == "no_room" for reason in answer.reasons):
        yield answer.reasons[0]
    for reason in answer.reasons:
        is_taken = reason.code == "no_room" and not reason.detail
        if reason.code in TOLD_BY_VISITS or is_taken or (room is None and reason.code == "no_room"):
            continue
        yield reason


def _closure(window: Window, reason: Reason) -> Closure | None:
    """Return the exclusion that a reason speaks of."""
    house = window.house
    if reason.staff is not None:
        closures: Sequence[Closure] = house.staff_closures.get(reason.staff, ())
    elif reason.room is not None:
        closures = house.room_closures.get(reason.room, ())
    else:
        closures = house.closures
    meant = (reason.start, reason.end, reason.detail)
    return next((one for one in closures if (one.start, one.end, one.text) == meant), None)


def _items(
    location: Location,
    start: datetime,
    end: datetime,
    user: User,
    *,
    staff: StaffMember | None,
    room: Room | None,
) -> QuerySet[AppointmentItem]:
    """Return what occupies her, or the room, then; each knows whether it is `seen`. One query."""
    seen = Appointment.objects.visible_to(user).filter(pk=OuterRef("appointment"))
    busy = (
        Q(staff=staff, staff_busy_until__gt=start)
        if staff
        else Q(room=room, room_busy_until__gt=start)
    )
    return (
        AppointmentItem.objects.filter(busy, occupies=True, starts_at__lt=end)
        .annotate(seen=Exists(seen))
        .select_related("appointment__client", "appointment__location", "service")
        .order_by("starts_at", "pk")
    )


def _told_by(
    items: QuerySet[AppointmentItem],
    start: datetime,
    location: Location,
    user: User,
    *,
    staff: StaffMember | None,
    room: Room | None,
) -> list[Obstacle]:
    found = list(items)
    if room is not None and room.shared and len({item.place for item in found}) < room.places:
        return []
    who = staff.first_name if staff else room.name
    whole = user.has_perm("spa.view_calendar")
    return [
        _of_visit(item, who, start, location, for_room=room is not None, whole_name=whole)
        for item in found
    ]


def _of_visit(
    item: AppointmentItem,
    who: str,
    start: datetime,
    location: Location,
    *,
    for_room: bool,
    whole_name: bool,
) -> Obstacle:
    zone, until = location.tz, item.room_busy_until if for_room else item.staff_busy_until
    client = item.appointment.client
    facts = {
        "who": who,
        "client": client.name if whole_name else client.short_name,
        "service": item.service.name,
        "start": item.starts_at.astimezone(zone).strftime("%H:%M"),
        "end": item.ends_at.astimezone(zone).strftime("%H:%M"),
        "until": until.astimezone(zone).strftime("%H:%M"),
    }
    if not item.seen:
        said = _("%(who)s has a visit at another house from %(start)s to %(until)s")
        return Obstacle("busy", said % facts)
    if item.ends_at <= start:
        said = _("%(who)s is being prepared until %(until)s, after the visit of %(client)s")
        if not for_room:
            said = _("%(who)s tidies up until %(until)s, after the visit of %(client)s")
    elif for_room:
        said = _("%(who)s is taken by %(client)s from %(start)s to %(end)s: %(service)s")
    else:
        said = _("%(who)s is with %(client)s from %(start)s to %(end)s: %(service)s")
    return Obstacle("busy", said % facts, visit=item.appointment)


def _nothing_to_do(staff: StaffMember | None) -> str:
    if staff is None:
        return _("No treatment on offer takes place in this room")
    return _("%(name)s does none of the treatments on offer") % {"name": staff.first_name}


def _next(window: Window, start: datetime, zone: ZoneInfo) -> Next | None:
    """Return the first start after `start` that can be booked."""
    if not window.wishes:
        return None
    after = localtime.minutes(start)
    found = next(
        (slot for slot in window.search().slots if slot.plan.start > after),
        None,
    )
    if found is None:
        return None
    return Next(localtime.moment(found.plan.start).astimezone(zone), window.services[0])
