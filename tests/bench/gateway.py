"""Payments by link: what an event costs that Wompi sends, what applying it does, and the page."""

import json
from collections.abc import Iterator
from datetime import timedelta

from django.test import Client as Browser

from frontdesk.supervisor.sandbox import DEMO_KEYS
from spa import clock
from spa.models import Appointment, AppointmentStatus, Payment
from spa.services import gateway, payment_requests
from spa.services.audit import SYSTEM
from spa.wompi import signatures
from spa.wompi.answers import Status, Transaction
from tests.bench import places
from tests.bench.dataset import Spa
from tests.bench.measure import WARM_UP, Figure, Options, bench, statements, timed
from tests.bench.pages import KB, kilobytes, statics

EVENTS, APPROVALS = 60, 40
SIGNED = ["transaction.id", "transaction.status", "transaction.amount_in_cents"]
SECONDS = 1796000000


@bench("webhook")
def webhook(options: Options) -> Iterator[Figure]:
    with places.fresh():
        spa = Spa.read(options.now)
        attempts = [begin(visit) for visit in waiting(spa)]
        wompi = Browser(SERVER_NAME="localhost")

        def tell(number: int) -> None:
            answer = wompi.post("/webhooks/wompi/", event(attempts[0], number), "application/json")
            assert answer.status_code == 200

        yield Figure(
            "webhook", "webhook, valid approval: the view", "ms", timed(tell, times=EVENTS), 15
        )
        with statements() as sent:
            tell(EVENTS + WARM_UP)
        yield Figure("webhook.queries", "… queries", "queries", [len(sent)])

        def apply(number: int) -> None:
            one = approved(attempts[1 + number])
            gateway.settle(reference=one.reference, found=[one], now=clock.now())

        yield Figure(
            "webhook.applied", "… an approval applied", "ms", timed(apply, times=APPROVALS)
        )


@bench("pay-page")
def pay_page(options: Options) -> Iterator[Figure]:
    with places.fresh():
        spa = Spa.read(options.now)
        attempt = begin(waiting(spa)[0])
        phone = Browser(SERVER_NAME="localhost")
        path = "/pay/" + payment_requests.link_of(attempt.request).rsplit("/pay/")[1]
        page = phone.get(path).content
        # A limit of sixty a minute counts these as well.
        samples = timed(lambda _number: phone.get(path), times=30)
        yield Figure("pay-page", "page of a payment link", "ms", samples)
        with statements() as sent:
            phone.get(path)
        yield Figure("pay-page.queries", "… queries", "queries", [len(sent)], 8)
        weight = kilobytes(page) + sum(statics(page.decode()))
        yield Figure("pay-page.weight", "… gzip, with CSS and JS", "KB", [weight], 25)
        assert len(page) > KB


def waiting(spa: Spa) -> list[Appointment]:
    """Return visits ahead that can be paid by link, one for each approval."""
    ahead = Appointment.objects.filter(
        status=AppointmentStatus.CONFIRMED, starts_at__gte=spa.at(0, 0) + timedelta(days=1)
    )
    return list(ahead.order_by("pk")[: 1 + WARM_UP + APPROVALS])


def begin(visit: Appointment) -> Payment:
    request = payment_requests.open_request(appointment=visit, now=clock.now(), actor=SYSTEM)
    return gateway.open_attempt(request=request, now=clock.now()).payment


def event(payment: Payment, number: int) -> bytes:
    """Return a well-signed event of a transaction that was not told of before."""
    data = {
        "transaction": {
            "id": f"10042-{SECONDS}-{number:05d}",
            "status": "APPROVED",
            "amount_in_cents": payment.amount_cents,
            "reference": payment.reference,
            "currency": "COP",
        }
    }
    texts = signatures.covered(SIGNED, data)
    secret = DEMO_KEYS["WOMPI_EVENTS_SECRET"]
    checksum = signatures.event_checksum(texts, timestamp=SECONDS, secret=secret)
    return json.dumps(
        {
            "event": "transaction.updated",
            "data": data,
            "timestamp": SECONDS,
            "signature": {"checksum": checksum, "properties": SIGNED},
            "environment": "test",
        }
    ).encode()


def approved(payment: Payment) -> Transaction:
    return Transaction(
        transaction_id=f"10042-{SECONDS}-{payment.pk}",
        reference=payment.reference,
        status=Status.APPROVED,
        amount_in_cents=payment.amount_cents,
        currency="COP",
        method="CARD",
        created_at=clock.now(),
    )
