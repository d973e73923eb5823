"""Where cards, gaps and free starts stand on the day that is drawn."""

from datetime import timedelta

import pytest

from frontdesk import grid
from spa.localtime import minutes
from spa.models import Appointment, AppointmentItem, Client, Location, StaffMember
from spa.services.agenda import Agenda, Column
from tests.factories import TODAY, at

PAOLA = StaffMember(pk=1, name="Paola Rincón")


def item(
    starts_at, length=60, *, buffer=10, status="confirmed", visit=1, position=0, occupies=True
):
    ends_at = starts_at + timedelta(minutes=length)
    return AppointmentItem(
        appointment=Appointment(pk=visit, status=status, client=Client(name="Mariana E")),
        appointment_id=visit,
        staff=PAOLA,
        position=position,
        starts_at=starts_at,
        ends_at=ends_at,
        staff_busy_until=ends_at + timedelta(minutes=buffer),
        occupies=occupies,
    )


def draw(*items, free=(), gaps=(), now=None, step=15):
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


def test_parts_of_one_visit_are_counted():
    first, second = draw(item(at(9)), item(at(10), position=1)).lanes[0].cards

    assert [(card.part, card.parts) for card in (first, second)] == [(1, 2), (2, 2)]


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
