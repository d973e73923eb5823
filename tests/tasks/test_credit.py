"""The job that lets credit expire: after its last day in Bogotá, and once."""

from datetime import timedelta

import pytest

from spa.models import JournalEntry
from spa.services import credit, verification
from spa.services.audit import Actor
from tasks import credit as jobs
from tests.factories import NOW, TODAY, at, make_client, make_location

pytestmark = pytest.mark.django_db
LAST_DAY = TODAY + timedelta(days=365)


@pytest.fixture
def lot():
    return credit.issue(
        client=make_client(),
        cents=50_000_00,
        origin="goodwill",
        location=make_location(),
        now=NOW,
        actor=Actor(),
    )


def run_at(monkeypatch, moment) -> int:
    monkeypatch.setattr("spa.clock.now", lambda: moment)
    return jobs.expire()


def test_credit_lives_through_the_night_of_its_last_day(lot, monkeypatch):
    # At eleven in the evening in Bogotá it is tomorrow already in UTC.
    assert run_at(monkeypatch, at(23, day=LAST_DAY)) == 0

    lot.refresh_from_db()
    assert lot.remaining_cents == 50_000_00


def test_it_expires_on_the_day_after_and_only_once(lot, monkeypatch):
    morning = at(1, day=LAST_DAY + timedelta(days=1))

    assert [run_at(monkeypatch, morning) for _ in range(2)] == [1, 0]

    lot.refresh_from_db()
    assert lot.remaining_cents == 0
    assert JournalEntry.objects.filter(event="credit_expired").count() == 1
    assert list(verification.findings()) == []


def test_without_a_house_there_is_nothing_to_do(monkeypatch):
    assert run_at(monkeypatch, NOW) == 0
