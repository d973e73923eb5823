"""The demo spa: full, believable and clean."""

from datetime import datetime, timedelta

import pytest

from spa.demo import house, visits
from spa.models import Appointment, AppointmentItem, Client, Room, Service, StaffMember
from spa.services import verification
from tests.factories import BOGOTA, TODAY

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=BOGOTA)


@pytest.fixture
def bruma(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(visits, "BACK", 6)
    monkeypatch.setattr(visits, "AHEAD", 2)
    house.build()
    visits.make_clients(NOON)
    visits.fill(NOON)


@pytest.mark.django_db
def test_the_demo_spa_is_full_and_clean(bruma):
    today = Appointment.objects.filter(
        location__name="Chapinero",
        starts_at__date=TODAY,
    )

    assert (StaffMember.objects.count(), Room.objects.count()) == (10, 9)
    assert (Service.objects.count(), Client.objects.count()) == (16, 400)
    assert today.count() >= 35
    assert set(Appointment.objects.values_list("status", flat=True)) == {
        *("confirmed", "arrived", "in_service", "completed", "cancelled", "no_show")
    }
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_a_demo_that_is_full_is_left_alone(bruma):
    assert visits.fill(NOON) == 0


@pytest.mark.django_db
def test_days_gone_by_are_closed_with_a_legal_history(bruma):
    closed = visits.close_days_gone_by(NOON + timedelta(days=2))

    assert closed > 0
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_verify_finds_an_occupies_that_contradicts_its_status(bruma):
    item = AppointmentItem.objects.filter(occupies=True).first()
    AppointmentItem.objects.filter(pk=item.pk).update(occupies=False)

    found = list(verification.findings())
    AppointmentItem.objects.filter(pk=item.pk).update(occupies=True)

    assert any("occupies" in line for line in found)
