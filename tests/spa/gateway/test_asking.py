"""Asking by link: at the booking and from the desk, and what the client asks for again (§6.1)."""

from datetime import timedelta
from uuid import uuid4

from spa.models import AuditLog, OutboxMessage, PaymentRequest
from spa.services import booking, payment_requests
from spa.services.audit import Actor
from spa.services.booking import Terms
from tests.factories import TODAY, ask_for_deposits, at, make_client
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import fresh

LINK = Terms(link=True)


def book(links, client, **fields):
    ask_for_deposits()
    house = links.till.house
    return house.book(
        client=client, call=booking.book_at, starts_at=at(16), now=at(7), terms=LINK, **fields
    )


def mails():
    return OutboxMessage.objects.filter(kind="PAYMENT_LINK").count()


def sent():
    return AuditLog.objects.filter(action="PAYMENT_LINK_SENT").count()


def test_a_booking_by_link_sends_it_and_says_so_in_the_log(links):
    visit = book(links, make_client(email="mariana@example.test"))

    assert PaymentRequest.objects.get().appointment == visit.code
    assert (mails(), sent()) == (1, 1)


def test_who_has_no_email_gets_a_link_that_nobody_sent(links):
    book(links, make_client())

    assert PaymentRequest.objects.get().is_open
    assert (mails(), sent()) == (0, 0)


def test_who_owes_no_deposit_is_not_asked_for_the_whole_visit(links):
    vip = make_client(email="vip@example.test", vip_until=TODAY + timedelta(days=90))

    assert book(links, vip).status == "confirmed"
    assert not PaymentRequest.objects.exists()
    assert (mails(), sent()) == (0, 0)


def test_a_link_that_is_given_again_is_no_longer_asked_for(links):
    visit, payment = links.hold()
    request = payment.request
    asked = at(7, 25)  # its hold ended at twenty past
    assert payment_requests.ask_again(request=request, now=asked)
    booking.keep(
        appointment=fresh(visit), minutes=60, now=at(7, 26), actor=Actor(request_id=uuid4())
    )

    again = payment_requests.open_request(appointment=fresh(visit), now=at(7, 27), actor=DESK)

    assert (again.pk, again.asked_again_at) == (request.pk, None)
