"""What is paid ahead, and who comes together: booked, kept for a while, and charged."""

from contextlib import suppress
from datetime import timedelta

from e2e.hands import card
from e2e.screens.booking import choose_client
from e2e.screens.registry import screen, to
from spa import clock
from spa.models import Appointment, AppointmentStatus
from spa.services import booking
from spa.services.audit import Actor
from spa.services.booking import SlotTaken, Terms
from spa.services.slots import Member, Wanted
from tests.factories import BOGOTA, TODAY, ask_for_deposits, at, make_client


def unpaid(house) -> Appointment:
    """Return a visit that waits for its deposit: one that is there, or a new one."""
    ask_for_deposits()
    waiting = Appointment.objects.filter(
        location=house.location,
        status=AppointmentStatus.PENDING_PAYMENT,
        held_until__gt=clock.now(),
    )
    return waiting.order_by("starts_at", "pk").first() or booking.book_at(
        location=house.location,
        client=make_client(name="Luisa Fernanda Páez"),
        wanted=[Wanted(house.massage.pk, house.paola.pk)],
        starts_at=at(16),
        now=clock.now(),
        actor=Actor(),
        terms=Terms(keep_minutes=20),
    )


def friends(house) -> Appointment:
    """Return the first visit of two friends who come on one of the next days, unpaid."""
    wanted = [Wanted(house.massage.pk)]
    names = ("Luisa Fernanda Páez", "Valentina de los Ángeles Restrepo Uribe")
    members = [Member(make_client(name=name), wanted) for name in names]
    for days in range(1, 8):
        with suppress(SlotTaken):
            return booking.book_party_at(
                location=house.location,
                members=members,
                starts_at=at(15, day=TODAY + timedelta(days=days)),
                now=clock.now(),
                actor=Actor(),
            )[0]
    raise AssertionError("No two are free at three in the whole week.")


def look_at(page, visit) -> None:
    to(page, f"/calendar/{visit.starts_at.astimezone(BOGOTA):%Y-%m-%d}/")
    card(page, visit).first.click()
    page.wait_for_selector("#panel #appointment")


def open_charge(page, visit) -> None:
    look_at(page, visit)
    page.click("#panel [data-charge]")
    page.wait_for_selector('#charge [name="card_reference"]:focus')


@screen("a booking with its deposit")
def _(page, house):
    ask_for_deposits()
    page.keyboard.press("n")
    page.wait_for_selector("#client-search:focus")
    page.keyboard.type("Luisa Páez")
    page.click("#client-new")
    page.wait_for_selector("#new-phone:focus")
    page.keyboard.type("300 456 12 79")
    page.locator("#service-list .opt").first.click()
    page.locator('#new-times [name="start"]').last.check(force=True)  # far enough ahead
    page.wait_for_selector("#then")


@screen("a booking for two")
def _(page, house):
    choose_client(page, house)
    page.keyboard.press("Enter")
    page.wait_for_selector("#usual:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector('#usual[aria-pressed="true"]')
    page.click("#companion")
    page.wait_for_selector("#new-party .opt")
    page.locator("#service-list .opt").first.click()
    page.wait_for_selector("#new-sum .lines >> nth=2")


@screen("a visit that waits for its deposit")
def _(page, house):
    look_at(page, unpaid(house))
    page.wait_for_selector("#panel [data-keep]")


@screen("a charge of a deposit")
def _(page, house):
    open_charge(page, unpaid(house))
    page.check('#charge [name="part"][value="deposit"]', force=True)
    page.wait_for_selector("#charge-sum .total")


@screen("a charge for friends who come together")
def _(page, house):
    open_charge(page, friends(house))
    page.locator('#charge [name="together"]').first.check()
    page.wait_for_selector("#charge-sum .total >> nth=1")
