"""Clients, the search, and pages with nothing but a word of what is wrong."""

from django.test import RequestFactory

from e2e.screens.registry import screen, to
from frontdesk.views.errors import server_error
from spa.models import Appointment


@screen("the clients")
def _(page, house):
    to(page, "/clients/")


@screen("a client")
def _(page, house):
    to(page, f"/clients/{house.mariana.pk}/")


@screen("a client that is edited")
def _(page, house):
    to(page, f"/clients/{house.mariana.pk}/edit/")


@screen("a client that is new")
def _(page, house):
    to(page, "/clients/new/")
    page.click("main form .primary")  # refused: it is empty
    page.wait_for_selector("main [aria-invalid='true'], main [role=alert]")


@screen("what was found")
def _(page, house):
    to(page, "/")
    page.fill("#search", house.mariana.name)
    page.wait_for_selector('#search-list [role="option"]')


@screen("what was found, on its page")
def _(page, house):
    to(page, "/")
    page.fill("#search", house.visit.code)
    page.evaluate("document.getElementById('search-box').submit()")
    page.wait_for_selector("#search-page .opt")


@screen("a refusal")
def _(page, house):
    done = Appointment.objects.filter(status="completed").latest("pk")
    to(page, f"/appointments/{done.code}/move/")
    page.wait_for_selector("main [data-code]")


@screen("nothing at this address")
def _(page, house):
    to(page, "/nothing/")
    page.wait_for_selector(".error-page")


@screen("something is broken")
def _(page, house):
    broken = server_error(RequestFactory().get("/broken/"))
    answer = {"status": broken.status_code, "body": broken.content.decode()}
    page.route("**/broken/", lambda route: route.fulfill(content_type="text/html", **answer))
    to(page, "/broken/")
    page.wait_for_selector(".error-page")
