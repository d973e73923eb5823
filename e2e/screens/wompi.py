"""What came through Wompi: money without a home, alerts, a payment that can be annulled."""

from django.test import override_settings

from e2e.screens.deposits import unpaid
from e2e.screens.registry import as_worker, screen, to
from spa import clock
from spa.models import Appointment, GatewayTransaction, Payment
from spa.services import gateway, payment_requests
from spa.services.audit import Actor
from spa.services.gateway import void
from tests.spa.gateway.links import reported
from tests.spa.wompi.gateway import KEYS

WITH_KEYS = override_settings(
    WOMPI_PUBLIC_KEY=KEYS.public,
    WOMPI_PRIVATE_KEY=KEYS.private,
    WOMPI_EVENTS_SECRET=KEYS.events[0],
    WOMPI_INTEGRITY_SECRET=KEYS.integrity,
)


def begin(visit: Appointment) -> Payment:
    """Return the attempt of a client who opened her link and pressed its button."""
    now = clock.now()
    with WITH_KEYS:
        request = payment_requests.open_request(appointment=visit, now=now, actor=Actor())
        return gateway.open_attempt(request=request, now=now).payment


def report(*told) -> None:
    for one in told:
        gateway.settle(reference=one.reference, found=[one], now=clock.now())


def money_without_home(house) -> GatewayTransaction:
    """Have another amount than asked for come, and some of which nobody knows."""
    homeless = GatewayTransaction.objects.homeless()
    if not homeless.exists():
        payment, now = begin(unpaid(house)), clock.now()
        report(
            reported(payment, cents=payment.amount_cents - 5_000_50, created_at=now),
            reported(reference="PEDIDO-DE-OTRA-TIENDA", cents=48_000_00, created_at=now),
            reported(reference="SUSCRIPCION-3301", cents=25_00, currency="USD", created_at=now),
        )
    return homeless.filter(payment__isnull=False).earliest("pk")


def paid_by_card(house) -> Payment:
    payment = begin(house.visit)
    report(reported(payment, created_at=clock.now()))
    return Payment.objects.get(pk=payment.pk)


@screen("money to look at")
def _(page, house):
    as_worker(page, house, "manager", "Ángela Rojas")
    money_without_home(house)
    to(page, "/payments/unapplied/")
    page.wait_for_selector("#unapplied-list table")


@screen("money that is decided about")
def _(page, house):
    to(page, f"/payments/unapplied/{money_without_home(house).pk}/")
    page.fill("#credit_q", house.mariana.name)
    page.wait_for_selector(f'#credit-clients [value="{house.mariana.pk}"]')


@screen("money that cannot be decided about like this")
def _(page, house):
    to(page, f"/payments/unapplied/{money_without_home(house).pk}/")
    page.fill("#apply_code", "BR-99999")
    page.fill("#apply_note", "Foto del comprobante")
    page.click('form[action*="/apply/"] .primary')  # refused: there is no such visit
    page.wait_for_selector("#apply_code_error")


@screen("money, before it pays a visit")
def _(page, house):
    row = money_without_home(house)
    to(page, f"/payments/unapplied/{row.pk}/")
    page.check(f'#unapplied-one [value="{row.payment.appointment}"]')
    page.fill("#apply_note", "Foto del comprobante")
    page.click('form[action*="/apply/"] .primary')
    page.wait_for_selector('[name="confirmed"]')


@screen("money that was decided about")
def _(page, house):
    row = GatewayTransaction.objects.homeless().filter(payment=None).earliest("pk")
    decided = {"now": clock.now(), "actor": Actor()}
    gateway.record_refund(transaction=row, note="Transferencia 4711", **decided)
    to(page, "/payments/unapplied/?show=resolved")
    page.wait_for_selector("#unapplied-list table")


@screen("alerts")
def _(page, house):
    to(page, "/payments/alerts/")
    page.wait_for_selector("#alerts .alert")


@screen("a payment that Wompi can annul")
def _(page, house):
    to(page, f"/payments/{paid_by_card(house).code}/")
    page.wait_for_selector('form[action*="/annul/"]')


@screen("a payment that Wompi is asked to annul")
def _(page, house):
    payment = Payment.objects.filter(method="wompi", state="approved").latest("pk")
    void.ask(payment=payment, now=clock.now(), actor=Actor())
    to(page, f"/payments/{payment.code}/")
    page.wait_for_selector("#void-asked")
