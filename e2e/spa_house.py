"""A small spa for the journeys: two therapists, a room each, a guest with a usual, one clock."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client as TestClient

from spa.models import Appointment, Client, Location, Service, StaffMember, User
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import (
    TODAY,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
    make_user,
)
from tests.tills import pay

PASSWORD = "una clave larga y propia"  # noqa: S105
MORNING = at(9, 50)  # what time it is in a journey


@dataclass
class SpaHouse:
    location: Location
    paola: StaffMember
    camilo: StaffMember
    massage: Service
    facial: Service
    mariana: Client
    visit: Appointment  # Mariana's, today at ten with Paola


def make_spa() -> SpaHouse:
    location = make_location(opens=8, closes=20)
    Location.objects.filter(pk=location.pk).update(name="Chapinero")
    paola, camilo = make_staff(location), make_staff(location)
    StaffMember.objects.filter(pk=paola.pk).update(name="Paola Rincón", hue=350, position=1)
    StaffMember.objects.filter(pk=camilo.pk).update(name="Camilo Bernal", hue=150, position=2)
    room = make_room(location, places=1)
    for _ in range(2):
        make_room(location, kind=room.kind)
    massage = make_service(room_kind=room.kind)
    facial = make_service(minutes=45, pesos=140_000, room_kind=room.kind)
    Service.objects.filter(pk=massage.pk).update(name="Masaje relajante")
    Service.objects.filter(pk=facial.pk).update(name="Facial hidratante")
    mariana = make_client(name="Mariana Echeverri", phone="+573004561278")
    last_week = TODAY - timedelta(days=7)
    _complete(book(location, mariana, [(massage, paola), (facial, camilo)], at(10, day=last_week)))
    visit = book(location, mariana, [(massage, paola)], at(10))
    return SpaHouse(location, paola, camilo, massage, facial, mariana, visit)


def book(location, client, items, starts_at) -> Appointment:
    return booking.book_at(
        location=location,
        client=client,
        wanted=[Wanted(service.pk, staff.pk) for service, staff in items],
        starts_at=starts_at,
        now=starts_at - timedelta(days=1),
        actor=Actor(),
    )


def _complete(visit: Appointment) -> None:
    visit = pay(visit, now=visit.ends_at)
    booking.complete(appointment=visit, now=visit.ends_at, actor=Actor())


def make_worker(location: Location, role: str, email: str, **fields) -> User:
    user = make_user(email=email, password=PASSWORD, **fields)
    user.locations.add(location)
    user.groups.add(Group.objects.get(name=role))
    return user


def log_in(page, live_server, email: str = "marcela@spa.test") -> None:
    """Open the day as somebody who has logged in: the form has journeys of its own."""
    let_in(page.context, live_server.url, email)
    page.goto(live_server.url)
    page.wait_for_selector("#day")


def let_in(context, origin: str, email: str) -> None:
    """Give a browser the session that the log-in form would give it, without its pages."""
    client = TestClient()
    client.force_login(User.objects.get(email=email))
    name = settings.SESSION_COOKIE_NAME
    key = client.cookies[name].value
    context.add_cookies([{"name": name, "value": key, "url": origin}])
