"""Paying by link at the desk: booked with, handed over, in the panel, in the list."""

from django.conf import settings

from e2e.hands import card
from e2e.screens.deposits import look_at, unpaid
from e2e.screens.registry import screen, to
from spa import clock
from spa.models import Client, SpaPolicy
from spa.services import gateway, payment_requests
from spa.services.audit import Actor
from tests.factories import ask_for_deposits
from tests.spa.gateway.links import reported, with_keys


def waiting(house):
    """Return an unpaid visit whose client has an email, in a house with a gateway."""
    with_keys(settings)
    visit = unpaid(house)
    Client.objects.filter(pk=visit.client_id).update(email="luisa@correo.test")
    visit.client.refresh_from_db()
    return visit


def ask(visit):
    return payment_requests.open_request(appointment=visit, now=clock.now(), actor=Actor())


@screen("a booking with a link")
def _(page, house):
    with_keys(settings)
    ask_for_deposits()
    SpaPolicy.objects.update(no_deposit_within_hours=0)
    Client.objects.filter(pk=house.mariana.pk).update(email="mariana@correo.test")
    to(page, "/")
    page.keyboard.press("n")
    page.wait_for_selector("#client-search:focus")
    page.keyboard.type("mariana")
    page.wait_for_selector('#new-clients [role="option"][aria-selected="true"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#usual:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector('#book[value="link"]')


@screen("a link to hand over")
def _(page, house):
    look_at(page, waiting(house))
    page.click("#show-link")
    page.wait_for_selector("#links .qr")


@screen("a visit whose link was sent")
def _(page, house):
    visit = waiting(house)
    look_at(page, visit)
    page.click("#send-link")
    page.wait_for_selector('[data-link="leaving"]')


@screen("a visit whose payment is under way")
def _(page, house):
    visit = waiting(house)
    payment = gateway.open_attempt(request=ask(visit), now=clock.now()).payment
    told = reported(payment, "PENDING")
    gateway.settle(reference=payment.reference, found=[told], now=clock.now())
    look_at(page, visit)
    page.wait_for_selector('[data-link="paying"]')
    card(page, visit).first.wait_for()


@screen("payment links")
def _(page, house):
    visit = waiting(house)
    request = ask(visit)
    payment_requests.end(appointment=visit, now=clock.now(), actor=Actor())
    payment_requests.ask_again(request=request, now=clock.now())
    to(page, "/payments/links/")
    page.wait_for_selector("#link-list table")
