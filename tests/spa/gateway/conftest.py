"""A till whose visits can be paid by link; what it left is checked against the books."""

import pytest

from spa.postgres.checks import check_now
from spa.services import verification
from tests.spa.gateway.links import Links, with_keys
from tests.spa.money.till import Till


@pytest.fixture
def links(db, settings):
    with_keys(settings)
    yield Links(Till())
    check_now()
    assert list(verification.findings()) == []
