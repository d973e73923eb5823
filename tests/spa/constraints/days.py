"""The day's close: once, explained, after its drawers, and only ever taken back."""

from spa.models import DayClose
from tests.factories import NOW, TODAY, at, make_location, make_user
from tests.spa.constraints.attempts import allowed, breaks
from tests.spa.constraints.cash import close, make_drawer, make_session
from tests.spa.constraints.history import rows_of, truncate


def make_close(**fields) -> DayClose:
    """Write the close of a day on which nothing happened."""
    return DayClose.objects.create(
        **{
            "location": fields.get("location") or make_location(),
            "day": TODAY,
            "closed_at": at(21),
            "closed_by": fields.get("closed_by") or make_user(),
            "given_back_cents": 0,
            "difference_cents": 0,
            "drawers_off": 0,
            "visits_left": 0,
            **fields,
        }
    )


def taken_back(**fields) -> dict:
    return {
        "reopened_at": at(22),
        "reopened_by": make_user(),
        "reopen_reason": "A sale more",
        **fields,
    }


@breaks("day_is_closed_once")
def a_day_closed_twice():
    make_close(location=make_close().location)


@breaks(
    "day_close_explains_its_difference",
    {"drawers_off": 1, "difference_cents": -5_000_00},
    {"drawers_off": 2},
    {"difference_cents": 5_000_00, "note": "Too much"},
)
def a_difference_without_a_word(fields):
    make_close(**fields)


@breaks(
    "day_close_says_why_visits_are_left",
    {"visits_left": 1},
    {"left_reason": "Nobody was left"},
)
def visits_left_without_a_word(fields):
    make_close(**fields)


@breaks(
    "day_is_opened_again_by_somebody_for_a_reason",
    {"reopened_by": None},
    {"reopen_reason": ""},
)
def a_day_opened_again(fields):
    rows_of(make_close()).update(**taken_back(**fields))


@breaks("drawer_opens_on_an_open_day", trigger="spa_cashsession.drawer_opens_on_an_open_day")
def a_drawer_opened_on_a_closed_day():
    drawer = make_drawer()
    make_close(location=drawer.location)
    make_session(drawer=drawer, opened_at=at(23, 59))


@breaks("day_closes_after_its_drawers", trigger="spa_dayclose.day_closes_after_its_drawers")
def a_day_closed_before_its_drawers():
    make_close(location=make_session().drawer.location)


CLOSED = "spa_dayclose_is_append_only"


@breaks(
    CLOSED,
    *({"taken_cents": {"cash": 100}}, {"note": "Later"}, {"closed_at": NOW}, {"day": NOW.date()}),
    {"reopened_at": None},
    trigger="spa_dayclose.day_close_is_only_taken_back",
)
def a_close_rewritten_as(change):
    rows_of(make_close(day=at(9).date().replace(day=18))).update(**{**taken_back(), **change})


@breaks(CLOSED, trigger="spa_dayclose.day_close_is_only_taken_back")
def a_close_that_was_taken_back_and_stands_again():
    close_ = make_close()
    rows_of(close_).update(**taken_back())
    rows_of(close_).update(reopened_at=None, reopened_by=None, reopen_reason="")


@breaks(CLOSED, trigger="spa_dayclose.append_only_rows")
def a_close_deleted():
    rows_of(make_close()).delete()


@breaks(CLOSED, trigger="spa_dayclose.append_only_truncate")
def all_closes_emptied():
    truncate(DayClose)


@allowed()
def a_day_closed_again_after_it_was_taken_back_and_a_drawer_opened_on_it():
    session = make_session()
    close(session)
    first = make_close(location=session.drawer.location)
    rows_of(first).update(**taken_back())
    second = make_session(drawer=session.drawer, opened_at=at(22))
    close(second, closed_at=at(23))
    make_close(location=session.drawer.location)


@allowed({"drawers_off": 2, "note": "They were mixed up"}, {"visits_left": 1, "left_reason": "Ill"})
def a_close_that_says_why(fields):
    make_close(**fields)


@allowed()
def a_day_closed_while_a_drawer_of_another_day_is_open_and_opened_elsewhere():
    session = make_session(opened_at=at(9, day=TODAY.replace(day=18)))
    make_close(location=session.drawer.location)
    make_session(drawer=make_drawer("Back"))
