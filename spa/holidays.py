"""Colombia's public holidays (Ley 51 de 1983; Ley 2578 de 2026 added Chiquinquirá)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1984, 2099  # from the law that moves them; the calendar's formula holds

# Month, day, whether it moves to the following Monday, name; the first year where it is later.
_FIXED = (
    (1, 1, False, "Año Nuevo"),
    (1, 6, True, "Reyes Magos"),
    (3, 19, True, "San José"),
    (5, 1, False, "Día del Trabajo"),
    (6, 29, True, "San Pedro y San Pablo"),
    (7, 20, False, "Independencia"),
    (8, 7, False, "Batalla de Boyacá"),
    (8, 15, True, "Asunción de la Virgen"),
    (10, 12, True, "Día de la Raza"),
    (11, 1, True, "Todos los Santos"),
    (11, 11, True, "Independencia de Cartagena"),
    (12, 8, False, "Inmaculada Concepción"),
    (12, 25, False, "Navidad"),
)
CHIQUINQUIRA = (7, 9, True, "Virgen de Chiquinquirá")
CHIQUINQUIRA_SINCE = 2026
# Days after Easter Sunday. Those after Pentecost are kept on the Monday that follows.
_AROUND_EASTER = (
    (-3, "Jueves Santo"),
    (-2, "Viernes Santo"),
    (43, "Ascensión del Señor"),
    (64, "Corpus Christi"),
    (71, "Sagrado Corazón"),
)


@dataclass(frozen=True, slots=True, order=True)
class Holiday:
    """A day on which Colombia rests; its name is Spanish, as on every Colombian calendar."""

    day: date
    name: str


def of_year(year: int) -> tuple[Holiday, ...]:
    """Return the public holidays of `year` (1984–2099), earliest first."""
    return tuple(sorted(_holidays(year)))


def easter(year: int) -> date:
    """Return Easter Sunday by the Gregorian reckoning, as Meeus, Jones and Butcher wrote it."""
    century, rest = divmod(year, 100)
    leaps, after = divmod(century, 4)
    lunar = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * (year % 19) + century - leaps - lunar + 15) % 30
    weekday = (32 + 2 * after + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _holidays(year: int) -> Iterator[Holiday]:
    later = (CHIQUINQUIRA,) if year >= CHIQUINQUIRA_SINCE else ()
    for month, day, moves, name in (*_FIXED, *later):
        on = date(year, month, day)
        yield Holiday(on + timedelta(days=-on.weekday() % 7 if moves else 0), name)
    sunday = easter(year)
    for offset, name in _AROUND_EASTER:
        yield Holiday(sunday + timedelta(days=offset), name)
