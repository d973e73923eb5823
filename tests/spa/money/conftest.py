"""A till for each test of money; what it left is checked against the books when it ends."""

import pytest

from spa.postgres.checks import check_now
from spa.services import verification
from tests.spa.money.till import Till


@pytest.fixture
def till(db):
    yield Till()
    check_now()
    assert list(verification.findings()) == []
