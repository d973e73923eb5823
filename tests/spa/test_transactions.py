"""Locked transactions: nobody waits for ever, and a deadlock's victim is tried once more."""

from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction
from psycopg import errors as postgres

from spa.errors import Busy, RuleBroken
from spa.models import Client
from spa.services.transactions import locked_transaction
from tests.concurrency import Thread, open_transaction
from tests.factories import make_client


@locked_transaction
def rename(client, name):
    client = Client.objects.locked().get(pk=client.pk)
    client.name = name
    client.save(update_fields=["name"])


def fails_with(cause, calls):
    """Return a service function that notes each call and is killed by the database in it."""

    @locked_transaction
    def work():
        calls.append("call")
        raise OperationalError from cause

    return work


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_for_a_row_is_told_that_it_is_busy(settings):
    settings.LOCK_TIMEOUT = "50ms"
    client = make_client()

    with open_transaction():
        rename(client, "First")
        second = Thread(lambda: rename(client, "Second"))
        second.start()
        with pytest.raises(Busy):
            second.outcome()

    client.refresh_from_db()
    assert client.name == "First"


@pytest.mark.django_db(transaction=True)
def test_the_victim_of_a_deadlock_is_tried_again_and_both_get_through():
    anna, berta = make_client(), make_client()
    barrier, tries = Barrier(2), []

    @locked_transaction
    def rename_both(first, second, name):
        tries.append(name)
        rename(first, name)
        if tries.count(name) == 1:
            barrier.wait()
        rename(second, name)

    threads = [
        Thread(lambda: rename_both(anna, berta, "one")),
        Thread(lambda: rename_both(berta, anna, "two")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.outcome()

    # Whoever was killed may come back before the other one has woken up.
    assert len(tries) in (3, 4)
    assert len(set(Client.objects.values_list("name", flat=True))) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("cause", "calls"),
    [
        (postgres.DeadlockDetected(), 2),
        (postgres.SerializationFailure(), 2),
        (postgres.QueryCanceled(), 1),
    ],
)
def test_only_what_may_go_better_is_tried_again_and_only_once(cause, calls):
    made = []

    with pytest.raises(OperationalError):
        fails_with(cause, made)()

    assert len(made) == calls


@pytest.mark.django_db(transaction=True)
def test_a_call_inside_another_transaction_leaves_the_retry_to_it():
    made = []

    with pytest.raises(OperationalError), transaction.atomic():
        fails_with(postgres.DeadlockDetected(), made)()

    assert len(made) == 1


@pytest.mark.django_db
def test_a_refusal_inside_takes_back_its_own_part_only():
    anna, berta = make_client(name="Anna"), make_client(name="Berta")

    @locked_transaction
    def refused():
        rename(berta, "Changed")
        raise RuleBroken

    @locked_transaction
    def outer():
        rename(anna, "Changed")
        with pytest.raises(RuleBroken):
            refused()

    outer()

    assert set(Client.objects.values_list("name", flat=True)) == {"Changed", "Berta"}


@pytest.mark.django_db(transaction=True)
def test_the_time_out_ends_with_its_transaction():
    rename(make_client(), "Ana")

    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
