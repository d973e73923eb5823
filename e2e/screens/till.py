"""Money: a charge, its receipt, the payments, the drawers."""

from e2e.hands import card
from e2e.screens.registry import as_worker, screen, to
from spa.models import Appointment, CashReason, Payment, User
from spa.services import cash, payments
from spa.services.audit import Actor
from spa.services.payments import Tender
from tests.factories import TODAY, at
from tests.tills import open_drawer


def charge_in_cash(house) -> Payment:
    """Have the receptionist take cash for the visit, with a tip that somebody is to get."""
    actor = Actor(user=User.objects.get(email="marcela@spa.test"))
    due, tip = Appointment.objects.get(pk=house.visit.pk).balance_cents, 10_000_00
    done = payments.charge(
        appointment=house.visit,
        tenders=[Tender("cash", due + tip)],
        tips={house.paola.pk: tip},
        now=at(9, 45),
        actor=actor,
    )
    return done.payments[0]


@screen("a charge that is refused")
def _(page, house):
    card(page, house.visit).click()
    page.click("#panel [data-charge]")
    page.wait_for_selector('#charge [name="card_reference"]:focus')
    page.click('#charge [name="rest"][value="cash"]')
    page.keyboard.press("Control+Enter")  # she has no drawer open
    page.wait_for_selector("#charge #problem")


@screen("a receipt")
def _(page, house):
    done = Appointment.objects.filter(status="completed").earliest("pk")
    to(page, f"/appointments/{done.code}/receipt/")


@screen("no drawer to open")
def _(page, house):
    to(page, "/cash/")
    page.wait_for_selector("#open-title")


@screen("a drawer that is open, and counted")
def _(page, house):
    open_drawer(house.location, User.objects.get(email="marcela@spa.test"), now=at(9))
    charge_in_cash(house)
    to(page, "/cash/")
    page.fill('[name="count_50000"]', "7")
    page.click('[name="add_up"]')
    page.wait_for_selector(".total[role=status]")


@screen("cash that cannot be moved")
def _(page, house):
    to(page, "/cash/")
    page.click('form[action*="/cash/move/"] button')  # refused: it is empty
    page.wait_for_selector("main [aria-invalid='true'], main [role=alert]")


@screen("the payments")
def _(page, house):
    to(page, "/payments/")
    page.wait_for_selector("#payment-table table")


@screen("no payments")
def _(page, house):
    to(page, "/payments/?day=2026-11-01")
    page.wait_for_selector("#payment-list")


@screen("a payment")
def _(page, house):
    to(page, f"/payments/{Payment.objects.latest('pk').code}/")


@screen("a payment that is given back")
def _(page, house):
    as_worker(page, house, "manager", "Ángela Rojas")
    to(page, f"/payments/{Payment.objects.latest('pk').code}/")
    page.click('form[action*="/give-back/"] .primary')  # refused: it does not say how much
    page.wait_for_selector("main [role=alert], main [aria-invalid='true']")


@screen("the drawers of a day")
def _(page, house):
    """The drawer lacks as much as was taken out by hand, which may be why."""
    user = User.objects.get(email="marcela@spa.test")
    with_it = {"session": user.cash_sessions.get(), "now": at(9, 48), "actor": Actor(user=user)}
    cash.move_by_hand(cents=-50_000_00, reason=CashReason.SUPPLIES, **with_it)
    left = (cash.in_drawer(with_it["session"]) - 50_000_00) // 100
    cash.close_session(counts={50: left // 50}, **with_it)
    to(page, f"/cash/{TODAY}/")
    page.wait_for_selector(".causes")
