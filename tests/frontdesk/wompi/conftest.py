"""A manager at her screens, and a till whose visits are paid by link; the books are checked."""

import pytest

from spa.postgres.checks import check_now
from spa.services import verification
from tests.factories import at
from tests.frontdesk.people import worker
from tests.spa.gateway.links import Links, reported, row_of, with_keys
from tests.spa.money.till import Till

NOON = at(12)


@pytest.fixture
def links(db, settings):
    with_keys(settings)
    yield Links(Till())
    check_now()
    assert list(verification.findings()) == []


@pytest.fixture
def boss(client, links, monkeypatch, settings):
    """Return the browser of a manager of the house, at noon, in English."""
    monkeypatch.setattr("spa.clock.now", lambda: NOON)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(worker("manager", links.till.location, name="Ángela Rojas"))
    return client


@pytest.fixture
def wrong(links):
    """Return 71.999,50 pesos that came for a deposit of 72.000, and the visit that waits."""
    visit, payment = links.hold(minutes=12 * 60, hour=18)
    told = reported(payment, cents=71_999_50)
    links.hear(told)
    return row_of(told), visit


@pytest.fixture
def stray(links):
    """Return 50.000 pesos of which no payment of ours knows."""
    told = reported(reference="SOMEBODY-ELSES", cents=50_000_00)
    links.hear(told)
    return row_of(told)
