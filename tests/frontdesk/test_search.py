"""The search in the bar: whom and what it finds, for whom, and what it never says."""

import pytest

from spa.services import clients
from spa.services.audit import Actor
from tests.factories import NOW, at, make_client, make_location, make_user
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client, visit, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(8))
    client.force_login(worker("receptionist", visit.location))
    return client


def search(client, text, **headers):
    return client.post("/search/", {"q": text}, headers=headers or HTMX)


def test_a_name_typed_wrong_leads_to_the_client(desk, visit):
    page = search(desk, "echeverry marianna").content.decode()

    assert f'href="/clients/{visit.client.pk}/"' in page
    assert 'role="option"' in page


def test_the_words_are_in_no_address(desk):
    page = search(desk, "mariana").content.decode()

    assert "?q=" not in page
    assert "hx-push-url" not in page


def test_an_address_with_the_words_works_as_well(desk, visit):
    page = desk.get("/search/", {"q": "mariana"}).content.decode()

    assert "<!doctype html>" in page
    assert f'href="/clients/{visit.client.pk}/"' in page


@pytest.mark.parametrize("form", ["{}", " {} ", "br {}", "br-{}", "BR–{}", "br{}"])
def test_a_code_leads_to_its_day_with_the_visit_open(desk, visit, form):
    digits = visit.code.removeprefix("BR-")

    page = search(desk, form.format(digits)).content.decode()

    address = f"/calendar/2026-11-19/?location={visit.location.pk}&amp;appointment={visit.code}"
    assert address in page


def test_a_visit_elsewhere_is_not_found_but_its_client_is(client, visit):
    client.force_login(worker("receptionist", make_location()))

    assert visit.code not in search(client, visit.code).content.decode()
    page = search(client, "mariana").content.decode()
    assert f"/clients/{visit.client.pk}/" in page
    assert "10:00" not in page


def test_a_result_says_when_she_comes_next_and_what_must_be_known(desk, visit):
    someone = make_client(name="Mariana Zapata", vip_until=NOW.date())
    clients.set_alert(
        client=someone, text="alergia: látex", consent_by="desk", now=NOW, actor=Actor()
    )
    clients.flag(client=someone, reason="Trató mal a Paola", now=NOW, actor=Actor())

    page = search(desk, "mariana").content.decode()

    assert "10:00" in page
    assert page.count('class="badge"') == 2  # VIP and the block; her health is nobody's find
    assert "látex" not in page
    assert "Paola" not in page


@pytest.mark.parametrize("text", ["", " ", "%", "zzzz", "x" * 100_000, "\x00", "<script>", "🌸"])
def test_what_fits_nobody_finds_nobody(desk, text):
    answer = search(desk, text)

    assert answer.status_code == 200
    assert 'role="option"' not in answer.content.decode()


def test_a_hostile_name_is_shown_as_text(desk):
    make_client(name='Ana &lt;b&gt; "><img src=x>')

    page = search(desk, "ana").content.decode()

    assert "<img" not in page
    assert "Ana &amp;lt;b&amp;gt; &quot;&gt;&lt;img src=x&gt;" in page


@pytest.mark.parametrize("role", ["therapist", "nobody"])
def test_who_may_not_see_clients_may_not_search_them(client, visit, role):
    client.force_login(worker(role, visit.location))

    assert search(client, "mariana").status_code == 403
    assert 'id="search"' not in client.get("/").content.decode()


def test_who_is_not_logged_in_is_sent_to_the_log_in(client):
    assert client.post("/search/", {"q": "mariana"})["Location"].startswith("/login/")


def test_a_user_without_locations_finds_clients_but_no_visits(client, visit):
    user = make_user()
    user.groups.set(worker("receptionist", visit.location).groups.all())
    client.force_login(user)

    assert visit.code not in search(client, visit.code).content.decode()


def test_a_search_costs_at_most_eight_queries(desk, django_assert_max_num_queries):
    for number in range(10):
        make_client(name=f"Mariana Ruiz {number}")

    with django_assert_max_num_queries(8):
        search(desk, "mariana")


def test_the_bar_holds_the_search(desk):
    page = desk.get("/calendar/2026-11-19/").content.decode()

    assert 'id="search"' in page
    assert 'aria-keyshortcuts="/"' in page
