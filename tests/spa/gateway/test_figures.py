"""What the figures say of Wompi, and of what managers are told by them: once, until it is over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from spa.models import (
    Alert,
    AlertKind,
    BreakerState,
    GatewayKey,
    GatewayMinute,
    OutboxMessage,
    WebhookEvent,
)
from spa.services.gateway import figures
from spa.services.gateway.figures import State, health
from tests.factories import NOW, at, make_location
from tests.tills import make_worker

pytestmark = pytest.mark.django_db
PUBLIC, PRIVATE = GatewayKey.PUBLIC, GatewayKey.PRIVATE


@pytest.fixture(autouse=True)
def manager(db):
    make_location()
    return make_worker("manager")


def minute(*, ago: int = 1, calls: int = 1, ms: int = 100, key=PRIVATE, **fields) -> GatewayMinute:
    """Write down a minute before now, whose calls took `ms` each and were all answered."""
    moment = NOW - timedelta(minutes=ago)
    fields = {"answered_at": moment, **fields}
    return GatewayMinute.objects.create(
        minute=moment, key=key, calls=calls, total_ms=calls * ms, slowest_ms=ms, **fields
    )


def leave_alone(*, minutes: float) -> None:
    """Let the breaker have been open for so long, with a trial just now."""
    since = Now() - timedelta(minutes=minutes)
    BreakerState.objects.update_or_create(
        pk="wompi", defaults={"phase": "open", "opened_at": Now(), "open_since": since}
    )


def hear(outcome: str, *, days_ago: int) -> None:
    WebhookEvent.objects.create(
        transaction_id=f"10042-1-{outcome}-{days_ago}",
        status="APPROVED",
        reference="SOMEBODY-ELSES",
        amount_cents=100_00,
        currency="COP",
        timestamp=0,
        received_at=NOW - timedelta(days=days_ago),
        outcome=outcome,
    )


def open_alerts() -> list[str]:
    return list(
        Alert.objects.filter(closed_at=None).order_by("kind").values_list("kind", flat=True)
    )


# -- Health -----------------------------------------------------------------------------------
def test_of_a_gateway_that_was_never_asked_nothing_is_known():
    assert health(NOW) == figures.Health(State.UNKNOWN, None, 0, 0, None, 0)


def test_one_that_answered_is_up_and_says_when():
    minute(ago=3, calls=4)
    minute(ago=1, calls=2, ms=400, key=PUBLIC, answered_at=NOW - timedelta(seconds=40))
    minute(ago=61, calls=9)

    found = health(NOW)

    assert (found.state, found.answered_ago) == (State.UP, timedelta(seconds=40))
    assert (found.calls, found.failures, found.mean_ms) == (6, 0, 200)


def test_one_that_is_left_alone_is_down_whatever_it_said_before():
    minute(ago=1, calls=5, failures=5, answered_at=None)
    minute(ago=8)
    leave_alone(minutes=0)

    found = health(NOW)

    assert (found.state, found.answered_ago) == (State.DOWN, timedelta(minutes=8))
    assert (found.calls, found.failures) == (6, 5)


@pytest.mark.parametrize(
    ("calls", "ms", "state"), [(5, 3001, State.SLOW), (5, 3000, State.UP), (4, 9000, State.UP)]
)
def test_one_is_slow_on_the_average_of_enough_calls(calls, ms, state):
    minute(calls=calls, ms=ms)

    assert health(NOW).state == state


def test_one_that_nobody_has_heard_of_for_long_is_unknown():
    minute(ago=11)

    assert health(NOW).state == State.UNKNOWN


def test_a_clock_that_was_put_back_makes_nothing_younger_than_now():
    minute(ago=1, answered_at=NOW + timedelta(minutes=5))

    assert health(NOW).answered_ago == timedelta(0)


def test_events_of_nobody_are_counted_for_a_week():
    hear("unowned", days_ago=6)
    hear("unowned", days_ago=8)
    hear("owned", days_ago=0)

    assert health(NOW).unowned == 1


def test_it_is_one_query():
    minute()

    with CaptureQueriesContext(connection) as queries:
        health(NOW)

    assert len(queries) == 1


# -- Down -------------------------------------------------------------------------------------
def test_managers_are_told_after_five_minutes_once_until_it_is_back():
    leave_alone(minutes=4.9)
    assert figures.watch(now=NOW) == 0

    leave_alone(minutes=6.5)
    assert figures.watch(now=NOW) == 1
    assert figures.watch(now=at(8)) == 0
    alert = Alert.objects.get()
    assert (alert.kind, alert.facts) == (AlertKind.GATEWAY_DOWN, {"minutes": 6})
    assert OutboxMessage.objects.count() == 1

    BreakerState.objects.update(phase="closed", open_since=None)
    assert figures.watch(now=at(8)) == 1
    assert open_alerts() == []


# -- Slow -------------------------------------------------------------------------------------
def test_managers_are_told_of_a_slow_one_until_it_is_quick():
    minute(ago=2, calls=5, ms=4_200)
    figures.watch(now=NOW)
    alert = Alert.objects.get()
    assert (alert.kind, alert.facts) == (AlertKind.GATEWAY_SLOW, {"seconds": "4.2", "calls": 5})

    later = NOW + timedelta(minutes=6)
    assert figures.watch(now=later) == 0  # without a call nothing is known
    minute(ago=-5, calls=1, ms=200)
    assert figures.watch(now=later) == 1
    assert open_alerts() == []


def test_a_few_slow_calls_are_nothing_to_tell():
    minute(calls=4, ms=9_000)

    assert figures.watch(now=NOW) == 0


# -- Keys -------------------------------------------------------------------------------------
def refused(*, ago: int, key=PRIVATE, status: int = 401) -> None:
    moment = NOW - timedelta(minutes=ago)
    minute(ago=ago, key=key, answered_at=None, refused_at=moment, refused_with=status)


def test_managers_are_told_of_a_key_that_is_refused_until_it_is_taken():
    minute(ago=9)
    refused(ago=5)

    assert figures.watch(now=NOW) == 1
    alert = Alert.objects.get()
    assert (alert.kind, alert.subject) == (AlertKind.GATEWAY_KEYS, "private")
    assert alert.facts == {"key": "private", "status": 401}

    minute(ago=1)
    figures.watch(now=NOW)
    assert open_alerts() == []


def test_an_answer_to_the_other_key_does_not_end_it():
    refused(ago=5)
    figures.watch(now=NOW)
    minute(ago=1, key=PUBLIC)

    assert figures.watch(now=NOW) == 0
    assert open_alerts() == ["gateway_keys"]


def test_two_refused_keys_are_two_alerts():
    refused(ago=5)
    refused(ago=5, key=PUBLIC, status=403)

    assert figures.watch(now=NOW) == 2


# -- Silence ----------------------------------------------------------------------------------
def test_who_has_answered_of_late_is_not_asked_again():
    assert figures.is_silent(now=NOW)
    minute(ago=4)
    assert not figures.is_silent(now=NOW)
    assert figures.is_silent(now=NOW + timedelta(minutes=2))


def test_calls_without_an_answer_do_not_count():
    minute(ago=1, failures=1, answered_at=None)

    assert figures.is_silent(now=NOW)


def test_while_it_is_left_alone_each_run_may_ask():
    minute(ago=1)
    leave_alone(minutes=1)

    assert figures.is_silent(now=NOW)


def test_what_is_older_than_a_week_is_forgotten():
    minute(ago=7 * 24 * 60 + 1)
    kept = minute(ago=7 * 24 * 60 - 1)

    figures.watch(now=NOW)

    assert list(GatewayMinute.objects.all()) == [kept]
