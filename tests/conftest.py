"""Fixtures of every test. PostgreSQL is real; each xdist worker has a database of its own."""

from tests.flush import sweep_instead_of_flush

sweep_instead_of_flush()
