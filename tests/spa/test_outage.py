import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from psycopg import errors as postgres

from spa.postgres.outage import connection_was_lost


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        caused(OperationalError(), postgres.OperationalError("connection refused")),
        caused(OperationalError(), postgres.AdminShutdown()),
        caused(OperationalError(), postgres.CannotConnectNow()),
        caused(OperationalError(), postgres.TooManyConnections()),
        caused(OperationalError(), postgres.ConnectionFailure()),
        InterfaceError("connection already closed"),
    ],
)
def test_a_broken_conversation_is_a_lost_connection(error):
    assert connection_was_lost(error)


@pytest.mark.parametrize(
    "error",
    [
        caused(OperationalError(), postgres.LockNotAvailable()),
        caused(OperationalError(), postgres.DeadlockDetected()),
        caused(OperationalError(), postgres.QueryCanceled()),
        caused(IntegrityError(), postgres.UniqueViolation()),
        ValueError(),
        None,
    ],
)
def test_a_server_that_answered_is_not_lost(error):
    assert not connection_was_lost(error)
