"""The one way to open a locked transaction (architecture §4: lock order, time-out, retry)."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg import errors as postgres

from spa.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")

# One repetition is enough: whoever is killed by a deadlock waits for the survivor next time.
WORTH_ANOTHER_TRY = (postgres.DeadlockDetected, postgres.SerializationFailure)


def locked_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Run a service function in a transaction that waits at most `LOCK_TIMEOUT` for a lock.

    Called inside another locked transaction it joins that one as a savepoint: time-out and
    retry belong to the outermost call only.

    :raises Busy: somebody else held a row for longer than that
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block and getattr(connection, "spa_locked", False):
            with transaction.atomic():
                return function(*args, **kwargs)
        try:
            return _run(function, *args, **kwargs)
        except OperationalError as error:
            if not isinstance(error.__cause__, WORTH_ANOTHER_TRY) or connection.in_atomic_block:
                raise
            return _run(function, *args, **kwargs)

    return wrapper


def _run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    connection.spa_locked = True
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{settings.LOCK_TIMEOUT}'")
            return function(*args, **kwargs)
    except OperationalError as error:
        if isinstance(error.__cause__, postgres.LockNotAvailable):
            raise Busy from error
        raise
    finally:
        connection.spa_locked = False
