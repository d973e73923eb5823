"""The job that forgets who was counted."""

from datetime import timedelta

import pytest

from spa.models import RateCounter
from spa.services import limits
from tasks import limits as jobs
from tests.factories import NOW


@pytest.mark.django_db
def test_old_counters_go_and_those_of_today_stay(monkeypatch):
    today = NOW + timedelta(days=8)
    limits.count(limits.MAIL_TO, "ana@correo.test", now=NOW - timedelta(days=1))
    limits.count(limits.MAIL_TO, "eva@correo.test", now=today)
    monkeypatch.setattr("spa.clock.now", lambda: today)

    assert [jobs.clear() for _ in range(2)] == [1, 0]
    assert RateCounter.objects.get().began_at == today
