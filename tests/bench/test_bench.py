"""What the figures stand on: a legal data set, and a report that says what was measured."""

import json
from types import SimpleNamespace

import pytest

from spa.models import Appointment, AppointmentStatus
from spa.postgres.checks import check_now
from spa.services import slots, verification
from tests.bench import __main__ as command
from tests.bench import dataset, measure, report, visits
from tests.factories import NOW

MACHINE = {"cores": 2}


@pytest.fixture
def spa(db):
    dataset.build(NOW, history=240, coming=30, callers=200)
    dataset.add_history(NOW, first=240, until=300)
    check_now()
    return dataset.Spa.read(NOW)


def test_the_data_set_is_legal_and_of_the_size_asked_for(spa):
    past = Appointment.objects.filter(starts_at__lt=spa.at(0, 0))
    today = Appointment.objects.starting_between(spa.at(0, 0), spa.at(1, 0))

    assert list(verification.findings()) == []
    assert past.count() == 300
    assert not past.filter(status=AppointmentStatus.CONFIRMED).exists()
    assert today.count() == visits.PER_DAY
    assert Appointment.objects.filter(starts_at__gte=spa.at(1, 0)).count() == 30 + 1
    assert (len(spa.staff), len(spa.rooms), len(spa.desks)) == (10, 7, dataset.DESKS)


def test_each_search_of_the_benches_finds_something(spa):
    for service in (spa.massage, spa.short, *spa.sequence):
        window = slots.load(
            location=spa.location,
            wanted=[slots.Wanted(service.pk)],
            first_day=spa.at(1, 0).date(),
            last_day=spa.at(1, 0).date(),
            client=spa.regulars[0],
            now=NOW,
        )

        assert window.search().slots


def figure(**fields) -> measure.Figure:
    return measure.Figure(
        **{"key": "slots.day", "what": "slots", "unit": "ms", "samples": [1, 2, 9], **fields}
    )


@pytest.mark.parametrize(
    ("fields", "met"),
    [
        ({}, None),
        ({"aim": 2}, True),
        ({"aim": 1.9}, False),
        ({"aim": 2, "at_least": True}, True),
        ({"aim": 2.1, "at_least": True}, False),
        ({"aim": 2, "wrong": "a deadlock"}, False),
    ],
)
def test_an_aim_is_met_by_the_median_and_by_nothing_else_going_wrong(fields, met):
    assert figure(**fields).met is met


def test_json_is_all_that_goes_to_standard_output(monkeypatch, capsys):
    monkeypatch.setattr(report, "machine", lambda: MACHINE)
    measured = measure.Bench("slots", lambda _options: iter([figure(aim=4)]))
    options = SimpleNamespace(appointments=1_000)

    figures = list(command.run(options, [measured]))
    command.report(options, figures, load=0.5, began=0.0, as_json=True)

    printed, told = capsys.readouterr()
    told_of = json.loads(printed)
    assert "slots …" in told
    assert told_of["machine"] == MACHINE
    assert told_of["appointments"] == 1_000
    assert told_of["figures"] == [
        {
            "key": "slots.day",
            "what": "slots",
            "unit": "ms",
            "median": 2,
            "p10": 1,
            "p90": 9,
            "samples": 3,
            "aim": 4,
            "aim_is": "at most",
            "met": True,
            "note": "",
            "wrong": "",
        }
    ]


def test_the_table_has_a_line_for_each_figure_and_tells_what_went_wrong():
    lines = report.as_table([figure(aim=4), figure(key="rush", wrong="a deadlock")]).splitlines()

    assert lines[2].split("|")[1:-1] == [
        " slots ",
        " 2      ",
        " 1–9     ",
        " ms   ",
        " ≤ 4 ",
        " yes ",
    ]
    assert lines[-1] == "WRONG rush: a deadlock"
