"""What a service costs whom, and where and when the spa says it is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from spa.models import Client, Location, Room, Service
from spa.models.schedule import clock_of, is_a_zone
from tests.factories import NOW, TODAY, make_location, make_room, make_service

VIP = Client(name="Mariana", vip_until=TODAY)


@pytest.mark.parametrize(
    ("client", "on", "pesos"),
    [
        (None, TODAY, 180_000),
        (Client(name="Felipe"), TODAY, 180_000),
        (VIP, TODAY - timedelta(days=1), 150_000),
        (VIP, TODAY, 150_000),
        (VIP, TODAY + timedelta(days=1), 180_000),
    ],
)
def test_the_vip_price_is_for_vips_until_their_last_day(client, on, pesos):
    massage = Service(price_cents=180_000_00, vip_price_cents=150_000_00)

    assert massage.price_for(client, on=on) == pesos * 100


def test_a_service_without_a_vip_price_costs_a_vip_the_same():
    assert Service(price_cents=180_000_00).price_for(VIP, on=TODAY) == 180_000_00


@pytest.mark.django_db
def test_withdrawn_services_and_closed_rooms_are_not_on_offer():
    kept, withdrawn = make_service(), make_service(withdrawn_at=NOW)
    room = make_room(make_location())

    assert list(Service.objects.offered()) == [kept]
    Room.objects.filter(pk=room.pk).update(is_active=False)
    assert not Room.objects.active().exists()
    assert withdrawn.withdrawn_at == NOW


@pytest.mark.parametrize("zone", ["", "Bogota", "America/Nowhere", "../etc/passwd", "x" * 5_000])
def test_what_is_no_time_zone_is_refused(zone):
    with pytest.raises(ValidationError):
        is_a_zone(zone)


def test_a_locations_day_is_the_one_on_its_wall():
    late = datetime(2026, 11, 20, 4, 59, tzinfo=UTC)

    assert Location(zone="America/Bogota").today(now=late) == date(2026, 11, 19)
    assert Location(zone="Europe/Madrid").today(now=late) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("minute", "shown"), [(0, "0:00"), (570, "9:30"), (605, "10:05"), (1440, "24:00")]
)
def test_a_minute_of_the_day_is_shown_as_a_clock_shows_it(minute, shown):
    assert clock_of(minute) == shown
