"""A day as full as the budgets of the architecture assume: ten therapists, twelve visits each."""

from datetime import timedelta
from uuid import uuid4

from spa.models import Action, Appointment, AppointmentChange, AppointmentItem, AppointmentStatus
from tests.factories import NOW, TODAY, at, make_client, make_location, make_service, make_staff

NAMES = ("Mariana Echeverri Restrepo", "Juan Camilo Duque Vélez", "Ana Sofía Mejía Cárdenas")


def make_busy_day(*, therapists: int = 10, visits: int = 12):
    """Return a location whose TODAY has that many visits, of 45 minutes with a buffer of 10."""
    location = make_location()
    massage = make_service(minutes=45)
    pairs = []
    for _ in range(therapists):
        member = make_staff(location)
        for number in range(visits):
            starts_at = at(8) + timedelta(hours=number)
            client = make_client(name=f"{NAMES[number % 3]} {number}")
            pairs.append(_visit(location, client, massage, member, starts_at))
    Appointment.objects.bulk_create(visit for visit, _item in pairs)
    for visit, item in pairs:
        item.appointment = visit
    AppointmentItem.objects.bulk_create(item for _visit, item in pairs)
    AppointmentChange.objects.bulk_create(
        AppointmentChange(
            appointment=visit,
            version=1,
            action=Action.BOOK,
            at=NOW,
            origin="test",
            location=location,
            day=TODAY,
            state={},
        )
        for visit, _item in pairs
    )
    return location


def _visit(location, client, service, member, starts_at):
    ends_at = starts_at + timedelta(minutes=service.duration_minutes)
    visit = Appointment(
        group=uuid4(),
        location=location,
        client=client,
        status=AppointmentStatus.CONFIRMED,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=NOW,
        price_cents=service.price_cents,
    )
    item = AppointmentItem(
        position=0,
        service=service,
        staff=member,
        group=visit.group,
        occupies=True,
        starts_at=starts_at,
        ends_at=ends_at,
        staff_busy_until=ends_at + timedelta(minutes=10),
        room_busy_until=ends_at,
        price_cents=service.price_cents,
        vat_percent=service.vat_percent,
        duration_minutes=service.duration_minutes,
        staff_buffer_minutes=10,
        room_buffer_minutes=0,
    )
    return visit, item
