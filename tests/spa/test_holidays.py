"""Colombia's public holidays, against the official lists."""

from datetime import date

import pytest

from spa import holidays

# Month and day, as published: Ley 51 de 1983, and from 2026 Ley 2578 de 2026.
OFFICIAL = {
    2025: "1-1 1-6 3-24 4-17 4-18 5-1 6-2 6-23 6-30 6-30 7-20 8-7 8-18 10-13 11-3 11-17 12-8 12-25",
    2026: "1-1 1-12 3-23 4-2 4-3 5-1 5-18 6-8 6-15 6-29 7-13 7-20 8-7 8-17 10-12 11-2 11-16 12-8"
    " 12-25",
    2027: "1-1 1-11 3-22 3-25 3-26 5-1 5-10 5-31 6-7 7-5 7-12 7-20 8-7 8-16 10-18 11-1 11-15 12-8"
    " 12-25",
}


@pytest.mark.parametrize("year", OFFICIAL)
def test_the_holidays_of_a_year_are_the_official_ones(year):
    official = [date(year, *map(int, day.split("-"))) for day in OFFICIAL[year].split()]

    assert [one.day for one in holidays.of_year(year)] == official


def test_chiquinquira_is_a_holiday_since_the_law_of_2026():
    names = {year: {one.name for one in holidays.of_year(year)} for year in (2025, 2026)}

    assert names[2026] - names[2025] == {"Virgen de Chiquinquirá"}


@pytest.mark.parametrize(
    "day", [date(1984, 4, 22), date(2000, 4, 23), date(2038, 4, 25), date(2285, 3, 22)]
)
def test_easter_is_where_the_church_says(day):
    assert holidays.easter(day.year) == day


@pytest.mark.parametrize("year", range(holidays.FIRST_YEAR, holidays.LAST_YEAR + 1))
def test_what_moves_falls_on_a_monday(year):
    stays = {"Jueves Santo", "Viernes Santo", "Año Nuevo", "Día del Trabajo", "Independencia"}
    stays |= {"Batalla de Boyacá", "Inmaculada Concepción", "Navidad"}

    assert {one.day.weekday() for one in holidays.of_year(year) if one.name not in stays} == {0}
