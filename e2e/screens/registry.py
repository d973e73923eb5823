"""Where each screen says its name, and what the ways to them have in common."""

from collections.abc import Callable
from datetime import timedelta

from e2e.spa_house import MORNING, SpaHouse, book, let_in, make_worker
from spa.models import Appointment, User
from spa.services import booking
from spa.services.audit import Actor
from tests.factories import TODAY, at, make_client

# By subject, the name of its module, and by name. Each subject begins with a receptionist.
SCREENS: dict[str, dict[str, Callable]] = {}


def screen(name: str) -> Callable:
    def register(open_it: Callable) -> Callable:
        subject = open_it.__module__.rpartition(".")[2]
        SCREENS.setdefault(subject, {})[name] = open_it
        return open_it

    return register


def furnish(house: SpaHouse) -> None:
    """Have something of every kind on the screens: each status, a VIP, an alert, a second visit."""
    for hour, name in ((8, "Tatiana Cárdenas"), (14, "Estefanía Prieto"), (17, "Carlos Vélez")):
        client = make_client(name=name, vip_until=TODAY + timedelta(days=30))
        visit = book(house.location, client, [(house.massage, house.camilo)], at(hour, 15))
        if hour == 8:
            booking.check_in(appointment=visit, now=at(8, 10), actor=Actor())
            visit = Appointment.objects.get(pk=visit.pk)
            booking.start(appointment=visit, now=at(8, 15), actor=Actor())
        if hour == 14:
            booking.check_in(appointment=visit, now=MORNING, actor=Actor())


def to(page, path: str) -> None:
    page.goto(f"{page.evaluate('location.origin')}{path}")


def as_worker(page, house, role: str, name: str) -> None:
    """Go on as somebody of another role, who is hired for it."""
    email = f"{role}@spa.test"
    if not User.objects.filter(email=email).exists():
        make_worker(house.location, role, email, name=name)
    let_in(page.context, page.evaluate("location.origin"), email)
