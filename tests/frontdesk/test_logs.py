"""What the log says of a failure: where, which constraint, and nothing of anybody."""

import io
import logging

import pytest
from django.db import DatabaseError, connection
from django.test import Client as Browser

from frontdesk import logs
from tests.factories import make_client
from tests.frontdesk.people import worker

MARKER, EMAIL = "Zoraida Marcada", "zoraida@correo.test"


@pytest.fixture
def written(monkeypatch):
    """What the console of the settings gets."""
    text = io.StringIO()
    consoles = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, logs.Line)
    ]
    assert len(consoles) == 1
    monkeypatch.setattr(consoles[0], "stream", text)
    return text


def break_a_check(*_args, **_kwargs):
    return make_client(name=MARKER, phone="no number", email=EMAIL)


@pytest.mark.django_db
def test_a_page_that_breaks_a_check_writes_no_name(visit, monkeypatch, written):
    browser = Browser(raise_request_exception=False)
    browser.force_login(worker("receptionist", visit.location))
    monkeypatch.setattr("spa.services.finding.clients_by_words", break_a_check)

    answer = browser.post("/search/", {"q": "x"})

    assert answer.status_code == 500
    line = written.getvalue()
    assert "client_phone_is_e164" in line
    assert "SQLSTATE 23514" in line
    assert "django.db.utils.IntegrityError" in line
    assert "break_a_check" in line  # a frame
    assert MARKER not in line
    assert EMAIL not in line
    assert "DETAIL" not in line


@pytest.mark.django_db
def test_whoever_wraps_or_quotes_a_database_error_writes_no_name_either(written):
    log = logging.getLogger("spa.anything")
    try:
        try:
            break_a_check()
        except DatabaseError as error:
            raise RuntimeError(f"could not: {error}") from error
    except RuntimeError:
        log.exception("failed")

    assert "RuntimeError" in written.getvalue()
    assert MARKER not in written.getvalue()
    connection.needs_rollback = True


def test_an_error_of_another_kind_keeps_its_message(written):
    try:
        raise LookupError("no such policy")
    except LookupError:
        logging.getLogger("spa.anything").exception("failed")

    assert "LookupError: no such policy" in written.getvalue()


def test_the_line_of_a_failed_task_does_not_repeat_its_error(written):
    logger = logging.getLogger("django_q")
    line = f"Failed 'tasks.x' (x) - {MARKER} : Traceback (most recent call last):\n {MARKER}"
    record = logger.makeRecord(logger.name, logging.ERROR, __file__, 1, line, (), None)

    told = logs.Line().format(record)

    assert told == "Failed 'tasks.x' (x)"


@pytest.mark.django_db
def test_the_path_of_a_failure_is_told_as_its_route(visit, monkeypatch, written):
    browser = Browser(raise_request_exception=False)
    browser.force_login(worker("receptionist", visit.location))
    monkeypatch.setattr("spa.models.Appointment.tells_health_to", break_a_check)

    browser.get(f"/appointments/{visit.code}/")

    assert visit.code not in written.getvalue()
    assert "appointments/<" in written.getvalue()


def test_a_refused_form_says_no_path(client, written):
    Browser(enforce_csrf_checks=True).post("/login/", {"login": MARKER})

    assert written.getvalue() == ""
