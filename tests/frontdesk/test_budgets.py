"""What the open day may cost (architecture §8): queries, and bytes on the wire."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import at
from tests.frontdesk.busy_day import make_busy_day
from tests.frontdesk.people import worker
from tests.spa.gateway.links import with_keys

DAY = "/calendar/2026-11-19/"
KB = 1024


@pytest.fixture
def desk(client, db, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(8))
    client.force_login(worker("receptionist", make_busy_day()))
    return client


def weight(content: bytes) -> int:
    return len(gzip.compress(content, 6))


def statics(page: str) -> list[str]:
    """Return the names of the page's own stylesheets and scripts."""
    return re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)


def test_a_full_day_has_all_its_cards(desk):
    page = desk.get(DAY).content.decode()

    assert page.count("data-appointment=") == 120
    assert page.count("data-staff=") == 10


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_a_full_day_costs_at_most_twelve_queries(desk, headers, django_assert_max_num_queries):
    desk.get(DAY)

    with django_assert_max_num_queries(12):
        desk.get(DAY, headers=headers)


def test_an_empty_day_costs_as_many_queries_as_a_full_one(desk):
    with CaptureQueriesContext(connection) as empty:
        desk.get("/calendar/2026-11-26/")
    with CaptureQueriesContext(connection) as full:
        desk.get(DAY)

    assert len(full) == len(empty)


@pytest.mark.parametrize("by_link", [False, True], ids=["without Wompi", "with Wompi"])
def test_the_first_load_weighs_at_most_fifty_kilobytes(desk, settings, by_link):
    if by_link:
        with_keys(settings)
    page = desk.get(DAY).content
    files = [finders.find(name) for name in statics(page.decode())]

    total = weight(page)
    for file in files:
        with open(file, "rb") as content:
            total += weight(content.read())

    assert len(files) > 5
    assert total <= 50 * KB, f"{total / KB:.1f} KB"


def test_the_days_fragment_weighs_at_most_twelve_kilobytes(desk):
    fragment = desk.get(DAY, headers={"HX-Request": "true"}).content

    assert b"<!doctype" not in fragment
    assert weight(fragment) <= 12 * KB, f"{weight(fragment) / KB:.1f} KB"


def test_a_visit_in_the_panel_weighs_at_most_three_kilobytes(desk):
    code = re.search(r'data-appointment="([^"]+)"', desk.get(DAY).content.decode())[1]
    panel = desk.get(f"/appointments/{code}/", headers={"HX-Request": "true"}).content

    assert weight(panel) <= 3 * KB, f"{weight(panel) / KB:.1f} KB"
