"""A spa of ten therapists and fifteen services, with as much history as is asked for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group
from django.db import connection

from spa.models import (
    Appointment,
    AvailabilityExclusion,
    Client,
    ExclusionKind,
    Location,
    OpeningHours,
    Room,
    RoomKind,
    Service,
    Skill,
    SpaPolicy,
    StaffAvailability,
    StaffMember,
    User,
    Weekday,
)
from spa.services import booking, setup
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.bench import visits
from tests.bench.measure import say

COMING, CALLERS, DESKS = 1_000, 12_000, 50
OPENS, CLOSES = 8 * 60, 21 * 60
SINCE = date(1990, 1, 1)
VISITS_EACH = 10  # by a regular client, in the history
# Of each kind: minutes and thousands of pesos.
MASSAGES = ((30, 95), (45, 130), (60, 180), (60, 175), (90, 240))
FACIALS = ((30, 90), (45, 140), (45, 160), (60, 150), (75, 180))
HANDS = ((30, 60), (45, 80), (45, 85), (60, 90), (60, 95))

PEOPLE = """
INSERT INTO spa_client (name, phone, email, language, alert_sealed, persona_non_grata_manual,
  created_at, version)
SELECT (%(first)s::text[])[1 + n %% 20] || ' ' || (%(last)s::text[])[1 + n / 20 %% 20]
    || ' ' || (%(last)s::text[])[1 + n / 400 %% 20],
  '+57' || %(prefix)s || lpad(n::text, 7, '0'), %(kind)s || n || '@bench.test', 'es-co', '', false,
  %(now)s, 1
FROM generate_series(%(begin)s, %(until)s - 1) AS n
"""
NAMES = (
    "Mariana Valentina Alejandra Catalina Daniela Sofía Camila Paula Andrea Lucía "
    "Esperanza Beatriz Gloria Martha Diego Andrés Felipe Santiago Jorge Ricardo"
)
SURNAMES = (
    "Echeverri Restrepo Duarte Ospina Rincón Mejía Cárdenas Vélez Bernal Quintero "
    "Londoño Perea Cifuentes Rojas Herrera Salazar Giraldo Zuluaga Arango Castaño"
)


@dataclass(frozen=True)
class Spa:
    """The data set that the database at hand holds."""

    location: Location
    staff: list[StaffMember]  # the first six for faces, the others for hands, all for massages
    rooms: list[Room]
    massage: Service  # an hour, by any of the ten
    short: Service  # three quarters of an hour, by any of the ten
    sequence: list[Service]  # massage, facial, manicure
    regulars: list[Client]  # with a history
    callers: list[Client]  # without history and visits
    desks: list[User]
    today: date

    @classmethod
    def read(cls, now: datetime) -> "Spa":
        location = Location.objects.get()
        services = list(Service.objects.order_by("pk"))
        called = Client.objects.order_by("pk")
        return cls(
            location=location,
            staff=list(StaffMember.objects.order_by("pk")),
            rooms=list(Room.objects.order_by("pk")),
            massage=services[2],
            short=services[1],
            sequence=[services[2], services[8], services[11]],
            regulars=list(called.filter(email__startswith="regular")[:1_000]),
            callers=list(called.filter(email__startswith="caller", appointments=None)),
            desks=list(User.objects.order_by("pk")),
            today=location.today(now=now),
        )

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """Return a local time, so many days from today."""
        on = self.today + timedelta(days=day)
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=self.location.tz)


def build(now: datetime, *, history: int, coming: int = COMING, callers: int = CALLERS) -> None:
    """Lay the data set into an empty database, with today full and `history` before it."""
    setup.lay_down()
    lift_limits()
    location = _house()
    _open_accounts(location)
    first = _people("caller", "300", 0, callers, now)
    cast = _cast(location, now, Client.objects.get(pk=first))
    visits.write("today", cast, first=0, until=visits.PER_DAY, client=first, clients=callers)
    visits.write("coming", cast, first=0, until=coming, client=first, clients=callers)
    add_history(now, first=0, until=history)


def add_history(now: datetime, *, first: int, until: int) -> None:
    """Add the visits of the days before those that are there already."""
    if first >= until:
        return
    count = max(1, (until - first) // VISITS_EACH)
    client = _people("regular", "310", first // VISITS_EACH, first // VISITS_EACH + count, now)
    cast = _cast(Location.objects.get(), now, None)
    step = max(visits.BATCH, (until - first) // 10)
    for begin in range(first, until, step):
        end = min(begin + step, until)
        # Everybody's visits lie close to each other in the table, and days apart in time.
        some = max(1, (end - begin) // VISITS_EACH)
        visits.write("history", cast, first=begin, until=end, client=client, clients=some)
        client += some
        if until - first > visits.BATCH:
            say(f"  {end:,} of {until:,} visits of history")


def finish() -> None:
    """Have the planner know what is there; outside of any transaction."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def lift_limits() -> None:
    """Let a client have any number of visits: the policy's limits are not what is measured."""
    limits = [
        field.name
        for field in SpaPolicy._meta.fields
        if field.name.startswith("max_") and "moves" not in field.name
    ]
    if limits:
        SpaPolicy.objects.update(**dict.fromkeys(limits, 30_000))


def _house() -> Location:
    location = Location.objects.create(name="Bench")
    OpeningHours.objects.bulk_create(
        OpeningHours(location=location, weekday=day, from_minute=OPENS, to_minute=CLOSES)
        for day in Weekday.values
    )
    cabin, salon = (RoomKind.objects.create(name=name) for name in ("Cabina", "Salón"))
    for number in range(1, 7):
        Room.objects.create(location=location, name=f"Cabina {number}", kind=cabin, position=number)
    Room.objects.create(
        location=location, name="Salón de manos", kind=salon, places=4, shared=True, position=7
    )
    skills = [Skill.objects.create(name=name) for name in ("Masaje", "Facial", "Manos")]
    menu = (("Masaje", MASSAGES, cabin), ("Facial", FACIALS, cabin), ("Manos", HANDS, salon))
    for skill, (name, offers, kind) in zip(skills, menu, strict=True):
        for number, (minutes, thousands) in enumerate(offers, 1):
            service = Service.objects.create(
                name=f"{name} {number}",
                category=name,
                duration_minutes=minutes,
                price_cents=thousands * 100_000,
                room_kind=kind,
            )
            service.skills.add(skill)
    for position in range(10):
        name = f"{NAMES.split()[position]} {SURNAMES.split()[position]}"
        member = StaffMember.objects.create(name=name, position=position, hue=36 * position)
        member.skills.add(skills[0], skills[1 if position < 6 else 2])
        _hire(member, location)
    return location


def _hire(member: StaffMember, location: Location) -> None:
    block = {"staff": member, "location": location, "valid_from": SINCE}
    StaffAvailability.objects.bulk_create(
        StaffAvailability(weekday=day, from_minute=OPENS, to_minute=CLOSES, **block)
        for day in Weekday.values
    )
    AvailabilityExclusion.objects.bulk_create(
        AvailabilityExclusion(
            kind=ExclusionKind.LUNCH, weekday=day, from_minute=1200, to_minute=1230, **block
        )
        for day in Weekday.values
    )


def _open_accounts(location: Location) -> None:
    group = Group.objects.get(name=setup.RECEPTIONIST)
    for number in range(DESKS):
        user = User.objects.create_user(f"desk{number}@bench.test", name=f"Desk {number}")
        user.locations.add(location)
        user.groups.add(group)


def _people(kind: str, prefix: str, begin: int, until: int, now: datetime) -> int:
    """Write clients and return the first one's key; the others follow it."""
    values = {
        "first": NAMES.split(),
        "last": SURNAMES.split(),
        "prefix": prefix,
        "kind": kind,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {**values, "now": now, "begin": begin, "until": until})
    return Client.objects.get(email=f"{kind}{begin}@bench.test").pk


def _cast(location: Location, now: datetime, client: Client | None) -> visits.Cast:
    """Return who plays; `client` books the visit that all others are copies of."""
    spa = Spa.read(now)
    if client:
        booking.book_at(
            location=location,
            client=client,
            wanted=[Wanted(spa.short.pk, spa.staff[0].pk)],
            starts_at=spa.at(visits.DAYS_AHEAD + 1, 10),
            now=now,
            actor=Actor(user=spa.desks[0], origin="bench"),
        )
    services = list(Service.objects.order_by("pk").values_list("pk", flat=True))
    return visits.Cast(
        now=now,
        today=spa.today.isoformat(),
        desks=[user.pk for user in spa.desks],
        zone=location.zone,
        staff=[member.pk for member in spa.staff],
        rooms=[room.pk for room in spa.rooms],
        cabin_services=services[0:2],
        salon_services=services[10:12],
        sample=Appointment.objects.order_by("pk").values_list("pk", flat=True)[0],
    )
