"""A message leaves once, is tried again when it fails, and is given up after five attempts."""

import os
import signal
import smtplib
import socket
import threading
from datetime import timedelta

import pytest
from django.core.mail import BadHeaderError
from django.db import connections, transaction

from spa.models import (
    MOST_ATTEMPTS,
    AuditLog,
    Client,
    DropReason,
    MessageState,
    OutboxMessage,
    SpaPolicy,
)
from spa.services import messages, verification
from spa.services.audit import Actor
from spa.services.messages import claims, send
from spa.services.messages.claims import BACK_OFF, CLAIM
from tests.concurrency import PATIENCE, Thread, open_transaction
from tests.factories import NOW, TODAY, at, make_user
from tests.spa.messages.post import EMAIL, queued, the_message

S = MessageState
SECOND = timedelta(seconds=1)


@pytest.fixture
def message(post):
    post.book()
    return the_message()


def reread(message: OutboxMessage) -> OutboxMessage:
    message.refresh_from_db()
    return message


def test_what_is_due_leaves_and_is_written_down(post, message):
    assert post.send(message)

    letter = post.postman.letters[0]
    assert letter.to == EMAIL
    assert letter.visit.code == message.subject
    message = reread(message)
    assert (message.state, message.sent_at, message.attempts) == (S.SENT, NOW, 1)
    assert message.told_version == 1


def test_what_has_left_does_not_leave_again(post, message):
    post.send(message)

    assert not post.send(message)
    assert len(post.postman.letters) == 1


def test_what_is_not_due_yet_stays(post, message):
    OutboxMessage.objects.update(due_at=NOW + SECOND)

    assert not post.send(message)
    assert post.send(message, now=NOW + SECOND)


def test_the_address_is_that_of_the_moment(post, message):
    Client.objects.update(email="otra@correo.test")

    post.send(message)

    assert post.postman.letters[0].to == "otra@correo.test"


def test_a_message_without_a_row_is_nobodys(post):
    assert not send.send(999_999, now=NOW, deliver=post.postman)


def test_the_most_urgent_is_sent_first(post, message):
    post.book(starts_at=at(12))
    OutboxMessage.objects.exclude(pk=message.pk).update(priority=1)

    assert send.due(now=NOW, most=10) == [
        OutboxMessage.objects.get(priority=1).pk,
        message.pk,
    ]


# -- Two at once ------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(post, message):
    handed_over, may_end = threading.Event(), threading.Event()

    def slow_mail_server(letter):
        handed_over.set()
        assert may_end.wait(PATIENCE)
        post.postman(letter)

    first = Thread(lambda: send.send(message.pk, now=NOW, deliver=slow_mail_server))
    first.start()
    assert handed_over.wait(PATIENCE)

    assert not post.send(message)

    may_end.set()
    assert first.outcome()
    assert len(post.postman.letters) == 1
    assert reread(message).state == S.SENT


@pytest.mark.django_db(transaction=True)
def test_who_finds_another_looking_at_it_goes_on_without_waiting(post, message):
    with open_transaction():
        OutboxMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
        second = Thread(lambda: post.send(message))
        second.start()
        assert second.outcome() is False

    assert post.send(message)


@pytest.mark.django_db(transaction=True)
def test_mail_is_never_sent_inside_a_transaction(post, message):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        post.send(message)

    assert post.postman.letters == []


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_mail_server_is_spoken_to(message):
    open_then = []

    def mail_server(_letter):
        open_then.append(transaction.get_connection().in_atomic_block)

    send.send(message.pk, now=NOW, deliver=mail_server)

    assert open_then == [False]


# -- Killed -----------------------------------------------------------------------------------
class Killed(BaseException):
    """What ends a worker, past every `except Exception`."""


def die_after_delivering(post, message, *, now=NOW):
    def deliver(letter):
        post.postman(letter)
        raise Killed

    with pytest.raises(Killed):
        send.send(message.pk, now=now, deliver=deliver)


def test_who_is_killed_after_delivering_leaves_a_claim_and_it_is_sent_again_under_its_key(
    post, message
):
    die_after_delivering(post, message)
    assert reread(message).state == S.CLAIMED

    assert not post.send(message, now=NOW + CLAIM)
    assert post.send(message, now=NOW + CLAIM + SECOND)

    assert reread(message).attempts == 2
    first, second = post.postman.letters
    assert first.key == second.key


@pytest.mark.django_db(transaction=True)
def test_what_a_process_did_that_was_killed_with_minus_nine_is_found_and_sent(post, message):
    def die(_letter):
        os.kill(os.getpid(), signal.SIGKILL)

    connections.close_all()  # no connection is shared with the worker
    worker = os.fork()
    if not worker:
        try:
            send.send(message.pk, now=NOW, deliver=die)
        finally:
            os._exit(1)  # whatever happens, no second pytest goes on
    _pid, ended = os.waitpid(worker, 0)

    assert os.waitstatus_to_exitcode(ended) == -signal.SIGKILL
    assert reread(message).state == S.CLAIMED
    assert post.sweep(now=NOW + CLAIM) == []
    assert len(post.sweep(now=NOW + CLAIM + SECOND)) == 1


def test_who_comes_back_after_its_claim_has_passed_writes_nothing_over(post, message):
    slow = claims.claim(message.pk, now=NOW)
    assert post.send(message, now=NOW + CLAIM + SECOND)

    assert not claims.mark_failed(slow, "timeout", now=NOW, for_good=True)
    assert reread(message).state == S.SENT


def test_a_message_that_kills_its_worker_is_given_up_too(post, message):
    now = NOW
    for _ in range(MOST_ATTEMPTS):
        die_after_delivering(post, message, now=now)
        now += CLAIM + SECOND

    assert not post.send(message, now=now)

    message = reread(message)
    assert (message.state, message.last_error_code) == (S.DEAD, "killed")
    assert len(post.postman.letters) == MOST_ATTEMPTS


# -- Failed -----------------------------------------------------------------------------------
def test_a_failure_is_tried_again_after_a_while_and_given_up_after_five(post, message):
    post.postman.trouble = TimeoutError()
    now, waits = NOW, []
    for _ in range(MOST_ATTEMPTS):
        assert not post.send(message, now=now)
        waits.append(reread(message).due_at - now)
        now = max(message.due_at, now)

    assert tuple(waits[:-1]) == BACK_OFF
    assert (message.state, message.attempts) == (S.DEAD, MOST_ATTEMPTS)
    assert message.last_error_code == "timeout"
    post.postman.trouble = None
    assert post.sweep(now=now + timedelta(days=1)) == []


def test_what_failed_before_leaves_when_the_mail_server_is_back(post, message):
    post.postman.trouble = ConnectionRefusedError()
    post.send(message)
    post.postman.trouble = None

    assert len(post.sweep(now=NOW + BACK_OFF[0])) == 1
    assert reread(message).last_error_code == ""


@pytest.mark.parametrize(
    ("error", "code", "final"),
    [
        (TimeoutError(), "timeout", False),
        (socket.gaierror(), "no_connection", False),
        (ConnectionRefusedError(), "no_connection", False),
        (smtplib.SMTPServerDisconnected(), "mail_server", False),
        (smtplib.SMTPAuthenticationError(535, b"no"), "no_login", False),
        (smtplib.SMTPRecipientsRefused({EMAIL: (450, b"later")}), "refused", False),
        (smtplib.SMTPRecipientsRefused({EMAIL: (550, b"never heard of")}), "refused", True),
        (BadHeaderError(), "bad_header", True),
        (ZeroDivisionError(), "unknown", False),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else str(one),
)
def test_a_failure_is_kept_as_a_code(post, message, error, code, final):
    post.postman.trouble = error

    post.send(message)

    message = reread(message)
    assert message.last_error_code == code
    assert message.state == (S.DEAD if final else S.WAITING)


def test_a_failure_is_logged_without_whom_it_was_for(post, message, caplog):
    post.postman.trouble = smtplib.SMTPRecipientsRefused({EMAIL: (550, b"never heard of her")})

    post.send(message)

    assert "refused" in caplog.text
    assert "APPOINTMENT_CONFIRMED" in caplog.text
    for secret in (EMAIL, "never heard of her", "Mariana"):
        assert secret not in caplog.text


# -- Quiet hours ------------------------------------------------------------------------------
NIGHT = at(22, 30)
MORNING = at(7, day=TODAY + timedelta(days=1))


@pytest.fixture
def of_tomorrow(post):
    post.book(starts_at=at(10, day=TODAY + timedelta(days=1)))
    return the_message()


@pytest.mark.parametrize(
    ("moment", "leaves_at"),
    [
        (at(20, 59), None),
        (at(21), MORNING),
        (NIGHT, MORNING),
        (at(6, 59, day=TODAY + timedelta(days=1)), MORNING),
        (MORNING, None),
    ],
)
def test_nothing_leaves_between_nine_in_the_evening_and_seven(post, of_tomorrow, moment, leaves_at):
    assert post.send(of_tomorrow, now=moment) == (leaves_at is None)

    message = reread(of_tomorrow)
    if leaves_at:
        assert (message.state, message.due_at, message.attempts) == (S.WAITING, leaves_at, 0)


def test_what_waited_for_the_morning_leaves_then(post, of_tomorrow):
    post.send(of_tomorrow, now=NIGHT)

    assert post.sweep(now=MORNING - SECOND) == []
    assert len(post.sweep(now=MORNING)) == 1


@pytest.mark.parametrize(
    ("start", "end", "hour", "quiet"),
    [(0, 8, 7, True), (0, 8, 8, False), (0, 8, 23, False), (7, 7, 7, False), (12, 14, 13, True)],
)
def test_the_house_says_which_hours_are_quiet(post, of_tomorrow, start, end, hour, quiet):
    SpaPolicy.objects.update(quiet_from_hour=start, quiet_until_hour=end)

    assert post.send(of_tomorrow, now=at(hour)) != quiet


# -- Once more, from the desk -----------------------------------------------------------------
@pytest.fixture
def dead(post, message):
    post.postman.trouble = smtplib.SMTPRecipientsRefused({EMAIL: (550, b"")})
    post.send(message)
    post.postman.trouble = None
    return reread(message)


def again(message):
    return messages.send_again(message=message, now=at(9), actor=Actor(user=make_user()))


def test_what_was_given_up_is_sent_again_when_the_desk_says_so(post, dead):
    again(dead)

    assert queued()[-1] == (dead.pk,)
    assert len(post.sweep(now=at(9))) == 1
    assert AuditLog.objects.get(action="MESSAGE_SENT_AGAIN").facts == {"kind": dead.kind}


def test_what_was_not_given_up_is_not_sent_again(post, dead):
    again(dead)

    with pytest.raises(messages.NotGivenUp):
        again(dead)


# -- Seen from above --------------------------------------------------------------------------
def stuck(now) -> list[str]:
    return [line for line in verification.findings(now=now) if "a message" in line]


def test_verify_finds_what_is_an_hour_late(post, message):
    hour = timedelta(hours=1)

    assert stuck(NOW + hour) == []
    assert [str(message.pk) in line for line in stuck(NOW + hour + SECOND)] == [True]


def test_verify_finds_a_claim_that_nobody_ended(post, message):
    die_after_delivering(post, message)
    passed = NOW + CLAIM + timedelta(hours=1)

    assert stuck(passed) == []
    assert ["claimed" in line for line in stuck(passed + SECOND)] == [True]


def test_verify_has_nothing_against_what_is_over(post, message, dead):
    assert stuck(NOW + timedelta(days=9)) == []


def test_every_reason_to_drop_a_message_has_a_sentence():
    assert all(str(reason.label) for reason in DropReason)
