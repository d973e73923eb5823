"""Small worlds for tests: each asks only for what the test is about."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from spa.models import (
    Client,
    Location,
    OpeningHours,
    Room,
    RoomKind,
    Service,
    SpaPolicy,
    StaffAvailability,
    StaffMember,
    User,
    Weekday,
)

BOGOTA = ZoneInfo("America/Bogota")
# A Thursday, at seven in the morning: before everything that the tests book.
TODAY = date(2026, 11, 19)
NOW = datetime(2026, 11, 19, 7, 0, tzinfo=BOGOTA).astimezone(UTC)

_number = count(1)


def at(hour: int, minute: int = 0, *, day: date = TODAY) -> datetime:
    """Return a local time of the tests' spa."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BOGOTA)


def make_location(*, opens: int = 8, closes: int = 20) -> Location:
    """Return a house that asks for no deposit until a test says so (`ask_for_deposits`)."""
    SpaPolicy.objects.update(deposit_percent=0)
    location = Location.objects.create(name=f"House {next(_number)}")
    OpeningHours.objects.bulk_create(
        OpeningHours(location=location, weekday=day, from_minute=opens * 60, to_minute=closes * 60)
        for day in Weekday.values
    )
    return location


def ask_for_deposits(*, percent: int = 40) -> None:
    """Let new visits wait for their deposit from now on."""
    SpaPolicy.objects.update(deposit_percent=percent)


def make_staff(location: Location, *, starts: int = 8, ends: int = 20) -> StaffMember:
    staff = StaffMember.objects.create(name=f"Paola {next(_number)}")
    StaffAvailability.objects.bulk_create(
        StaffAvailability(
            staff=staff,
            location=location,
            weekday=day,
            from_minute=starts * 60,
            to_minute=ends * 60,
            valid_from=TODAY - timedelta(days=365),
        )
        for day in Weekday.values
    )
    return staff


def make_room(location: Location, *, places: int = 1, shared: bool = False, kind=None) -> Room:
    return Room.objects.create(
        location=location,
        name=f"Room {next(_number)}",
        kind=kind or RoomKind.objects.create(name=f"Kind {next(_number)}"),
        places=places,
        shared=shared,
    )


def make_service(*, minutes: int = 60, pesos: int = 180_000, **fields) -> Service:
    return Service.objects.create(
        name=f"Massage {next(_number)}",
        duration_minutes=minutes,
        price_cents=pesos * 100,
        **fields,
    )


def make_client(**fields) -> Client:
    return Client.objects.create(
        **{
            "name": f"Mariana Echeverri {next(_number)}",
            "phone": f"+57300{next(_number):07d}",
            "created_at": NOW,
            **fields,
        }
    )


def make_user(**fields) -> User:
    return User.objects.create_user(
        **{"email": f"desk{next(_number)}@spa.test", "name": "Marcela Duarte", **fields}
    )
