"""What happened to a visit, told in sentences."""

from dataclasses import replace
from datetime import timedelta

import pytest

from frontdesk import story
from spa.models import CancelledBy
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import NOW, TODAY, at, make_service, make_user

pytestmark = pytest.mark.django_db


def told(visit):
    changes = visit.changes.select_related("user").order_by("version")
    return [line.text for line in story.tell(list(changes), zone=visit.location.tz)]


def move(visit, starts_at, *, for_client=False):
    item = visit.items.get()
    return booking.move(
        appointment=visit,
        wanted=[Wanted(item.service_id, item.staff_id, item.room_id)],
        starts_at=starts_at,
        for_client=for_client,
        now=NOW,
        actor=Actor(user=make_user(name="Marcela Duarte")),
    )


def test_a_move_within_the_day_says_from_when_to_when(visit, settings):
    settings.LANGUAGE_CODE = "en"

    move(visit, at(11, 30))

    assert told(visit)[0] == "Moved from 10:00 to 11:30"


def test_a_move_to_another_day_says_both_days_and_who_asked(visit, settings):
    settings.LANGUAGE_CODE = "en"

    move(visit, at(10, day=TODAY + timedelta(days=3)))
    move(visit, at(9, day=TODAY + timedelta(days=4)), for_client=True)

    assert told(visit)[:2] == [
        "Moved from 22 Nov 10:00 to 23 Nov 09:00, the client asked",
        "Moved from 19 Nov 10:00 to 22 Nov 10:00",
    ]


def test_other_treatments_say_what_came_and_went(visit, settings):
    settings.LANGUAGE_CODE = "en"
    (line,) = booking.as_it_is(visit)
    facial = booking.Line(Wanted(make_service(minutes=30).pk, line.wanted.staff_id))

    def change(*lines):
        booking.change_items_at(appointment=visit, lines=lines, now=NOW, actor=Actor())

    change(line, facial)
    change(line)
    change(replace(line, minutes=45))
    booking.check_in_shortened(appointment=visit, now=at(10, 20), actor=Actor())

    assert told(visit)[::-1][1:] == [
        "A treatment was added, until 11:30 now",
        "A treatment was removed, until 11:00 now",
        "Another length, until 10:45 now",
        "Shortened, since the client came late",
        "Checked in",
    ]


def test_each_line_says_who_did_it(visit):
    move(visit, at(11))

    changes = visit.changes.select_related("user").order_by("version")
    lines = story.tell(list(changes), zone=visit.location.tz)

    assert lines[0].who == "Marcela Duarte"
    assert lines[1].who != ""


@pytest.mark.parametrize("by", CancelledBy.values[:2])
def test_a_cancellation_says_for_whom(visit, by, settings):
    settings.LANGUAGE_CODE = "en"

    booking.cancel(appointment=visit, cancelled_by=by, now=NOW, actor=Actor())

    assert told(visit)[0] == f"Cancelled for the {by}"
