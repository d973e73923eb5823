"""The demo's houses, rooms, therapists and services: what hardly ever changes."""

from datetime import date

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Max

from spa import localtime, money
from spa.models import (
    AvailabilityExclusion,
    ExclusionKind,
    Location,
    OpeningHours,
    Room,
    RoomKind,
    Service,
    Skill,
    StaffAvailability,
    StaffMember,
    User,
    Weekday,
)
from spa.services import setup

PASSWORD = "demo-spa"  # noqa: S105 — the demo's public one; production refuses these accounts
SINCE = date(2020, 1, 1)
OPENS, CLOSES = 7 * 60, 21 * 60
REPAIR, TRAINING = "Mantenimiento", "Capacitación"

USERS = (
    ("recepcion@demo.test", "Marcela Duarte", setup.RECEPTIONIST),
    ("gerente@demo.test", "Ángela Rojas", setup.MANAGER),
    ("terapeuta@demo.test", "Paola Rincón", setup.THERAPIST),
    ("admin@demo.test", "Tomás Herrera", setup.ADMINISTRATOR),
)

# House: name, address, telephone: one takes messages, one only calls.
HOUSES = (
    ("Chapinero", "Calle 61 n.º 5-32, Bogotá", "+573015550142"),
    ("Usaquén", "Carrera 6 n.º 119-20, Bogotá", "+576015550187"),
)

# Room: location, name, kind, places, shared.
ROOMS = (
    ("Chapinero", "Cabina 1", "Cabina", 1, False),
    ("Chapinero", "Cabina 2", "Cabina", 1, False),
    ("Chapinero", "Cabina 3", "Cabina", 1, False),
    ("Chapinero", "Cabina doble", "Cabina", 2, False),
    ("Chapinero", "Salón de manos", "Salón", 3, True),
    ("Chapinero", "Sauna", "Sauna", 4, True),
    ("Usaquén", "Cabina 1", "Cabina", 1, False),
    ("Usaquén", "Cabina 2", "Cabina", 1, False),
    ("Usaquén", "Cabina 3", "Cabina", 1, False),
)

# Therapist: name, specialty, skill, location, shift, lunch, weekday off, hue. Paola is whom the
# demo's therapist logs in as: she finds her agenda full on any day. Nobody else does Yesenia's
# work there, so that her day is short and every day the same.
STAFF = (
    ("Paola Rincón", "Masajes", "Masaje", "Chapinero", (8, 17), 13, None, 350),
    ("Andrés Cifuentes", "Deportivo", "Masaje", "Chapinero", (7, 16), 12, 7, 250),
    ("Camilo Bernal", "Relajante", "Masaje", "Chapinero", (12, 21), 16, 1, 150),
    ("Yesenia Mora", "Facial", "Facial", "Chapinero", (10, 17), 13, None, 20),
    ("Luz Dary Ospina", "Manos", "Manos", "Chapinero", (7, 16), 12, 3, 110),
    ("Johana Perea", "Manos", "Manos", "Chapinero", (12, 21), 16, 4, 190),
    ("Natalia Quintero", "Manos", "Manos", "Chapinero", (10, 19), 14, 5, 290),
    ("Mateo Londoño", "Masajes", "Masaje", "Usaquén", (8, 17), 13, 7, 70),
    ("Sandra Milena Ruiz", "Facial", "Facial", "Usaquén", (9, 18), 12, 1, 320),
    ("Iván Darío Salas", "Relajante", "Masaje", "Usaquén", (11, 20), 15, 2, 220),
)

# Service: name, category, minutes, pesos, skill (None: no therapist), kind of room.
# A massage is cheaper for a VIP.
VIP_PERCENT = 90
SERVICES = (
    ("Masaje relajante", "Masajes", 60, 180_000, "Masaje", "Cabina"),
    ("Masaje descontracturante", "Masajes", 60, 175_000, "Masaje", "Cabina"),
    ("Masaje deportivo", "Masajes", 60, 170_000, "Masaje", "Cabina"),
    ("Piedras calientes", "Masajes", 75, 180_000, "Masaje", "Cabina"),
    ("Espalda y cuello", "Masajes", 30, 95_000, "Masaje", "Cabina"),
    ("Reflexología", "Masajes", 45, 130_000, "Masaje", "Cabina"),
    ("Drenaje linfático", "Masajes", 60, 165_000, "Masaje", "Cabina"),
    ("Limpieza facial", "Facial", 60, 150_000, "Facial", "Cabina"),
    ("Facial hidratante", "Facial", 45, 140_000, "Facial", "Cabina"),
    ("Radiofrecuencia facial", "Facial", 45, 160_000, "Facial", "Cabina"),
    ("Exfoliación corporal", "Corporal", 45, 150_000, "Facial", "Cabina"),
    ("Envoltura de cacao", "Corporal", 90, 180_000, "Facial", "Cabina"),
    ("Manicure spa", "Manos", 45, 80_000, "Manos", "Salón"),
    ("Pedicure spa", "Manos", 60, 90_000, "Manos", "Salón"),
    ("Manicure y pedicure", "Manos", 90, 150_000, "Manos", "Salón"),
    ("Sauna", "Agua", 45, 80_000, None, "Sauna"),
)


def build() -> None:
    """Write the spa's houses, people and services into an empty database."""
    houses = {
        name: Location.objects.create(name=name, address=address, phone=phone, position=position)
        for position, (name, address, phone) in enumerate(HOUSES)
    }
    OpeningHours.objects.bulk_create(
        OpeningHours(location=house, weekday=day, from_minute=OPENS, to_minute=CLOSES)
        for house in houses.values()
        for day in Weekday.values
    )
    kinds = {kind: RoomKind.objects.create(name=kind) for kind in ("Cabina", "Salón", "Sauna")}
    skills = {name: Skill.objects.create(name=name) for name in ("Masaje", "Facial", "Manos")}
    for position, (house, name, kind, places, shared) in enumerate(ROOMS):
        Room.objects.create(
            location=houses[house],
            name=name,
            kind=kinds[kind],
            places=places,
            shared=shared,
            position=position,
        )
    for position, (name, category, minutes, pesos, skill, kind) in enumerate(SERVICES):
        service = Service.objects.create(
            name=name,
            category=category,
            duration_minutes=minutes,
            price_cents=pesos * 100,
            vip_price_cents=money.share(pesos * 100, VIP_PERCENT) if skill == "Masaje" else None,
            needs_staff=skill is not None,
            room_kind=kinds[kind],
            position=position,
        )
        if skill:
            service.skills.add(skills[skill])
    for position, row in enumerate(STAFF):
        _hire(position, row, houses, skills)
    _open_accounts()


def _hire(position: int, row: tuple, houses: dict, skills: dict) -> None:
    name, specialty, skill, house, (starts, ends), lunch, off, hue = row
    member = StaffMember.objects.create(name=name, specialty=specialty, hue=hue, position=position)
    member.skills.add(skills[skill])
    for day in Weekday.values:
        if day == off:
            continue
        block = {"staff": member, "location": houses[house], "weekday": day, "valid_from": SINCE}
        StaffAvailability.objects.create(from_minute=starts * 60, to_minute=ends * 60, **block)
        AvailabilityExclusion.objects.create(
            kind=ExclusionKind.LUNCH, from_minute=lunch * 60, to_minute=lunch * 60 + 45, **block
        )


def block_time(first: date, last: date) -> None:
    """Close a room for repair every fourth day and train a therapist every third.

    Days on which that was done before are left alone, so that what a manager took away there
    stays away.
    """
    ours = AvailabilityExclusion.objects.filter(note__in=(REPAIR, TRAINING))
    until = ours.aggregate(Max("starts_at"))["starts_at__max"]
    rooms = list(Room.objects.active().select_related("location").order_by("position"))
    staff = list(
        StaffAvailability.objects.filter(staff__is_active=True)
        .select_related("location", "staff")
        .order_by("staff__position", "weekday")
    )
    blocks = []
    for day in localtime.days(first, last):
        number = day.toordinal()
        if number % 4 == 0 and rooms:
            room = rooms[number // 4 % len(rooms)]
            blocks.append(_block(room.location, day, 13 * 60, 90, REPAIR, room=room))
        shifts = [shift for shift in staff if shift.weekday == day.isoweekday()]
        if number % 3 == 0 and shifts:
            shift = shifts[number // 3 % len(shifts)]
            start = (shift.from_minute + shift.to_minute) // 2 // 60 * 60 + 90
            blocks.append(_block(shift.location, day, start, 90, TRAINING, staff=shift.staff))
    AvailabilityExclusion.objects.bulk_create(
        block for block in blocks if until is None or block.starts_at > until
    )


def _block(
    location: Location, day: date, minute: int, length: int, note: str, **whom: object
) -> AvailabilityExclusion:
    start = localtime.instant(day, minute, location.tz)
    return AvailabilityExclusion(
        location=location,
        kind=ExclusionKind.MAINTENANCE if note == REPAIR else ExclusionKind.TRAINING,
        note=note,
        starts_at=localtime.moment(start),
        ends_at=localtime.moment(start + length),
        **whom,
    )


def _open_accounts() -> None:
    if not settings.DEMO:
        return
    for email, name, role in USERS:
        user = User.objects.create_user(email, PASSWORD, name=name, all_locations=True)
        user.groups.add(Group.objects.get(name=role))
    StaffMember.objects.filter(name="Paola Rincón").update(
        user=User.objects.get(email="terapeuta@demo.test")
    )
