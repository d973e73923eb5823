"""The demo's clients and visits: 90 days back, 30 ahead, written in bulk and legal all the same."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from spa import localtime, money
from spa.demo.house import STAFF
from spa.models import (
    OCCUPYING,
    Action,
    Appointment,
    AppointmentChange,
    AppointmentItem,
    AppointmentStatus,
    CancelledBy,
    Client,
    Room,
    Service,
    StaffMember,
)
from spa.services.booking.history import snapshot

S = AppointmentStatus
BACK, AHEAD = 90, 30
CLIENTS = 400
BUFFER = timedelta(minutes=10)
GIVEN = [
    "Mariana",
    "Carlos",
    "Luisa",
    "Felipe",
    "Diana",
    "Ricardo",
    "Tatiana",
    "Esteban",
    "Manuela",
    "Santiago",
    "Gloria",
    "Sara",
]
FAMILY = [
    "Echeverri",
    "Vélez",
    "Ríos",
    "Restrepo",
    "Cárdenas",
    "Villegas",
    "Giraldo",
    "Patiño",
    "Mesa",
    "Pinzón",
    "Nieto",
]
# What a past visit came to, out of a hundred.
ENDINGS = [S.COMPLETED] * 88 + [S.NO_SHOW] * 5 + [S.CANCELLED] * 7
STEPS = {
    S.CONFIRMED: (),
    S.ARRIVED: (Action.CHECK_IN,),
    S.IN_SERVICE: (Action.CHECK_IN, Action.START),
    S.COMPLETED: (Action.CHECK_IN, Action.START, Action.FINISH, Action.COMPLETE),
    S.NO_SHOW: (Action.NO_SHOW,),
    S.CANCELLED: (Action.CANCEL,),
}


def make_clients(now: datetime) -> None:
    chance = random.Random("clients")
    names = [
        f"{given} {first} {second}" for given in GIVEN for first in FAMILY for second in FAMILY
    ]
    Client.objects.bulk_create(
        Client(
            name=name,
            phone=f"+5730{chance.randrange(10**7, 10**8):08d}",
            email=f"cliente{number}@ejemplo.test",
            vip_until=now.date() + timedelta(days=200) if number % 12 == 0 else None,
            created_at=now,
        )
        for number, name in enumerate(chance.sample(names, CLIENTS))
    )


@transaction.atomic
def fill(now: datetime) -> int:
    """Fill each day of the demo that has no visit yet; return how many visits were written."""
    staff = {member.name: member for member in StaffMember.objects.prefetch_related("skills")}
    rooms = {
        (room.location.name, room.name): room for room in Room.objects.select_related("location")
    }
    services = list(Service.objects.filter(needs_staff=True).prefetch_related("skills"))
    clients = list(Client.objects.order_by("pk")[:CLIENTS])
    zone = next(iter(rooms.values())).location.tz
    today = now.astimezone(zone).date()
    written = 0
    for day in localtime.days(today - timedelta(days=BACK), today + timedelta(days=AHEAD)):
        start, end = localtime.day_span(day, zone)
        if Appointment.objects.starting_between(start, end).exists():
            continue
        chance = random.Random(day.isoformat())
        guests = iter(chance.sample(clients, len(clients)))
        pairs = [
            pair
            for row in STAFF
            for pair in _shift(row, staff[row[0]], rooms, services, guests, day, zone, chance, now)
        ]
        _write(pairs)
        written += len(pairs)
    return written


def _shift(
    row: tuple, member, rooms, services, guests, day: date, zone, chance, now: datetime
) -> Iterator[tuple[Appointment, AppointmentItem]]:
    """Yield one therapist's visits of a day, one after the other, lunch left free."""
    _name, _specialty, skill, house, room_name, place, (starts, ends), lunch, _hue = row
    room = rooms[house, room_name]
    mine = [one for one in services if skill in {each.name for each in one.skills.all()}]
    minute = starts * 60 + chance.choice((0, 15, 30))
    while minute < ends * 60:
        service = chance.choice(mine)
        length = service.duration_minutes
        if minute < lunch * 60 + 45 and minute + length > lunch * 60:
            minute = lunch * 60 + 45
            continue
        if minute + length > ends * 60:
            return
        at = localtime.moment(localtime.instant(day, minute, zone))
        yield _visit(service, member, room, place, next(guests), at, chance, now)
        minute += -(-(length + 10) // 15) * 15 + chance.choice((0, 0, 0, 15, 30))


def _visit(
    service, member, room, place, client, starts_at, chance, now
) -> tuple[Appointment, AppointmentItem]:
    ends_at = starts_at + timedelta(minutes=service.duration_minutes)
    status = _status(starts_at, ends_at, chance, now)
    visit = Appointment(
        group=uuid4(),
        location=room.location,
        client=client,
        status=status,
        starts_at=starts_at,
        ends_at=ends_at,
        deposit_cents=money.share(service.price_cents, 40),
        created_at=starts_at - timedelta(days=3),
        version=1 + len(STEPS[status]),
        cancelled_by=CancelledBy.CLIENT if status == S.CANCELLED else "",
    )
    if status in (S.ARRIVED, S.IN_SERVICE, S.COMPLETED):
        visit.arrived_at = starts_at - timedelta(minutes=5)
    if status in (S.IN_SERVICE, S.COMPLETED):
        visit.started_at = starts_at
    if status == S.COMPLETED:
        visit.finished_at = visit.closed_at = ends_at
    if status in (S.NO_SHOW, S.CANCELLED):
        visit.closed_at = starts_at + timedelta(minutes=20 if status == S.NO_SHOW else -300)
    item = AppointmentItem(
        position=0,
        service=service,
        staff=member,
        room=room,
        place=place,
        room_shared=room.shared,
        group=visit.group,
        occupies=status in OCCUPYING,
        starts_at=starts_at,
        ends_at=ends_at,
        staff_busy_until=ends_at + BUFFER,
        room_busy_until=ends_at + BUFFER,
        price_cents=service.price_cents,
        vat_percent=service.vat_percent,
        duration_minutes=service.duration_minutes,
        staff_buffer_minutes=10,
        room_buffer_minutes=10,
    )
    return visit, item


def _status(starts_at: datetime, ends_at: datetime, chance, now: datetime) -> str:
    if ends_at <= now:
        return chance.choice(ENDINGS)
    if starts_at <= now:
        return S.IN_SERVICE
    if starts_at <= now + timedelta(minutes=20):
        return S.ARRIVED
    return S.CONFIRMED


def _write(pairs: list[tuple[Appointment, AppointmentItem]]) -> None:
    Appointment.objects.bulk_create(visit for visit, _item in pairs)
    for visit, item in pairs:
        item.appointment = visit
    AppointmentItem.objects.bulk_create(item for _visit, item in pairs)
    AppointmentChange.objects.bulk_create(
        _change(visit, item, version, action)
        for visit, item in pairs
        for version, action in enumerate((Action.BOOK, *STEPS[visit.status]), start=1)
    )


def _change(visit, item, version: int, action: str) -> AppointmentChange:
    moments = {
        Action.BOOK: visit.created_at,
        Action.CHECK_IN: visit.arrived_at,
        Action.START: visit.started_at,
        Action.FINISH: visit.finished_at,
    }
    return AppointmentChange(
        appointment=visit,
        version=version,
        action=action,
        at=moments.get(action) or visit.closed_at,
        origin="demo",
        location=visit.location,
        day=visit.location.today(now=visit.starts_at),
        state=snapshot(visit, [item]),
    )


@transaction.atomic
def close_days_gone_by(now: datetime) -> int:
    """Complete what was left open on days before today; return how many visits that were."""
    open_visits = Appointment.objects.filter(
        ends_at__lt=now - timedelta(hours=12), status__in=(S.CONFIRMED, S.ARRIVED, S.IN_SERVICE)
    ).select_related("location")
    closed = 0
    for visit in open_visits.locked():
        done = {S.CONFIRMED: 0, S.ARRIVED: 1, S.IN_SERVICE: 2}[visit.status]
        steps = STEPS[S.COMPLETED][done:]
        visit.arrived_at = visit.arrived_at or visit.starts_at
        visit.started_at = visit.started_at or visit.starts_at
        visit.finished_at = visit.closed_at = visit.ends_at
        visit.status, before = S.COMPLETED, visit.version
        visit.version += len(steps)
        visit.save()
        item = visit.items.first()
        AppointmentChange.objects.bulk_create(
            _change(visit, item, version, action)
            for version, action in enumerate(steps, start=before + 1)
        )
        closed += 1
    return closed
