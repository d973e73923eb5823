"""How days are written: with their year only where it is another."""

from datetime import date

import pytest
from django.utils.translation import override

from frontdesk.templatetags.spa import day_as, day_within, whole_day
from tests.factories import at
from tests.frontdesk.people import worker


@pytest.fixture(autouse=True)
def new_years_eve(monkeypatch):
    """Eight in the evening of 31 December in Bogotá, when it is next year in UTC."""
    monkeypatch.setattr("spa.clock.now", lambda: at(20).replace(month=12, day=31))


@pytest.mark.parametrize(
    ("language", "this_year", "next_year"),
    [
        ("es", "Jueves 19 de noviembre", "Viernes 19 de noviembre de 2027"),
        ("en", "Thursday 19 November", "Friday 19 November 2027"),
    ],
)
def test_a_day_of_another_year_is_written_with_it(language, this_year, next_year):
    with override(language):
        assert whole_day(date(2026, 11, 19)) == this_year
        assert whole_day(date(2027, 11, 19)) == next_year


def test_within_a_sentence_spanish_has_no_capitals_and_english_has():
    with override("es"):
        assert day_within(date(2026, 11, 19)) == "jueves 19 de noviembre"
    with override("en"):
        assert day_within(date(2026, 11, 19)) == "Thursday 19 November"


def test_a_short_date_has_its_year_once_and_only_where_it_is_another():
    with override("es"):
        assert day_as(date(2026, 11, 19), "j M") == "19 nov"
        assert day_as(date(2027, 11, 19), "D j M") == "vie 19 nov 2027"
        assert day_as(date(2027, 11, 19), "j M Y") == "19 nov 2027"


@pytest.mark.django_db
def test_the_day_and_the_week_of_another_year_say_so(client, visit):
    client.force_login(worker("receptionist", visit.location))
    staff = visit.items.get().staff

    now, later = (client.get(f"/calendar/{y}-11-19/").content.decode() for y in (2026, 2027))
    week = client.get(f"/calendar/week/{staff.pk}/2027-11-19/").content.decode()

    assert "de noviembre</span></h1>" in now
    assert '<span class="mute year">de noviembre de 2027</span></h1>' in later
    assert "15–21 nov 2027" in week
