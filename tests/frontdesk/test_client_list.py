"""The list of clients: filters and pages in the address, words never."""

import re
from datetime import timedelta

import pytest

from spa.models import AppointmentStatus, Client
from spa.services import clients
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, at, make_client, make_location
from tests.frontdesk.people import worker
from tests.names import names

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client, visit, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(8))
    client.force_login(worker("receptionist", visit.location))
    return client


def write_clients(number):
    Client.objects.bulk_create(
        Client(
            name=name,
            phone=f"+5731{each:08d}",
            created_at=NOW - timedelta(days=each),
            vip_until=TODAY if each % 10 == 0 else None,
        )
        for each, name in enumerate(names(number))
    )


def shown(answer):
    return re.findall(r'class="b who" href="/clients/\d+/">([^<]+)<', answer.content.decode())


def test_the_list_is_in_order_of_names_whatever_their_accents(desk):
    for name in ("Óscar Ruiz", "oriana Páez", "Ana Zapata"):
        make_client(name=name)

    assert shown(desk.get("/clients/")) == [
        "Ana Zapata",
        "Mariana Echeverri",
        "oriana Páez",
        "Óscar Ruiz",
    ]


def test_it_goes_on_in_pages_that_keep_filter_and_order(desk):
    write_clients(300)

    page = desk.get("/clients/?vip=1&sort=-name&page=2").content.decode()

    assert "26–30 " in page
    assert 'aria-current="page">2</a>' in page
    assert re.search(r'href="\?[^"]*vip=1[^"]*"[^>]*rel="prev"', page)
    assert re.search(r'href="\?[^"]*sort=-name[^"]*"[^>]*rel="prev"', page)


def test_the_sorted_column_says_so_and_how(desk):
    up = desk.get("/clients/").content.decode()
    down = desk.get("/clients/?sort=-name").content.decode()

    assert up.count("aria-sort") == down.count("aria-sort") == 1
    assert re.search(r'<th scope="col"[^>]*aria-sort="ascending">', up)
    assert re.search(r'<th scope="col"[^>]*aria-sort="descending">', down)


@pytest.mark.parametrize("sort", ["-created_at", "created_at"])
def test_the_newest_can_come_first_or_last(desk, sort):
    write_clients(30)
    first = Client.objects.order_by(sort, sort.replace("created_at", "pk"))[0]

    assert shown(desk.get(f"/clients/?sort={sort}"))[0] == first.name


@pytest.mark.parametrize(
    "query",
    [
        "sort=phone",
        "sort=nothing",
        "page=0",
        "page=x",
        "page=9999999999999",
        "vip=2",
        "vip=",
        "q=x",
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_out_of_account(desk, query):
    answer = desk.get(f"/clients/?{query}")

    assert answer.status_code == 200
    assert shown(answer) == ["Mariana Echeverri"]


def test_each_filter_leaves_those_it_names(desk, visit):
    vip = make_client(name="Vip", vip_until=TODAY)
    make_client(name="Was Vip", vip_until=TODAY - timedelta(days=1))
    blocked = make_client(name="Blocked")
    clients.flag(client=blocked, reason="Trató mal a Paola", now=NOW, actor=Actor())
    visit.status, visit.closed_at = AppointmentStatus.COMPLETED, NOW
    visit.before_the_books = True
    visit.save()

    assert shown(desk.get("/clients/?vip=1")) == [vip.name]
    assert shown(desk.get("/clients/?blocked=1")) == [blocked.name]
    assert visit.client.name not in shown(desk.get("/clients/?first=1"))
    assert len(shown(desk.get("/clients/?first=1"))) == 3
    assert shown(desk.get("/clients/?vip=1&blocked=1")) == []


def test_words_are_posted_and_the_filters_stay(desk):
    make_client(name="Mariana Vip", vip_until=TODAY)

    both = desk.post("/clients/", {"q": "mariana"}, headers=HTMX)
    vip = desk.post("/clients/", {"q": "mariana", "vip": "1"}, headers=HTMX)

    assert sorted(shown(both)) == ["Mariana Echeverri", "Mariana Vip"]
    assert shown(vip) == ["Mariana Vip"]
    assert "q=" not in vip.content.decode().replace("/clients/?", "")
    assert 'name="vip" value="1" form="client-search"' in vip.content.decode()


def test_the_search_works_as_a_plain_form_too(desk):
    page = desk.post("/clients/", {"q": "echeverry"})

    assert b"<!doctype html>" in page.content
    assert shown(page) == ["Mariana Echeverri"]


def test_htmx_gets_the_list_alone(desk):
    fragment = desk.get("/clients/", headers=HTMX).content.decode()

    assert "<!doctype" not in fragment
    assert fragment.count('id="client-list"') == 1


def test_nobody_found_is_said(desk):
    page = desk.post("/clients/", {"q": "zzzz"}, headers=HTMX).content.decode()

    assert "<table" not in page
    assert 'class="card empty"' in page


def test_a_row_says_when_she_comes_next_as_far_as_the_user_sees_it(client, desk, visit):
    assert "10:00" in desk.get("/clients/").content.decode()

    client.force_login(worker("receptionist", make_location()))
    assert "10:00" not in client.get("/clients/").content.decode()


def test_who_has_an_alert_is_not_told_by_the_list(desk, visit):
    before = shown(desk.get("/clients/?alert=1")), desk.get("/clients/").content.count(b"alert")
    clients.set_alert(
        client=visit.client, text="alergia: látex", consent_by="desk", now=NOW, actor=Actor()
    )

    page = desk.get("/clients/").content
    assert "látex" not in page.decode()
    assert (shown(desk.get("/clients/?alert=1")), page.count(b"alert")) == before


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("therapist", 403),
        ("nobody", 403),
        ("receptionist", 200),
        ("manager", 200),
        ("administrator", 200),
    ],
)
def test_who_sees_the_list(client, visit, role, status):
    client.force_login(worker(role, visit.location))

    assert client.get("/clients/").status_code == status


def test_a_page_costs_at_most_twelve_queries_and_the_same_for_many(
    desk, django_assert_max_num_queries
):
    desk.get("/clients/")
    write_clients(300)

    with django_assert_max_num_queries(12):
        desk.get("/clients/?vip=1")
    with django_assert_max_num_queries(12):
        desk.post("/clients/", {"q": "mariana"})
