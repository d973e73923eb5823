"""The outbox's jobs: what is queued is sent by name, what is left lying is swept up."""

import socket
from datetime import timedelta

import pytest
from django.core import mail
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from spa.models import MessageState, OutboxMessage
from spa.services.messages import queue
from spa.services.messages.claims import CLAIM
from tasks import messages
from tests.factories import NOW, at, make_client
from tests.spa.messages.post import EMAIL, Post

S = MessageState


@pytest.fixture
def post(db, monkeypatch):
    look_at(monkeypatch, NOW)
    return Post()


def look_at(monkeypatch, moment):
    monkeypatch.setattr("spa.clock.now", lambda: moment)


def run_the_queue() -> list[int]:
    """Do what a worker does with each task that lies free."""
    tasks = [row.task for row in OrmQ.objects.order_by("pk")]
    return [import_string(task["func"])(*task["args"]) for task in tasks]


def test_the_name_in_the_queue_is_that_of_a_job():
    assert import_string(queue.SEND) is messages.send


def test_what_a_booking_queues_is_a_mail_when_a_worker_takes_it(post):
    post.book()

    assert run_the_queue() == [1]
    assert mail.outbox[0].to == [EMAIL]
    assert OutboxMessage.objects.get().state == S.SENT


def test_a_task_that_runs_twice_sends_once(post):
    post.book()

    assert run_the_queue() + run_the_queue() == [1, 0]
    assert len(mail.outbox) == 1


def test_the_sweep_sends_what_the_queue_lost(post):
    post.book()
    OrmQ.objects.all().delete()

    assert [messages.sweep(), messages.sweep()] == [1, 0]
    assert len(mail.outbox) == 1


def test_the_sweep_takes_over_what_a_killed_worker_left(post, monkeypatch):
    post.book()
    OutboxMessage.objects.update(state=S.CLAIMED, claimed_until=NOW + CLAIM, attempts=1)
    assert messages.sweep() == 0

    look_at(monkeypatch, NOW + CLAIM + timedelta(seconds=1))
    assert messages.sweep() == 1


def test_one_message_that_fails_keeps_no_other_back(post, monkeypatch):
    post.book()
    post.house.book(client=make_client(email="ana@correo.test"))
    broken = OutboxMessage.objects.order_by("pk").first().subject
    whole = messages.letters.deliver

    def deliver(letter):
        if letter.visit.code == broken:
            raise ConnectionResetError
        whole(letter)

    monkeypatch.setattr(messages.letters, "deliver", deliver)

    assert messages.sweep() == 1
    assert [one.to for one in mail.outbox] == [["ana@correo.test"]]


def test_a_sweep_ends_before_its_time_is_up_and_the_next_goes_on(post, monkeypatch):
    for hour in (9, 11):
        post.house.book(client=make_client(email="ana@correo.test"), starts_at=at(hour))
    monkeypatch.setattr(messages, "SWEEP_SECONDS", -1)
    assert messages.sweep() == 0

    monkeypatch.setattr(messages, "SWEEP_SECONDS", 40)
    assert messages.sweep() == 2


@pytest.fixture
def silent_mail_server(settings):
    """A mail server that takes a call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = listening.getsockname()
        settings.EMAIL_TIMEOUT = 0.1
        yield


def test_a_mail_server_that_says_nothing_is_given_up_in_time(post, silent_mail_server):
    post.book()

    assert messages.sweep() == 0
    message = OutboxMessage.objects.get()
    assert (message.state, message.last_error_code) == (S.WAITING, "timeout")


def test_a_mail_server_that_is_not_there_is_tried_again(post, settings):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    post.book()

    assert messages.sweep() == 0
    assert OutboxMessage.objects.get().last_error_code == "no_connection"


def test_nothing_personal_is_queued(post):
    post.book()

    task = OrmQ.objects.get().task
    assert task["args"] == (OutboxMessage.objects.get().pk,)
    assert task["kwargs"] == {}


def test_an_attempt_ends_well_before_its_claim(settings):
    """The mail server is given up after its time-out, a task after django-q2's."""
    assert settings.EMAIL_TIMEOUT < settings.Q_CLUSTER["timeout"] < CLAIM.total_seconds()
    assert settings.Q_CLUSTER["timeout"] > messages.SWEEP_SECONDS + settings.EMAIL_TIMEOUT
