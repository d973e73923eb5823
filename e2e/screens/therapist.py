"""What a therapist sees."""

from e2e.hands import card
from e2e.screens.registry import as_worker, screen, to
from spa.models import StaffMember, User


@screen("a therapist's own day")
def _(page, house):
    as_worker(page, house, "therapist", "Paola Rincón")
    user = User.objects.get(email="therapist@spa.test")
    StaffMember.objects.filter(pk=house.paola.pk).update(user=user)
    to(page, "/")
    card(page, house.visit).click()
    page.wait_for_selector("#panel #appointment")


@screen("health notes")
def _(page, house):
    card(page, house.visit).click()
    page.click('#panel form[action*="/health/"] button')
    page.wait_for_selector('#panel [name="note"]')


@screen("no right to this")
def _(page, house):
    to(page, "/check-in/")
    page.wait_for_selector(".error-page")
