"""From arrival to completion, and every step that is not allowed."""

from uuid import uuid4

import pytest

from spa.errors import RuleBroken
from spa.models import AppointmentChange, CancelledBy
from spa.postgres.checks import check_now
from spa.services import booking, verification
from spa.services.audit import Actor
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, TODAY, at, make_user
from tests.spa.booking.houses import DESK, House
from tests.tills import pay


def do(command, visit, now, **fields):
    return command(appointment=visit, now=now, actor=DESK, **fields)


@pytest.mark.django_db
def test_a_visit_is_received_treated_and_completed():
    house = House()
    visit = house.book()

    do(booking.check_in, visit, at(9, 55))
    do(booking.start, visit, at(10))
    pay(visit, now=at(10, 20))
    done = do(booking.finish, visit, at(10, 30))

    check_now()
    assert done.status == "completed"
    actions = AppointmentChange.objects.filter(appointment=visit).order_by("version")
    assert [change.action for change in actions] == [
        *("book", "check_in", "start", "charge", "finish", "complete")
    ]
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_a_clock_that_is_put_back_puts_no_step_before_the_one_before_it():
    visit = House().book()

    do(booking.check_in, visit, at(10))
    do(booking.start, visit, at(9, 58))
    done = do(booking.finish, visit, at(9, 57))

    assert (done.arrived_at, done.started_at, done.finished_at) == (at(10),) * 3
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_each_step_that_is_sent_again_is_answered_as_the_first_time():
    visit, user = pay(House().book(), now=NOW), make_user()
    steps = (
        (booking.check_in, at(9, 55)),
        (booking.start, at(10)),
        (booking.finish, at(10, 30)),
    )
    for step, now in steps:
        actor = Actor(user=user, request_id=uuid4())
        for _ in range(2):
            answer = step(appointment=visit, now=now, actor=actor)
        assert answer.pk == visit.pk

    assert answer.status == "completed"
    assert AppointmentChange.objects.filter(appointment=visit).count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_copy_of_a_step_waits_for_the_first_and_is_answered_alike():
    visit, actor = House().book(), Actor(user=make_user(), request_id=uuid4())

    def cancel():
        return booking.cancel(
            appointment=visit, cancelled_by=CancelledBy.CLIENT, now=NOW, actor=actor, version=1
        )

    with open_transaction():
        cancel()
        copy = Thread(cancel)
        copy.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_idempotencykey" in waiting
    assert copy.outcome().status == "cancelled"


@pytest.mark.django_db
def test_a_visit_that_finishes_early_frees_its_rest():
    house = House()
    visit = house.book()
    do(booking.check_in, visit, at(9, 55))
    do(booking.start, visit, at(10))
    do(booking.finish, visit, at(10, 20))

    assert house.book(starts_at=at(10, 30)).starts_at == at(10, 30)


@pytest.mark.django_db
def test_a_cancelled_visit_gives_its_hour_back():
    house = House()
    visit = house.book()

    do(booking.cancel, visit, NOW, cancelled_by=CancelledBy.CLIENT)

    check_now()
    assert house.book().starts_at == visit.starts_at


@pytest.mark.django_db
def test_a_no_show_is_recorded_only_after_a_quarter_of_an_hour():
    visit = House().book()

    with pytest.raises(RuleBroken):
        do(booking.record_no_show, visit, at(10, 14))
    do(booking.record_no_show, visit, at(10, 15))

    visit.refresh_from_db()
    assert visit.status == "no_show"


@pytest.mark.django_db
def test_nobody_is_checked_in_on_another_day():
    visit = House().book()

    with pytest.raises(RuleBroken) as refusal:
        do(booking.check_in, visit, at(10, day=TODAY.replace(day=18)))

    assert refusal.value.facts["reason"] == "another_day"


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["start", "finish"])
def test_a_step_is_never_skipped(command):
    visit = House().book()

    with pytest.raises(booking.IllegalTransition):
        do(getattr(booking, command), visit, at(10))


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["check_in", "start", "finish", "complete", "record_no_show"])
def test_nothing_happens_to_a_cancelled_visit(command):
    visit = House().book()
    do(booking.cancel, visit, NOW, cancelled_by=CancelledBy.SPA)

    with pytest.raises(booking.IllegalTransition):
        do(getattr(booking, command), visit, at(10, 30))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("before", "command", "now"),
    [
        ([], "check_in", at(10)),
        (["check_in"], "start", at(10)),
        ([], "complete", at(11)),
        ([], "record_no_show", at(10, 30)),
    ],
)
def test_a_step_waits_for_a_cancellation_and_is_then_refused(before, command, now):
    visit = pay(House().book(), now=NOW)
    for step in before:
        do(getattr(booking, step), visit, at(9, 55))

    with open_transaction():
        do(booking.cancel, visit, NOW, cancelled_by=CancelledBy.CLIENT)
        second = Thread(lambda: do(getattr(booking, command), visit, now))
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_appointment" in waiting
    with pytest.raises(booking.IllegalTransition):
        second.outcome()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second_step", ["finish", "cancel"])
def test_what_comes_while_a_visit_is_being_finished_waits_and_is_then_refused(second_step):
    visit = House().book()
    do(booking.check_in, visit, at(9, 55))
    do(booking.start, visit, at(10))
    wanted = {"cancelled_by": CancelledBy.SPA} if second_step == "cancel" else {}

    with open_transaction():
        do(booking.finish, visit, at(10, 30))
        second = Thread(lambda: do(getattr(booking, second_step), visit, at(10, 30), **wanted))
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_appointment" in waiting
    with pytest.raises(booking.IllegalTransition):
        second.outcome()
