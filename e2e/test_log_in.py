"""A receptionist logs in and sees her day; the wrong password is explained."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from e2e.axe import serious
from tests.factories import make_location, make_staff, make_user

PASSWORD = "una clave larga y propia"  # noqa: S105


@pytest.fixture
def desk(transactional_db):
    location = make_location()
    make_staff(location)
    user = make_user(email="marcela@spa.test", password=PASSWORD)
    user.locations.add(location)
    user.groups.add(Group.objects.get(name="receptionist"))
    return user


def log_in(page, live_server, password):
    page.goto(live_server.url)
    page.fill("#login", "marcela@spa.test")
    page.fill("#password", password)
    page.keyboard.press("Enter")


def test_she_logs_in_and_sees_the_day(page, live_server, desk):
    problems = []
    page.on("console", lambda message: problems.append(message.text))

    log_in(page, live_server, PASSWORD)
    page.wait_for_selector("#day")

    assert page.locator("[data-staff]").count() == 1
    assert serious(page) == []
    assert problems == []


def test_before_the_log_in_the_systems_theme_holds_and_after_it_her_own(page, live_server, desk):
    scheme = "getComputedStyle(document.body).backgroundColor"
    page.goto(live_server.url)
    light = page.evaluate(scheme)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(scheme) != light
    log_in(page, live_server, PASSWORD)
    page.wait_for_selector("#day")

    dark = page.evaluate(scheme)
    page.click(".av.user")
    with page.expect_response("**/theme/*"):
        page.click('#user-menu label:has([value="light"])')
    at_once = page.evaluate(scheme)
    page.reload()

    assert at_once == page.evaluate(scheme) != dark
    cookies = {cookie["name"] for cookie in page.context.cookies()}
    assert cookies <= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert page.evaluate("localStorage.length") == 0


def test_a_wrong_password_is_explained_and_the_email_stays(page, live_server, desk):
    log_in(page, live_server, "otra cosa")

    page.wait_for_selector("#login-error")
    assert page.input_value("#login") == "marcela@spa.test"
    assert serious(page) == []
