"""A small turmoil in the suite; the long ones are drills."""

import pytest

from spa.models import Appointment, AppointmentChange, AvailabilityExclusion
from spa.services import booking
from tests.concurrency import Thread
from tests.turmoil import aftermath, house, worker
from tests.turmoil.commands import WEIGHTS, Hand

DESKS, COMMANDS = 4, 40


@pytest.mark.django_db(transaction=True)
def test_whatever_four_desks_do_at_once_leaves_nothing_but_visits_and_refusals():
    house.build()
    desks = [
        Thread(lambda seed=seed: worker.work(seed, worker.steps(COMMANDS))) for seed in range(DESKS)
    ]

    for desk in desks:
        desk.start()
    tally = sum((desk.outcome(patience=60) for desk in desks), worker.Tally())

    assert list(aftermath.findings(tally)) == []
    assert tally.commands == DESKS * COMMANDS
    assert tally.times(worker.DONE) > tally.commands / 8, tally.outcomes
    # Who is treated besides depends on which desk was faster.
    actions = set(AppointmentChange.objects.values_list("action", flat=True))
    assert actions >= {"book", "move", "cancel"}


@pytest.mark.django_db
def test_the_aftermath_sees_a_visit_behind_a_block(monkeypatch):
    house.build()
    stage = house.Stage()
    hand = Hand(worker.Random(1), stage)
    while not Appointment.objects.exists():
        worker.attempt(Hand.book, hand, worker.Tally())
    visit = Appointment.objects.get()
    exclusion = AvailabilityExclusion.objects.create(
        location=stage.location, kind="block", starts_at=visit.starts_at, ends_at=visit.ends_at
    )

    told = worker.Tally(blocks={str(exclusion.pk): [visit.code]})
    untold = worker.Tally(blocks={str(exclusion.pk): []})

    assert list(aftermath.findings(told)) == []
    assert list(aftermath.findings(untold)) == [
        f"{visit.code} was booked into block {exclusion.pk}"
    ]


@pytest.mark.django_db
def test_what_no_service_refuses_is_a_fault(monkeypatch):
    house.build()
    monkeypatch.setattr(booking, "book_at", lambda **_request: 1 / 0)
    tally = worker.Tally()

    assert worker.attempt(Hand.book, Hand(worker.Random(1), house.Stage()), tally) == (
        "ZeroDivisionError"
    )
    assert len(tally.faults) == 1
    assert set(WEIGHTS) == {
        command for name, command in vars(Hand).items() if not name.startswith("_")
    }
