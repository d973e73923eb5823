from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from tasks import schedules

pytestmark = pytest.mark.django_db


def rows() -> list[dict]:
    return list(Schedule.objects.order_by("name").values())


def test_migrating_lays_down_every_job():
    assert [(row["name"], row["func"], row["minutes"]) for row in rows()] == [
        (job.name, job.function, job.minutes)
        for job in sorted(schedules.JOBS, key=lambda job: job.name)
    ]


@pytest.mark.parametrize("job", schedules.JOBS, ids=lambda job: job.name)
def test_every_job_is_a_function(job):
    assert callable(import_string(job.function))


def test_laying_down_again_changes_nothing():
    Schedule.objects.update(next_run=timezone.now() + timedelta(seconds=40))
    before = rows()

    schedules.lay_down()

    assert rows() == before


def test_a_strange_schedule_goes_and_a_changed_one_is_put_right():
    Schedule.objects.create(name="stranger", func="os.getpid", args='"malformed')
    Schedule.objects.filter(name="heartbeat").update(args='"malformed', minutes=99)
    expected = [(job.name, job.minutes, None) for job in schedules.JOBS]

    schedules.lay_down()

    assert sorted(Schedule.objects.values_list("name", "minutes", "args")) == sorted(expected)
