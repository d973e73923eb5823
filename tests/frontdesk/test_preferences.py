"""What a user sets for herself: it is hers on every computer, and nobody else's on this one."""

import pytest

from tests.factories import make_location
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def marcela(client):
    user = worker("receptionist", make_location())
    client.force_login(user)
    return user


def theme_of(client):
    page = client.get("/").content.decode()
    return page.split('data-theme="', 1)[1].split('"', 1)[0]


def test_the_theme_is_the_systems_until_she_chooses_one(client, marcela):
    assert theme_of(client) == "system"

    assert client.post("/theme/", {"theme": "dark"})["Location"] == "/"

    assert theme_of(client) == "dark"
    assert "theme" not in client.cookies


def test_to_htmx_a_theme_is_kept_without_a_page(client, marcela):
    answer = client.post("/theme/", {"theme": "light"}, headers={"HX-Request": "true"})

    marcela.refresh_from_db()
    assert (answer.status_code, marcela.theme) == (204, "light")


def test_the_theme_of_one_user_is_not_the_next_ones(client, marcela):
    client.post("/theme/", {"theme": "dark"})
    client.logout()
    client.force_login(worker("receptionist", marcela.locations.get()))

    assert theme_of(client) == "system"


@pytest.mark.parametrize("sent", [{}, {"theme": "sepia"}, {"theme": ["light", "dark"]}], ids=str)
def test_a_theme_that_nobody_drew_is_refused(client, marcela, sent):
    assert client.post("/theme/", sent).status_code == 400
    assert theme_of(client) == "system"


def test_a_theme_cookie_of_an_older_version_says_nothing(client, marcela):
    client.cookies["theme"] = "dark"

    assert theme_of(client) == "system"
