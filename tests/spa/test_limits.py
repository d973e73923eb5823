"""What strangers may try, and how often: counted first, for all processes, and never by name."""

import logging
import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction

from spa.errors import Stale
from spa.models import AuditLog, RateCounter, User
from spa.services import limits
from spa.services.audit import Actor
from spa.services.limits import Limit, RateLimited
from tests.concurrency import Thread
from tests.factories import NOW, make_user

IP, TOKEN = "203.0.113.77", "MarkerTokenMarkerToken"
SHORT = Limit("test", 3, timedelta(minutes=10))
PAUSED = Limit("test_paused", 3, timedelta(minutes=10), pause=timedelta(minutes=30))
ENDLESS = Limit("test_endless", 1_000, timedelta(hours=1))
SECOND = timedelta(seconds=1)


def count(limit: Limit = SHORT, *whom: str | int, times: int = 1, now=NOW) -> None:
    for _ in range(times):
        limits.count(limit, *(whom or (IP,)), now=now)


def is_refused(limit: Limit = SHORT, *whom: str, now=NOW) -> bool:
    try:
        count(limit, *whom, now=now)
    except RateLimited:
        return True
    return False


def wait_after_the_last(limit: Limit, *, now=NOW) -> int:
    """Return for how many seconds one more is refused."""
    with pytest.raises(RateLimited) as refusal:
        count(limit, now=now)
    return refusal.value.retry_after_seconds


# -- The limits ---------------------------------------------------------------------------------


def test_the_limits_are_those_of_the_security_page():
    told = {one.name: (one.most, one.window, one.pause) for one in limits.LIMITS}

    minute, hour, none = timedelta(minutes=1), timedelta(hours=1), timedelta()
    assert told == {
        "pay_page": (60, minute, none),
        "unknown_link": (30, 10 * minute, 30 * minute),
        "pay_button": (6, 10 * minute, none),
        "pay_button_from": (60, hour, none),
        "wrong_checksum": (60, minute, none),
        "link_sent": (3, hour, none),
        "mail_to": (20, 24 * hour, none),
    }
    assert len(told) == len(limits.LIMITS)


@pytest.mark.django_db
@pytest.mark.parametrize("limit", limits.LIMITS, ids=lambda limit: limit.name)
def test_as_many_as_allowed_pass_and_one_more_is_refused_until_the_window_turns(limit):
    count(limit, times=limit.most)

    with pytest.raises(RateLimited) as refusal:
        count(limit)

    wait = limit.pause or limit.window
    answer = refusal.value
    assert (answer.internal_code, answer.http_status) == ("SPA-RATE-LIMIT", 429)
    assert answer.retry_after_seconds == wait.total_seconds()
    assert is_refused(limit, now=NOW + wait - SECOND)
    count(limit, times=limit.most, now=NOW + wait)
    assert is_refused(limit, now=NOW + wait)


@pytest.mark.django_db
def test_who_comes_later_is_told_the_rest_of_the_window_in_whole_seconds():
    count(times=3)

    assert wait_after_the_last(SHORT, now=NOW + timedelta(minutes=4, microseconds=1)) == 360
    assert wait_after_the_last(SHORT, now=NOW + timedelta(minutes=9, seconds=59.9)) == 1


@pytest.mark.django_db
def test_a_pause_begins_when_the_limit_is_overrun_and_trying_does_not_lengthen_it():
    later = NOW + timedelta(minutes=9)
    count(PAUSED, times=3)
    assert wait_after_the_last(PAUSED, now=later) == 30 * 60

    assert wait_after_the_last(PAUSED, now=later + timedelta(minutes=29)) == 60
    count(PAUSED, now=later + timedelta(minutes=30))


@pytest.mark.django_db
def test_who_keeps_within_the_limit_never_meets_the_pause():
    for number in range(6):
        count(PAUSED, times=3, now=NOW + number * PAUSED.window)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other", [(SHORT, "203.0.113.78"), (SHORT, IP, "x"), (PAUSED, IP)], ids=lambda one: one[1:]
)
def test_others_and_other_limits_are_counted_apart(other):
    count(times=3)

    assert is_refused()
    assert not is_refused(*other)


@pytest.mark.django_db
def test_two_things_are_never_one_because_they_read_alike_together():
    count(SHORT, "a", "bc", times=3)

    assert not is_refused(SHORT, "ab", "c")


@pytest.mark.django_db
def test_a_clock_that_is_put_right_keeps_nobody_out():
    count(times=3, now=NOW + timedelta(days=400))
    assert is_refused(now=NOW + timedelta(days=400))

    assert not is_refused(now=NOW)


@pytest.mark.django_db
def test_two_hosts_whose_clocks_differ_a_little_count_together():
    count(times=2, now=NOW)
    count(now=NOW - timedelta(seconds=5))

    assert is_refused(now=NOW - timedelta(seconds=5))


# -- Counted first, and for good ----------------------------------------------------------------


@transaction.atomic
def create_and_fail() -> None:
    User.objects.create(email="gone@correo.test", name="Gone")
    raise Stale


@pytest.mark.django_db(transaction=True)
def test_the_count_outlives_what_it_guarded():
    count()
    with pytest.raises(Stale):
        create_and_fail()

    assert not User.objects.exists()
    assert RateCounter.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
def test_the_one_too_many_is_counted_and_audited_although_it_is_refused():
    count(times=3)
    assert is_refused()

    assert RateCounter.objects.get().count == 4
    assert AuditLog.objects.filter(action="LIMIT_HIT").exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_counted_inside_a_transaction_that_may_yet_fail():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        count()

    assert not RateCounter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_counts_at_once_none_is_lost():
    together = threading.Barrier(20)

    def caller() -> None:
        together.wait(10)
        count(ENDLESS, times=10)

    threads = [Thread(caller) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.outcome(patience=60)

    assert RateCounter.objects.get().count == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_as_many_as_allowed_pass_and_one_is_audited():
    together = threading.Barrier(12)

    def caller() -> bool:
        together.wait(10)
        return is_refused()

    threads = [Thread(caller) for _ in range(12)]
    for thread in threads:
        thread.start()

    outcomes = [thread.outcome(patience=60) for thread in threads]
    assert sorted(outcomes) == [False] * 3 + [True] * 9
    assert AuditLog.objects.count() == 1


PROGRAM = """
import sys
from datetime import datetime
import django
django.setup()
from spa.services import limits
from tests.spa.test_limits import ENDLESS, IP
print("ready", flush=True)
sys.stdin.readline()
for _ in range(100):
    limits.count(ENDLESS, IP, now=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_of_what_two_processes_count_at_once_none_is_lost():
    url = settings.DATABASE_URL.replace("/spa", f"/{connection.settings_dict['NAME']}", 1)
    assert connection.settings_dict["NAME"] in url
    changed = {
        "DATABASE_URL": url,
        "SPA_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "frontdesk.settings",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, NOW.isoformat()],
            env=os.environ | changed,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0

    assert RateCounter.objects.get().count == 200


# -- What is written down -----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_first_refusal_of_each_window_is_audited():
    for window in range(2):
        for _ in range(6):
            is_refused(now=NOW + window * SHORT.window)

    rows = AuditLog.objects.values_list("at", "action", "subject", "origin")
    assert sorted(rows) == [
        (NOW, "LIMIT_HIT", "limit:test", "system"),
        (NOW + SHORT.window, "LIMIT_HIT", "limit:test", "system"),
    ]


@pytest.mark.django_db
def test_who_keeps_within_the_limit_is_not_audited():
    count(times=3)

    assert not AuditLog.objects.exists()


@pytest.mark.django_db
def test_a_user_who_overruns_a_limit_is_named_by_her_number():
    user = make_user()
    count(SHORT, user.pk, times=3)

    with pytest.raises(RateLimited) as refusal:
        limits.count(SHORT, user.pk, now=NOW, actor=Actor(user=user))

    assert refusal.value.facts == {"limit": "test"}
    assert AuditLog.objects.get().user_id == user.pk


@pytest.mark.django_db
def test_neither_address_nor_token_stands_in_a_table_a_log_or_the_refusal(caplog):
    told = []
    with caplog.at_level(logging.DEBUG):
        for _ in range(5):
            try:
                count(SHORT, IP, TOKEN)
            except RateLimited as refusal:
                told.append(f"{refusal!r} {refusal.detail} {refusal.facts}")

    rows = [*RateCounter.objects.values(), *AuditLog.objects.values()]
    written = "\n".join([caplog.text, *told, *map(str, rows)])
    assert len(rows) == 2
    assert len(told) == 2
    assert "limit:test" in written
    assert IP not in written
    assert TOKEN not in written


@pytest.mark.django_db
def test_whoever_has_the_table_but_not_the_key_cannot_try_addresses_on_it(settings):
    count()
    settings.SECRET_KEY = settings.SECRET_KEY[::-1]
    count()

    assert len(set(RateCounter.objects.values_list("key"))) == 2


# -- Cleared ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_counter_is_forgotten_a_week_after_its_end():
    count()
    ended = NOW + SHORT.window

    assert limits.clear(now=ended + timedelta(days=7) - SECOND) == 0
    assert limits.clear(now=ended + timedelta(days=7)) == 1
    assert not RateCounter.objects.exists()


@pytest.mark.django_db
def test_clearing_twice_or_with_nothing_to_clear_is_fine():
    assert limits.clear(now=NOW) == 0
