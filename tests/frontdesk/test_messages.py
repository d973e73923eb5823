"""What has not left is listed, and sent again; a receipt goes out by mail; the demo's mail."""

from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.models import Client, MessageKind, MessageState, OutboxMessage
from tests.factories import at, make_location
from tests.frontdesk.people import worker
from tests.spa.constraints.messages import CLAIMED, DEAD, DROPPED, SENT, make_message
from tests.tills import pay

pytestmark = pytest.mark.django_db
EMAIL = "mariana@correo.test"


@pytest.fixture
def desk(client, visit, monkeypatch, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(9))
    client.force_login(worker("receptionist", visit.location))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def of(visit, **fields) -> OutboxMessage:
    return make_message(subject=visit.code, location=visit.location, **fields)


# -- The list ---------------------------------------------------------------------------------
def test_the_list_shows_what_waits_and_what_was_given_up_and_nothing_else(desk, visit):
    states = [{}, CLAIMED, DEAD, SENT, DROPPED]
    rows = [of(visit, occasion=str(number), **state) for number, state in enumerate(states)]

    page = desk.get("/messages/").content.decode()

    for row, shown in zip(rows, [True, True, True, False, False], strict=True):
        assert (f'data-message="{row.pk}"' in page) == shown
    assert "1 message was not delivered after all attempts" in page
    assert "The mail server did not answer in time" in page
    assert page.count("/send/") == 1


def test_an_alert_goes_to_a_manager_and_leads_to_no_visit(desk, visit):
    alert = of(visit, client=None, kind=MessageKind.ALERT)
    OutboxMessage.objects.filter(pk=alert.pk).update(subject="alert:7")

    page = desk.get("/messages/").content.decode()

    assert "To a manager" in page
    assert "alert:7" not in page


def test_another_house_has_its_own(desk, visit):
    elsewhere = make_message(location=make_location(), subject="BR-99999")

    assert f'data-message="{elsewhere.pk}"' not in desk.get("/messages/").content.decode()


def test_an_empty_list_says_that_all_has_left(desk):
    assert "Nothing waits" in desk.get("/messages/").content.decode()


def test_the_menu_leads_to_it_for_the_desk_only(client, desk, visit):
    assert 'href="/messages/"' in desk.get("/calendar/2026-11-19/").content.decode()

    therapist = worker("therapist", visit.location)
    staff = visit.items.get().staff
    staff.user = therapist
    staff.save()
    client.force_login(therapist)
    assert 'href="/messages/"' not in client.get("/").content.decode()


def test_the_list_costs_as_many_queries_for_many_messages(desk, visit):
    of(visit, **DEAD)
    desk.get("/messages/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/messages/")
    for number in range(2, 10):
        of(visit, occasion=str(number), **DEAD)
    with CaptureQueriesContext(connection) as nine:
        desk.get("/messages/")

    assert len(nine) == len(one) <= 12


@pytest.mark.parametrize("query", ["?sort=state", "?sort=-due_at", "?page=1"])
def test_what_htmx_brings_goes_where_the_list_was(desk, visit, query):
    of(visit)
    part = desk.get(f"/messages/{query}", headers={"HX-Request": "true"}).content.decode()

    assert 'id="message-list"' in part
    assert "<!doctype" not in part


def test_what_was_given_up_is_sent_again(desk, visit):
    dead = of(visit, **DEAD)

    answer = desk.post(f"/messages/{dead.pk}/send/", follow=True)

    assert "It is sent once more" in answer.content.decode()
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.due_at) == (MessageState.WAITING, 0, at(9))


def test_what_left_meanwhile_is_not_sent_again(desk, visit):
    sent = of(visit, **SENT)

    answer = desk.post(f"/messages/{sent.pk}/send/")

    assert answer.status_code == 409
    assert "has left" in answer.content.decode()


# -- The receipt ------------------------------------------------------------------------------
@pytest.fixture
def paid(visit):
    Client.objects.filter(pk=visit.client_id).update(email=EMAIL)
    return pay(visit, now=at(8))


def url(visit, tail=""):
    return f"/appointments/{visit.code}/receipt/{tail}"


def test_a_receipt_is_sent_by_a_button_and_says_so(desk, paid):
    assert "/receipt/send/" in desk.get(url(paid)).content.decode()

    page = desk.post(url(paid, "send/"), {"request_id": str(uuid4())}, follow=True)

    message = OutboxMessage.objects.get(kind=MessageKind.RECEIPT)
    assert (message.subject, message.state) == (paid.code, MessageState.WAITING)
    assert f"on its way to {EMAIL}" in page.content.decode()
    assert 'data-state="waiting"' in page.content.decode()


def test_the_same_form_twice_sends_one(desk, paid):
    form = {"request_id": str(uuid4())}

    assert [desk.post(url(paid, "send/"), form).status_code for _ in range(2)] == [302, 302]
    assert OutboxMessage.objects.filter(kind=MessageKind.RECEIPT).count() == 1


@pytest.mark.parametrize("form", [{}, {"request_id": "none"}, {"request_id": "\x00"}])
def test_a_form_without_its_number_sends_all_the_same(desk, paid, form):
    assert desk.post(url(paid, "send/"), form).status_code == 302


def test_without_an_email_it_says_what_to_do(desk, paid):
    Client.objects.update(email="")

    answer = desk.post(url(paid, "send/"), {"request_id": str(uuid4())})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-reason="no_email"' in page
    assert f'href="/clients/{paid.client_id}/edit/"' in page


def test_of_what_nobody_paid_there_is_nothing_to_send(desk, visit):
    Client.objects.update(email=EMAIL)

    answer = desk.post(url(visit, "send/"), {"request_id": str(uuid4())})

    assert answer.status_code == 422
    assert 'data-reason="nothing_paid"' in answer.content.decode()


def test_in_quiet_hours_it_says_when_the_receipt_leaves(desk, paid, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(22))

    page = desk.post(url(paid, "send/"), {"request_id": str(uuid4())}, follow=True)

    assert "leaves at 07:00" in page.content.decode()


# -- The demo's mail --------------------------------------------------------------------------
@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


def send_mail(subject="Tu cita del viernes, 2:15 p. m.", body="Hola, María: te esperamos"):
    mail = EmailMessage(subject, body, to=[EMAIL])
    mail.attach("cita.ics", "BEGIN:VCALENDAR", "text/calendar")
    mail.send()


def test_the_demos_mail_is_shown_newest_first_to_who_has_not_logged_in(client, demo):
    send_mail(subject="The first", body="https://spa.test/pay/1 <script>")
    send_mail(subject="El último: año")

    page = client.get("/demo/outbox/").content.decode()

    assert page.index("El último: año") < page.index("The first")
    assert EMAIL in page
    assert "cita.ics" in page
    assert 'href="https://spa.test/pay/1"' in page
    assert "<script>" not in page


def test_a_mail_is_given_as_a_file_for_a_mail_program(client, demo):
    send_mail()
    name = next(demo.iterdir()).stem

    answer = client.get(f"/demo/outbox/{name}/")

    assert answer["Content-Type"] == "message/rfc822"
    assert b"BEGIN:VCALENDAR" in answer.content
    assert client.get("/demo/outbox/none/").status_code == 404


def test_two_mails_in_one_file_are_both_shown(client, demo):
    send_mail(subject="The first")
    send_mail(subject="The second")
    first, *others = sorted(demo.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    for other in others:
        first.write_bytes(first.read_bytes() + other.read_bytes())
        other.unlink()

    page = client.get("/demo/outbox/").content.decode()

    assert page.index("The second") < page.index("The first")
    assert b"The second" in client.get(f"/demo/outbox/{first.stem}-2/").content


def test_an_outbox_that_nothing_came_to_is_empty(client, demo):
    assert "data-mail" not in client.get("/demo/outbox/").content.decode()


def test_in_the_demo_the_list_leads_to_it(desk, settings):
    assert 'href="/demo/outbox/"' not in desk.get("/messages/").content.decode()

    settings.DEMO = True
    assert 'href="/demo/outbox/"' in desk.get("/messages/").content.decode()


def test_where_no_demo_runs_there_is_no_such_page(client, demo, settings):
    send_mail()
    name = next(demo.iterdir()).stem
    settings.DEMO = False

    assert client.get("/demo/outbox/").status_code == 404
    assert client.get(f"/demo/outbox/{name}/").status_code == 404
