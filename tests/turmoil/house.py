"""A house too small for its clients: three therapists, three rooms, two days, two tills."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from spa.models import Client, Location, Room, Service, SpaPolicy, StaffMember, User
from tests.factories import (
    NOW,
    TODAY,
    ask_for_deposits,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
)
from tests.spa.booking.houses import lift_limits
from tests.tills import make_worker, open_drawer

DAYS = (TODAY, TODAY + timedelta(days=1))
OPENS, CLOSES = 8, 20
CLIENTS, USERS = 8, 2


def build() -> None:
    """Lay the house into a database that has none."""
    lift_limits()
    # Never reached, but asked about: each booking locks its user, last of all rows.
    SpaPolicy.objects.update(max_bookings_per_user_hour=30_000)
    location = make_location(opens=OPENS, closes=CLOSES)
    elsewhere = make_location(opens=OPENS, closes=CLOSES)
    for _ in range(3):
        make_staff(location, starts=OPENS, ends=CLOSES)
    make_staff(elsewhere)
    twin = make_room(location, places=2)
    make_room(location, kind=twin.kind)
    salon = make_room(location, places=3, shared=True)
    for minutes in (30, 60):
        make_service(minutes=minutes, room_kind=twin.kind)
    make_service(minutes=45, room_kind=salon.kind)
    make_service(minutes=30, room_kind=salon.kind, needs_staff=False)
    make_service(minutes=20)
    for _ in range(CLIENTS):
        make_client()
    ask_for_deposits()
    for _ in range(USERS):
        open_drawer(location, make_worker("manager"))


@dataclass
class Stage:
    """The house as a desk sees it; `now` goes on from seven in the morning until five."""

    location: Location = field(default_factory=lambda: Location.objects.order_by("pk")[0])
    services: list[Service] = field(default_factory=lambda: list(Service.objects.order_by("pk")))
    clients: list[Client] = field(default_factory=lambda: list(Client.objects.order_by("pk")))
    users: list[User] = field(default_factory=lambda: list(User.objects.order_by("pk")))
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.staff = list(StaffMember.objects.working_at(self.location).order_by("pk"))
        self.rooms = list(Room.objects.filter(location=self.location).order_by("pk"))
        self.pass_time(0)

    def pass_time(self, progress: float) -> None:
        """Set the clock to where it is after this share of the day's commands.

        All desks rush at the same hour, another one every hundredth of the way: commands that
        never meet prove nothing.
        """
        self.now = NOW + timedelta(minutes=round(600 * progress))
        rush = Random(int(progress * 100))
        self.rush = self.moment(rush.choice(DAYS), rush.randrange(4 * (CLOSES - OPENS) - 4))

    def moment(self, day: date, quarter: int) -> datetime:
        """Return the start of a quarter of an hour after opening time."""
        return at(OPENS, day=day) + timedelta(minutes=15 * quarter)
