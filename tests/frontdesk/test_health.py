from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from frontdesk.views import health as views
from spa import clock
from spa.models import Heartbeat
from spa.services import health


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """A process that has not looked yet."""
    monkeypatch.setattr(views, "_last_look", (float("-inf"), False))


def beat_ago(age: timedelta) -> None:
    health.beat(now=clock.now() - age)


def test_alive_needs_no_database_and_no_log_in(client):
    # Without the `db` fixture a query would raise.
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"up")


@pytest.mark.django_db
def test_ready_when_the_tasks_beat(client):
    beat_ago(timedelta(seconds=149))

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"up")


@pytest.mark.django_db
def test_not_ready_when_the_tasks_are_late(client):
    beat_ago(timedelta(seconds=151))

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"down")


@pytest.mark.django_db
def test_not_ready_before_the_first_beat(client):
    assert client.get("/readyz").status_code == 503


def test_not_ready_without_a_database(client, monkeypatch):
    def away(**_asked: object) -> None:
        raise OperationalError

    monkeypatch.setattr(health, "heartbeat_age", away)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"down")


@pytest.mark.django_db
def test_many_askers_cost_one_look(client, django_assert_num_queries):
    beat_ago(timedelta())
    with django_assert_num_queries(1):
        client.get("/readyz")
        client.get("/readyz")

    Heartbeat.objects.all().delete()
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_looking_is_allowed(path):
    assert Client().post(path).status_code == 405
