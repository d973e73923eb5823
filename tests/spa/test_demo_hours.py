"""The demo spa loaded at any hour of any day of the week."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from spa.demo.today import CARDS
from spa.models import Appointment, StaffMember, User
from tests.factories import make_location
from tests.spa.demo_spa import LOOKS, clock, findings, fingerprint, looks, start

pytestmark = pytest.mark.django_db
ONE_DAY = {"back": 0, "ahead": 0}


@pytest.mark.parametrize(
    ("days", "hour", "minute"),
    [(0, 9, 0), (1, 12, 45), (2, 18, 0), (3, 15, 30), (4, 17, 10), (5, 13, 5), (6, 10, 50)],
)
def test_on_any_day_of_the_week_each_status_is_to_be_seen_at_working_hours(days, hour, minute):
    now = clock(hour, minute, days=days)

    start(now, **ONE_DAY)

    shown = looks(now)
    assert set(shown) == LOOKS
    assert sum(shown.values()) - shown["cancelled"] >= CARDS
    assert findings() == []


@pytest.mark.parametrize(("hour", "minute"), [(0, 10), (6, 0), (23, 30)])
def test_the_day_is_full_before_the_house_opens_and_after_it_closed(hour, minute):
    now = clock(hour, minute)

    start(now, back=1, ahead=1)

    shown = looks(now)
    assert sum(shown.values()) - shown["cancelled"] >= CARDS
    assert not ({"arrived", "service"} & set(shown))
    assert findings() == []


def load_and_undo(now) -> list[tuple]:
    with transaction.atomic():
        start(now, back=1, ahead=1)
        loaded = fingerprint()
        transaction.set_rollback(True)
    return loaded


def test_two_loads_at_the_same_moment_give_the_same_visits():
    first, second = load_and_undo(clock(11, 20)), load_and_undo(clock(11, 20))

    assert first == second
    assert len(first) > 100


def test_another_spa_is_left_alone():
    make_location()

    assert start(clock(11, 20)) is None
    assert not Appointment.objects.exists()


def test_production_has_no_demo(settings):
    settings.DEMO = False

    with pytest.raises(CommandError):
        call_command("demo")


def test_the_demos_therapist_logs_in_as_one_of_the_staff(settings):
    settings.DEMO = True
    start(clock(11, 20), **ONE_DAY)

    said = StringIO()
    call_command("verify", stdout=said)

    assert User.objects.count() == 4
    assert StaffMember.objects.get(user__email="terapeuta@demo.test").name == "Paola Rincón"
    assert said.getvalue() == "Clean.\n"
