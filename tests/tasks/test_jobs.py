import logging
from datetime import UTC, datetime, timedelta

import pytest
from django_q.conf import Conf
from django_q.tasks import async_task

from spa import clock
from spa.services import health
from tasks.jobs import job


@job
def sweep(count: int) -> int:
    return count


@job
def stumble() -> int:
    raise ValueError("Marker Marker")


def test_a_job_says_what_it_did(caplog):
    with caplog.at_level(logging.INFO, logger="tasks"):
        assert sweep(3) == 3

    assert "sweep did 3" in caplog.text


def test_a_failure_is_logged_by_its_kind_only_and_goes_on(caplog):
    with pytest.raises(ValueError, match="Marker"):
        stumble()

    assert "stumble failed" in caplog.text
    assert "ValueError" in caplog.text
    assert "Marker" not in caplog.text


@pytest.mark.django_db
def test_the_heartbeat_goes_through_a_task(monkeypatch):
    monkeypatch.setattr(Conf, "SYNC", True)

    async_task("tasks.health.beat")

    assert health.heartbeat_age(now=clock.now()) < timedelta(seconds=10)


@pytest.mark.django_db
def test_a_second_beat_replaces_the_first():
    noon = datetime(2026, 11, 19, 12, tzinfo=UTC)
    health.beat(now=noon)
    health.beat(now=noon + timedelta(minutes=1))

    assert health.heartbeat_age(now=noon + timedelta(minutes=3)) == timedelta(minutes=2)


@pytest.mark.django_db
def test_what_never_lived_has_no_age():
    assert health.heartbeat_age(now=clock.now(), name="nobody") is None
