"""Fixtures of every test. PostgreSQL is real; each xdist worker has a database of its own."""

import pytest

from tests.flush import let_flush_through


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let a flush through in every test database."""
    let_flush_through(django_db_blocker)
