"""Paying by link at the desk: booked with, sent, shown, ended, and what the visit says of it."""

import gzip
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.models import Appointment, AuditLog, OutboxMessage, PaymentRequest
from spa.services import booking, gateway, limits, payment_requests
from spa.services.audit import Actor
from tests.factories import (
    ask_for_deposits,
    at,
    make_client,
    make_location,
    make_room,
    make_staff,
)
from tests.frontdesk.panel import fields, filled_in
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House
from tests.spa.gateway.links import reported, with_keys

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NEW, CHOOSE = "/appointments/new/", "/appointments/new/choose/"
EMAIL = "mariana@correo.test"


@pytest.fixture(autouse=True)
def seven_in_english(monkeypatch, client, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(7))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with_keys(settings)


@pytest.fixture
def house():
    made = House()
    ask_for_deposits()
    return made


@pytest.fixture
def desk(client, house):
    client.force_login(worker("receptionist", house.location))
    return client


@pytest.fixture
def mariana():
    return make_client(name="Mariana Echeverri", phone="+573004561278", email=EMAIL)


@pytest.fixture
def hold(house, mariana):
    """A visit that waits for its deposit until eight."""
    terms = booking.Terms(keep_minutes=60)
    return house.book(now=at(7), client=mariana, terms=terms)


def asked(house, client, **more):
    chosen = {"service": house.massage.pk, "therapist": house.paola.pk, "client": client.pk}
    return filled_in(at=at(10), **chosen, **more)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def panel(client, visit) -> str:
    return text(client.get(f"/appointments/{visit.code}/", headers=HTMX))


def open_link(visit, *, now=None) -> PaymentRequest:
    return payment_requests.open_request(appointment=visit, now=now or at(7), actor=Actor())


def send(client, visit, **form):
    form = {"version": visit.version, "request_id": uuid4(), **form}
    return client.post(f"/appointments/{visit.code}/link/send/", form, headers=HTMX)


def mails() -> int:
    return OutboxMessage.objects.filter(kind="PAYMENT_LINK").count()


# -- Booking with a link ----------------------------------------------------------------------
def test_the_main_button_books_and_sends_the_link_to_an_address_shown_by_its_edges(
    desk, house, mariana
):
    page = text(desk.post(CHOOSE, asked(house, mariana), headers=HTMX))

    main = re.search(r"<button[^>]*data-book[^>]*>", page)[0]
    assert 'name="then" value="link"' in main
    assert "Book and send the link" in page
    assert "m•••@correo.test" in page
    assert EMAIL not in page


def test_without_a_gateway_the_main_button_books_and_nothing_more(desk, house, mariana, settings):
    settings.WOMPI_PUBLIC_KEY = settings.WOMPI_PRIVATE_KEY = ""
    settings.WOMPI_EVENTS_SECRET = settings.WOMPI_INTEGRITY_SECRET = ""

    page = text(desk.post(CHOOSE, asked(house, mariana), headers=HTMX))

    assert 'value="link"' not in page
    assert "> Book" in page or ">Book" in page


def test_less_than_wompi_takes_is_not_asked_for_by_link(desk, house, mariana):
    ask_for_deposits(percent=1)
    house.massage.price_cents = 100_000_00
    house.massage.save()

    page = text(desk.post(CHOOSE, asked(house, mariana), headers=HTMX))

    assert "Book and take the deposit" in page
    assert 'value="link"' not in page


def test_booking_with_a_link_shows_what_to_hand_over_and_has_the_day_drawn_again(
    desk, house, mariana
):
    answer = desk.post(NEW, asked(house, mariana, then="link"), headers=HTMX)

    visit, request = Appointment.objects.get(), PaymentRequest.objects.get()
    page = text(answer)
    assert (answer.status_code, visit.status, mails()) == (200, "pending_payment", 1)
    assert answer["HX-Trigger"] == "visit-changed"
    assert f'value="{payment_requests.link_of(request)}"' in page
    assert "The link is on its way to m•••@correo.test" in page
    assert "The time is kept until 07:20; without a payment it becomes free." in page
    assert '<div class="qr" role="img"' in page
    assert "style=" not in page


def test_who_has_no_email_is_handed_the_link_and_nothing_is_sent(desk, house):
    answer = desk.post(NEW, asked(house, make_client(), then="link"), headers=HTMX)

    assert PaymentRequest.objects.get().is_open
    assert mails() == 0
    assert "There is no email" in text(answer)


def test_whatsapp_is_written_in_the_clients_language_and_opens_without_telling_where_from(
    desk, house, mariana
):
    page = text(desk.post(NEW, asked(house, mariana, then="link"), headers=HTMX))

    link = re.search(r'<a class="btn" href="(https://wa\.me/[^"]+)"([^>]*)>', page)
    assert link[1].startswith("https://wa.me/573004561278?text=")
    assert re.fullmatch(r"https://wa\.me/\d+\?text=[A-Za-z0-9%._~-]+", link[1])
    assert "Hola%2C%20Mariana" in link[1]
    assert 'target="_blank" rel="noopener noreferrer"' in link[2]


def test_the_same_form_again_books_and_sends_once(desk, house, mariana):
    form = asked(house, mariana, then="link")

    first, second = (desk.post(NEW, form, headers=HTMX) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert (Appointment.objects.count(), PaymentRequest.objects.count(), mails()) == (1, 1, 1)


def test_friends_get_a_link_each(desk, house, mariana):
    second = make_staff(house.location)
    make_room(house.location, kind=house.room.kind)
    friend = {"g1-client": make_client(name="Luisa Páez").pk, "g1-service": house.massage.pk}
    form = asked(house, mariana, then="link", guests=2, open=0, **friend)

    page = text(desk.post(NEW, {**form, "g1-therapist": second.pk}, headers=HTMX))

    assert "Time kept for Mariana, Luisa" in page
    for request in PaymentRequest.objects.all():
        assert payment_requests.link_of(request) in page
    assert (PaymentRequest.objects.count(), mails()) == (2, 1)


def test_without_script_it_leads_to_a_page_with_the_link(desk, house, mariana):
    answer = desk.post(NEW, asked(house, mariana, then="link"))

    code = Appointment.objects.get().code
    assert answer["Location"] == f"/appointments/{code}/link/"
    assert payment_requests.link_of(PaymentRequest.objects.get()) in text(
        desk.get(answer["Location"])
    )


def test_booked_without_a_link_none_is_opened(desk, house, mariana):
    answer = desk.post(NEW, asked(house, mariana), headers=HTMX)

    assert "HX-Redirect" in answer
    assert not PaymentRequest.objects.exists()


def test_a_manager_who_asks_for_no_deposit_asks_for_no_link_either(client, house, mariana):
    client.force_login(worker("manager", house.location))

    client.post(NEW, asked(house, mariana, waive="regular", then="link"), headers=HTMX)

    assert Appointment.objects.get().status == "confirmed"
    assert not PaymentRequest.objects.exists()


def test_an_address_that_has_had_too_many_mails_is_named_and_nothing_is_booked(
    desk, house, mariana, monkeypatch
):
    monkeypatch.setattr(limits, "MAIL_TO", limits.Limit("mail_to", 0, limits.DAY))

    answer = desk.post(NEW, asked(house, mariana, then="link"), headers=HTMX)

    assert answer.status_code == 429
    assert "This was tried too often" in text(answer)
    assert fields(answer)["client"] == [str(mariana.pk)]
    assert not Appointment.objects.exists()


# -- The visit --------------------------------------------------------------------------------
def test_an_unpaid_visit_offers_to_send_its_link(desk, hold):
    page = panel(desk, hold)

    assert re.search(r'id="send-link">.*?</svg>Send</button>', page)
    assert 'id="show-link"' in page
    assert 'id="end-link"' not in page


def test_no_secret_stands_in_a_panel_until_it_is_asked_for(desk, hold):
    request = open_link(hold)

    assert payment_requests.link_of(request) not in panel(desk, hold)
    assert "/pay/" not in panel(desk, hold)


def test_it_is_sent_with_one_press_and_the_visit_says_so(desk, hold):
    answer = send(desk, hold)

    assert answer["HX-Trigger"] == "visit-changed"
    assert mails() == 1
    page = text(answer)
    assert "The email is on its way to m•••@correo.test" in page
    assert re.search(r'id="send-link">.*?</svg>Resend</button>', page)
    assert AuditLog.objects.filter(action="PAYMENT_LINK_SENT").count() == 1


def test_it_says_when_the_mail_left(desk, hold):
    send(desk, hold)
    OutboxMessage.objects.update(state="sent", sent_at=at(7, 4))

    assert "Sent to m•••@correo.test at 07:04" in panel(desk, hold)


def test_the_same_press_twice_sends_once(desk, hold):
    key = uuid4()

    for _time in range(2):
        assert send(desk, hold, request_id=key).status_code == 200

    assert mails() == 1


def test_a_fourth_mail_within_the_hour_is_refused_with_a_sentence(desk, hold):
    for _time in range(3):
        assert send(desk, hold).status_code == 200

    answer = send(desk, hold)

    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert "This was tried too often. Try again in 60 minutes" in text(answer)
    assert mails() == 3


def test_who_has_no_email_is_not_offered_a_mail_and_refused_if_it_is_asked_for(desk, house):
    visit = house.book(now=at(7), client=make_client())

    assert 'id="send-link"' not in panel(desk, visit)
    answer = send(desk, visit)

    assert answer.status_code == 422
    assert "The client has no email. Copy the link, or send it by WhatsApp." in text(answer)


def test_what_was_cancelled_meanwhile_is_not_asked_for(desk, hold):
    booking.cancel(appointment=hold, cancelled_by="client", now=at(7), actor=Actor())

    answer = send(desk, hold)

    assert answer.status_code == 422
    assert "There is nothing left to pay" in text(answer)


def test_the_link_is_shown_on_request_and_opened_by_it(desk, hold):
    answer = desk.post(f"/appointments/{hold.code}/link/", headers=HTMX)

    request = PaymentRequest.objects.get()
    assert payment_requests.link_of(request) in text(answer)
    assert answer["HX-Trigger"] == "visit-changed, panel-outdated"
    assert mails() == 0


def test_looking_opens_nothing(desk, hold):
    answer = desk.get(f"/appointments/{hold.code}/link/")

    assert answer["Location"].endswith(f"appointment={hold.code}")
    assert not PaymentRequest.objects.exists()


def test_a_link_that_cannot_be_says_why_in_its_dialog(desk, house, mariana):
    ask_for_deposits(percent=0)
    free = house.book(client=mariana)
    booking.cancel(appointment=free, cancelled_by="client", now=at(7), actor=Actor())

    answer = desk.post(f"/appointments/{free.code}/link/", headers=HTMX)

    assert answer.status_code == 422
    assert "There is nothing left to pay" in text(answer)


def test_a_link_is_ended_once_that_was_asked_about(desk, hold):
    open_link(hold)
    path = f"/appointments/{hold.code}/link/end/"

    assert "End this payment link?" in text(desk.post(path, {"version": 1}))
    assert PaymentRequest.objects.get().is_open
    answer = desk.post(path, {"version": 1}, headers=HTMX)

    assert PaymentRequest.objects.get().closed_reason == "ended"
    assert "The desk ended the link at 07:00" in text(answer)
    assert "Payment link ended" in text(answer)


def test_one_that_is_ended_already_is_refused_with_a_sentence(desk, hold):
    answer = desk.post(f"/appointments/{hold.code}/link/end/", {"version": 1}, headers=HTMX)

    assert answer.status_code == 422
    assert "This visit has no payment link any more" in text(answer)


def test_the_rest_of_a_confirmed_visit_can_be_asked_for(desk, house, mariana):
    ask_for_deposits(percent=0)
    visit = house.book(client=mariana)

    assert "Payment link $ 180.000" in panel(desk, visit)
    assert "$ 180.000 can be paid until 22 Nov at 07:00" in text(send(desk, visit))


def test_another_houses_visit_has_no_link(client, hold):
    client.force_login(worker("receptionist", make_location()))

    for step in ("", "send/", "end/"):
        assert client.post(f"/appointments/{hold.code}/link/{step}").status_code == 404


def test_a_therapist_sees_nothing_of_it(client, house, hold):
    therapist = worker("therapist", house.location)
    house.paola.user = therapist
    house.paola.save()
    client.force_login(therapist)

    assert "visit-link" not in panel(client, hold)


# -- What Wompi says --------------------------------------------------------------------------
def begin(request):
    return gateway.open_attempt(request=request, now=at(7, 2)).payment


def hear(*told, minute: int = 6):
    return gateway.settle(reference=told[0].reference, found=told, now=at(7, minute))


def test_a_payment_under_way_keeps_the_desk_from_asking_twice(desk, hold):
    hear(reported(begin(open_link(hold)), "PENDING"))

    page = panel(desk, hold)

    assert 'data-link="paying"' in page
    assert "Wompi is processing a payment" in page
    assert 'id="send-link"' not in page


def test_a_refusal_is_said_with_its_time_and_stands_in_the_history(desk, hold):
    hear(reported(begin(open_link(hold)), "DECLINED"))

    page = panel(desk, hold)

    assert "A payment was declined at 07:06. The client can try again." in page
    assert "Wompi declined a payment" in page


def test_an_approval_stands_in_the_history_as_wompis(desk, hold):
    hear(reported(begin(open_link(hold))))

    page = panel(desk, hold)

    assert "$ 72.000 was paid by link at 07:06." in page
    assert "Wompi approved $ 72.000" in page
    assert re.search(r"07:06 · Wompi</time>Wompi approved", page)


def test_the_history_says_who_sent_the_link(desk, hold):
    page = text(send(desk, hold))

    assert re.search(
        r"07:00 · [^<]+</time>Payment link sent to m•••@correo.test.*</time>Booked", page
    )


def test_a_hold_that_was_prolonged_says_that_wompi_was_away(desk, hold):
    booking.prolong_due(now=at(7, 59))

    assert "Wompi does not answer: kept until 08:59" in panel(desk, hold)


def test_who_asked_for_another_link_is_named_in_the_panel(desk, hold, monkeypatch):
    request = open_link(hold)
    payment_requests.ask_again(request=request, now=at(8, 30))
    monkeypatch.setattr("spa.clock.now", lambda: at(8, 31))

    assert "The client asked for another link at 08:30." in panel(desk, hold)


def test_the_panel_asks_as_many_questions_for_a_long_story(desk, hold, django_assert_num_queries):
    request = open_link(hold)
    hear(reported(begin(request), "DECLINED"))
    panel(desk, hold)
    with CaptureQueriesContext(connection) as one:
        panel(desk, hold)
    for minute in range(7, 10):
        hear(reported(begin(request), "DECLINED"), minute=minute)

    with django_assert_num_queries(len(one)):
        panel(desk, hold)


def test_the_panel_with_a_link_weighs_at_most_three_kilobytes(desk, hold):
    send(desk, hold)
    answer = desk.get(f"/appointments/{hold.code}/", headers=HTMX)

    assert len(gzip.compress(answer.content, 6)) <= 3 * 1024


def test_no_log_has_the_link(desk, hold, caplog):
    with caplog.at_level("DEBUG"):
        desk.post(f"/appointments/{hold.code}/link/", headers=HTMX)
        send(desk, hold)

    secret = payment_requests.link_of(PaymentRequest.objects.get()).rsplit("/pay/")[1]
    assert secret not in caplog.text
