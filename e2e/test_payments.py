"""A payment that was entered wrongly is taken back, and the desk goes on."""

from e2e.spa_house import make_worker
from spa.models import Payment
from tests.factories import at
from tests.tills import pay


def test_a_payment_is_taken_back_and_the_page_still_works(open_desk, house, live_server):
    make_worker(house.location, "manager", "angela@spa.test", name="Ángela Rojas")
    pay(house.visit, now=at(9))
    payment = Payment.objects.latest("pk")
    page = open_desk("angela@spa.test")
    page.goto(f"{live_server.url}/payments/{payment.code}/")
    page.on("dialog", lambda dialog: dialog.accept())

    page.click('form[action*="/take-back/"] button')
    page.wait_for_selector("#toasts [role=status]")
    page.wait_for_load_state()
    page.keyboard.press("n")

    page.wait_for_selector("dialog[open] #client-search")
    payment.refresh_from_db()
    assert payment.state == "voided"
