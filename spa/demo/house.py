"""The demo's houses, rooms, people and services: what hardly ever changes."""

from datetime import date

from django.conf import settings
from django.contrib.auth.models import Group

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

USERS = (
    ("recepcion@demo.test", "Marcela Duarte", setup.RECEPTIONIST),
    ("gerente@demo.test", "Ángela Rojas", setup.MANAGER),
    ("terapeuta@demo.test", "Paola Rincón", setup.THERAPIST),
    ("admin@demo.test", "Tomás Herrera", setup.ADMINISTRATOR),
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

# Therapist: name, specialty, skill, location, room she uses, place, shift, lunch, hue.
STAFF = (
    ("Paola Rincón", "Masajes", "Masaje", "Chapinero", "Cabina 1", 0, (8, 18), 13, 350),
    ("Andrés Cifuentes", "Deportivo", "Masaje", "Chapinero", "Cabina 2", 0, (8, 18), 12, 250),
    ("Camilo Bernal", "Relajante", "Masaje", "Chapinero", "Cabina 3", 0, (10, 20), 14, 150),
    ("Yesenia Mora", "Facial", "Facial", "Chapinero", "Cabina doble", 0, (9, 19), 13, 20),
    ("Luz Dary Ospina", "Manos", "Manos", "Chapinero", "Salón de manos", 0, (8, 18), 12, 110),
    ("Johana Perea", "Manos", "Manos", "Chapinero", "Salón de manos", 1, (10, 20), 14, 190),
    ("Natalia Quintero", "Manos", "Manos", "Chapinero", "Salón de manos", 2, (9, 19), 13, 290),
    ("Mateo Londoño", "Masajes", "Masaje", "Usaquén", "Cabina 1", 0, (8, 18), 13, 70),
    ("Sandra Milena Ruiz", "Facial", "Facial", "Usaquén", "Cabina 2", 0, (9, 19), 12, 320),
    ("Iván Darío Salas", "Relajante", "Masaje", "Usaquén", "Cabina 3", 0, (10, 20), 14, 220),
)

# Service: name, category, minutes, pesos, skill (None: no therapist), kind of room.
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
        name: Location.objects.create(name=name, position=position)
        for position, name in enumerate(("Chapinero", "Usaquén"))
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
    name, specialty, skill, house, _room, _place, (starts, ends), lunch, hue = row
    member = StaffMember.objects.create(name=name, specialty=specialty, hue=hue, position=position)
    member.skills.add(skills[skill])
    for day in Weekday.values:
        block = {"staff": member, "location": houses[house], "weekday": day, "valid_from": SINCE}
        StaffAvailability.objects.create(from_minute=starts * 60, to_minute=ends * 60, **block)
        AvailabilityExclusion.objects.create(
            kind=ExclusionKind.LUNCH, from_minute=lunch * 60, to_minute=lunch * 60 + 45, **block
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
