"""Cash drawers: one open session each, nothing after the close, and what the journal says."""

from spa.models import CashDrawer, CashMovement, CashSession
from spa.postgres.checks import check_now
from tests.factories import NOW, at, make_location, make_user
from tests.spa.constraints.attempts import allowed, breaks
from tests.spa.constraints.books import SAFE, write_entry
from tests.spa.constraints.history import rows_of, truncate

FLOAT = 200_000_00


def make_drawer(name: str = "Front") -> CashDrawer:
    return CashDrawer.objects.create(location=make_location(), name=name)


def make_session(**fields) -> CashSession:
    """Write an open session without a float."""
    return CashSession.objects.create(
        **{
            "drawer": fields.get("drawer") or make_drawer(),
            "opened_by": fields.get("opened_by") or make_user(),
            "opened_at": NOW,
            "float_cents": 0,
            **fields,
        }
    )


def make_movement(session: CashSession, cents: int = FLOAT, **fields) -> CashMovement:
    return CashMovement.objects.create(
        **{"session": session, "kind": "float", "amount_cents": cents, "at": NOW, **fields}
    )


def post(session: CashSession, cents: int = FLOAT) -> None:
    write_entry(("cash", f"session:{session.pk}", cents), (SAFE, "", -cents), event="drawer_opened")


def make_filled_session() -> CashSession:
    session = make_session()
    make_movement(session)
    post(session)
    check_now()
    return session


def close(session: CashSession, **fields) -> None:
    values = {"closed_at": at(20), "closed_by": make_user(), **fields}
    rows_of(session).update(**{"expected_cents": 0, "counted_cents": 0, **values})


@breaks("drawer_has_its_own_name_at_its_house")
def two_drawers_of_one_name():
    drawer = make_drawer()
    CashDrawer.objects.create(location=drawer.location, name=drawer.name)


@breaks("drawer_has_one_open_session")
def two_who_answer_for_one_drawer():
    make_session(drawer=make_session().drawer)


@breaks("user_answers_for_one_drawer")
def one_who_answers_for_two_drawers():
    make_session(opened_by=make_session().opened_by)


@breaks(
    "session_is_counted_exactly_when_it_is_closed",
    *({"counted_cents": None}, {"expected_cents": None}, {"closed_by": None}, {"closed_at": None}),
)
def a_session_half_closed(fields):
    close(make_session(), **fields)


@breaks("session_closes_after_it_opened")
def a_session_closed_before_it_was_opened():
    close(make_session(opened_at=at(10)), closed_at=at(9, 59))


@breaks("session_counts_whole_pesos", {"float_cents": 50}, {"counted_cents": 50})
def a_session_with_half_a_peso(fields):
    close(make_session(), **fields)


@allowed()
def a_drawer_that_is_opened_again_by_the_same_person_after_its_close():
    first = make_session()
    close(first)
    make_session(drawer=first.drawer, opened_by=first.opened_by)


# -- Movements --------------------------------------------------------------------------------
@breaks("movement_kind_is_known")
def a_movement_of_another_kind():
    make_movement(make_session(), kind="vanish")


@breaks("movement_is_whole_pesos_and_not_nothing", 0, 50, -100_50)
def a_movement_of(cents):
    make_movement(make_session(), cents)


@breaks(
    "movement_by_hand_says_why",
    *({"kind": "paid_in"}, {"kind": "paid_out", "reason_code": "whim"}),
    {"kind": "float", "reason_code": "change"},
)
def a_movement_because(fields):
    make_movement(make_session(), **fields)


@breaks(
    "cash_movement_needs_an_open_session",
    trigger="spa_cashmovement.cash_movement_needs_an_open_session",
)
def a_movement_in_a_closed_session():
    session = make_session()
    close(session)
    make_movement(session)


MOVEMENTS = "spa_cashmovement_is_append_only"


@breaks(
    MOVEMENTS, {"amount_cents": 100}, {"kind": "tip"}, trigger="spa_cashmovement.append_only_rows"
)
def a_movement_rewritten_as(change):
    rows_of(make_movement(make_session())).update(**change)


@breaks(MOVEMENTS, trigger="spa_cashmovement.append_only_rows")
def a_movement_deleted():
    rows_of(make_movement(make_session())).delete()


@breaks(MOVEMENTS, trigger="spa_cashmovement.append_only_truncate")
def all_movements_emptied():
    truncate(CashMovement)


# -- Closed is closed -------------------------------------------------------------------------
CLOSED = "spa_cashsession_is_append_only"


@breaks(
    CLOSED,
    *({"counted_cents": 100}, {"closed_at": at(21)}, {"counts": {"50": 2}}),
    {"closed_at": None, "closed_by": None, "expected_cents": None, "counted_cents": None},
    trigger="spa_cashsession.closed_is_closed",
)
def a_closed_session_rewritten_as(change):
    session = make_session()
    close(session)
    rows_of(session).update(**change)


@breaks(CLOSED, trigger="spa_cashsession.closed_is_closed")
def a_closed_session_deleted():
    session = make_session()
    close(session)
    rows_of(session).delete()


# -- The drawer and the journal ---------------------------------------------------------------
HOLDS = "drawer_holds_what_the_journal_says"


@breaks(HOLDS, trigger="spa_cashmovement.movement_agrees_with_journal")
def cash_that_moved_and_was_not_posted():
    make_movement(make_session())


@breaks(HOLDS, trigger="spa_journalline.line_agrees_with_its_drawer")
def cash_that_was_posted_and_did_not_move():
    post(make_session())


@breaks(HOLDS, trigger="spa_cashsession.session_agrees_with_journal")
def a_session_closed_with_cash_that_nobody_handed_in():
    close(make_filled_session())


@allowed()
def a_session_closed_with_everything_handed_in():
    session = make_filled_session()
    make_movement(session, -FLOAT, kind="handed_in")
    post(session, -FLOAT)
    close(session, expected_cents=FLOAT, counted_cents=FLOAT)
