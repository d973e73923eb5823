"""Back from Wompi: the state, and nothing that pays or tells of her (SEC-26, SEC-33)."""

import re
from datetime import timedelta

import pytest
from django_q.models import OrmQ

from spa.models import Payment
from tests.frontdesk.pay_states import STATES, Link, begun, held
from tests.frontdesk.test_pay import open_link, text  # noqa: F401 — a fixture
from tests.spa.gateway.links import fresh, reported


@pytest.fixture
def back(open_link):  # noqa: F811
    """Come back with a link, at its moment or another."""

    def back(link: Link, *, now=None, query: str = "", **fields):
        return open_link(Link(link.request, now or link.now), link.return_path + query, **fields)

    return back


def state(page) -> str:
    return re.search(r'data-state="([a-z_]+)-', text(page))[1]


TOLD = {
    "began": "checking",
    "processing": "processing",
    "declined": "declined",
    "checking": "checking",
    "paid": "paid",
    "given_back": "given_back",
    "credit": "credit",
    "credit of a cancelled visit": "credit",
    "balance that is paid": "paid",
}


@pytest.mark.parametrize("name", TOLD)
def test_who_is_back_reads_what_became_of_it(world, back, name):
    page = back(STATES[name](world))

    assert (page.status_code, state(page)) == (200, TOLD[name])


@pytest.mark.parametrize("name", TOLD)
def test_it_holds_no_link_that_pays_and_nothing_of_her(world, back, name):
    link = STATES[name](world)

    page = text(back(link))

    assert "/pay/" not in page
    assert "<form" not in page
    for marker in (link.token, "Mariana", "Masaje", "Paola", "Calle 61", "noviembre", "$"):
        assert marker not in page


@pytest.mark.parametrize("query", ["", "?id=10042-1-99999&env=test", "?id=%00&env=prod"])
def test_what_is_not_decided_is_asked_about_at_once_whatever_the_address_says(world, back, query):
    _visit, payment = begun(world)
    waiting = OrmQ.objects.count()

    page = back(Link(payment.request), query=query)

    assert page.status_code == 200
    assert OrmQ.objects.count() == waiting + 1
    assert OrmQ.objects.latest("pk").func() == "tasks.gateway.look"


def test_wompi_is_asked_every_five_seconds_at_most(world, back):
    _visit, payment = begun(world)
    link, waiting = Link(payment.request), OrmQ.objects.count()

    for seconds in range(5):
        back(link, now=link.now + timedelta(seconds=seconds))
    assert OrmQ.objects.count() == waiting + 1


@pytest.mark.parametrize("name", ["declined", "paid", "credit", "given_back"])
def test_what_is_decided_is_asked_about_no_more(world, back, name):
    link, waiting = STATES[name](world), OrmQ.objects.count()

    back(link)

    assert OrmQ.objects.count() == waiting


def test_the_page_learns_of_the_approval(world, back):
    _visit, payment = begun(world)
    link = Link(payment.request)
    page = back(link)
    mark = re.search(r'data-state="([^"]+)"', text(page))[1]

    assert 'data-poll="5"' in text(page)
    assert back(link, headers={"Pay-State": mark}).status_code == 204
    world.hear(reported(payment))
    news = back(link, headers={"Pay-State": mark})
    assert (news.status_code, state(news)) == (200, "paid")


def test_a_day_after_the_last_attempt_it_is_gone(world, back):
    _visit, payment = begun(world)
    link = Link(payment.request)

    assert back(link, now=payment.at + timedelta(hours=23, minutes=59)).status_code == 200
    assert back(link, now=payment.at + timedelta(hours=24)).status_code == 404


def test_who_never_began_cannot_be_back(world, back):
    assert back(held(world)).status_code == 404


def test_nothing_of_the_attempt_changes_but_when_it_is_asked_about(world, back):
    _visit, payment = begun(world)

    back(Link(payment.request))

    changed = [
        field.name
        for field in Payment._meta.fields
        if getattr(fresh(payment), field.name) != getattr(payment, field.name)
    ]
    assert changed == ["look_at"]
