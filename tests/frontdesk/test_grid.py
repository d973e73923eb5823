"""Where cards, gaps and free starts stand on the day that is drawn."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from frontdesk import grid
from spa.localtime import instant, minutes
from spa.models import Appointment, AppointmentItem, Client, Location, StaffMember
from spa.services.agenda import Agenda, Column
from tests.factories import TODAY, at

PAOLA = StaffMember(pk=1, name="Paola Rincón")


def item(
    starts_at,
    length=60,
    *,
    buffer=10,
    status="confirmed",
    visit=1,
    position=0,
    occupies=True,
    parts=1,
):
    ends_at = starts_at + timedelta(minutes=length)
    made = AppointmentItem(
        appointment=Appointment(pk=visit, status=status, client=Client(name="Mariana E")),
        appointment_id=visit,
        staff=PAOLA,
        position=position,
        starts_at=starts_at,
        ends_at=ends_at,
        staff_busy_until=ends_at + timedelta(minutes=buffer),
        room_busy_until=ends_at,
        occupies=occupies,
    )
    made.parts = parts
    return made


def draw(*items, free=(), gaps=(), now=None, step=15, by="staff"):
    column = Column(PAOLA, None, items, free=free, gaps=gaps)
    day = Agenda(
        location=Location(name="Chapinero"),
        day=TODAY,
        start=minutes(at(8)),
        end=minutes(at(20)),
        grid_minutes=step,
        is_closed=False,
        closure="",
        columns=(column,),
        by=by,
    )
    return grid.draw(day, now=now or at(7))


def span(start, end):
    return (minutes(start), minutes(end))


def test_a_card_starts_and_ends_on_its_five_minute_units():
    card = draw(item(at(9, 15), 50)).lanes[0].cards[0]

    assert card.scale == "s-16 n-10 b-2"


def test_a_length_between_two_units_is_drawn_whole():
    card = draw(item(at(8), 47)).lanes[0].cards[0]

    assert (card.start, card.length) == (1, 10)


def test_a_visit_that_holds_nothing_any_more_has_no_buffer():
    card = draw(item(at(8), status="no_show", occupies=False)).lanes[0].cards[0]

    assert card.buffer == 0


def test_a_visit_finished_early_has_given_its_buffer_back():
    assert draw(item(at(8), buffer=-20)).lanes[0].cards[0].buffer == 0


def test_cards_that_share_the_time_stand_side_by_side():
    lost = item(at(10), status="no_show", occupies=False)
    instead = item(at(10, 15), visit=2)
    later = item(at(12), visit=3)

    first, second, third = draw(lost, instead, later).lanes[0].cards

    assert (first.beside, first.abreast) == (1, 2)
    assert (second.beside, second.abreast) == (2, 2)
    assert third.abreast == 1


def test_a_cancelled_card_pushes_nobody_aside():
    cancelled = item(at(10), status="cancelled", occupies=False)

    cards = draw(cancelled, item(at(10), visit=2)).lanes[0].cards

    assert [card.abreast for card in cards] == [1, 1]


def test_a_part_of_a_visit_knows_which_it_is_of_how_many():
    card = draw(item(at(10), position=1, parts=3)).lanes[0].cards[0]

    assert (card.part, card.parts) == (2, 3)


def test_a_rooms_card_keeps_the_rooms_buffer():
    visit = item(at(9), buffer=30)
    visit.room_id, visit.room_busy_until = 1, visit.ends_at + timedelta(minutes=5)

    assert draw(visit).lanes[0].cards[0].buffer == 6
    assert draw(visit, by="room").lanes[0].cards[0].buffer == 1


# Where the clock is put forward at midnight, the first hour of the day is one that never was.
SANTIAGO = ZoneInfo("America/Santiago")
JUMP = date(2026, 9, 6)


def test_a_day_of_a_week_is_drawn_by_the_clock_on_the_wall():
    ten = datetime(2026, 9, 6, 10, tzinfo=SANTIAGO)
    top = (JUMP - date(1970, 1, 1)).days * 1440
    start = instant(JUMP, 0, SANTIAGO)
    day = Agenda(
        location=Location(name="Ñuñoa", zone="America/Santiago"),
        day=JUMP,
        start=start,
        end=instant(JUMP, 1440, SANTIAGO),
        grid_minutes=15,
        is_closed=False,
        closure="",
        columns=(Column(PAOLA, None, (item(ten),)),),
        top=top,
    )

    card = grid.draw(day, now=ten).lanes[0].cards[0]

    assert (card.start, card.length) == (121, 12)
    assert grid.draw(day, now=ten).now == 121


def test_the_free_starts_lie_on_the_grid_with_their_offset():
    cells = draw(free=(span(at(9, 5), at(10)),)).lanes[0].cells

    assert [(unit, start.isoformat()) for unit, start in cells] == [
        (16, "2026-11-19T09:15:00-05:00"),
        (19, "2026-11-19T09:30:00-05:00"),
        (22, "2026-11-19T09:45:00-05:00"),
    ]


def test_a_gap_offers_its_first_start_on_the_grid():
    gap = draw(gaps=(span(at(9, 10), at(10)),)).lanes[0].gaps[0]

    assert (gap.start, gap.length, gap.minutes) == (15, 10, 50)
    assert gap.at == at(9, 15)


@pytest.mark.parametrize(
    ("now", "unit"), [(at(7, 59), None), (at(8), 1), (at(11, 20), 41), (at(20), None)]
)
def test_the_line_of_now_is_drawn_within_the_day_only(now, unit):
    assert draw(now=now).now == unit
