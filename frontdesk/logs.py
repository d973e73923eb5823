"""How a line of the log is written: where it failed, never with whose data (SEC-34).

PostgreSQL quotes the row that it refuses ("DETAIL: Failing row contains (Ana, …)"), so of a
database error only its type, SQLSTATE and constraint are told.
"""

import copy
import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

from django.db import Error as DjangoDatabaseError
from psycopg import Error as DriverError

DATABASE_ERRORS = (DjangoDatabaseError, DriverError)
TRACEBACK = "Traceback (most recent call last)"


class Line(logging.Formatter):
    """A formatter that shows the frames of an exception, and what of its message is safe."""

    def format(self, record: logging.LogRecord) -> str:
        # What another handler made of the exception is kept in the record: start afresh.
        record = copy.copy(record)
        record.exc_text = None
        if request := getattr(record, "request", None):
            record.args = tuple(
                _route(request) if one == request.path else one for one in _args(record)
            )
        message = record.getMessage()
        if TRACEBACK in message:
            # django-q2 writes the whole error of a task into its line; our own names its type.
            record.msg, record.args = message.splitlines()[0].split(" - ")[0], ()
        return super().format(record)

    def formatException(  # noqa: N802 — as logging calls it
        self, exc_info: tuple[type[BaseException], BaseException, TracebackType | None]
    ) -> str:
        chain = list(_chain(exc_info[1]))
        # Whoever wraps a database error may have quoted it.
        quiet = any(isinstance(error, DATABASE_ERRORS) for error in chain)
        return "\n".join(_told(error, quiet=quiet) for error in reversed(chain))


def _args(record: logging.LogRecord) -> tuple:
    return record.args if isinstance(record.args, tuple) else ()


def _route(request: object) -> str:
    match = getattr(request, "resolver_match", None)
    return match.route if match else "(no route)"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what it came from, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException, *, quiet: bool) -> str:
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{TRACEBACK}:\n{frames}{_summary(error, quiet=quiet)}"


def _summary(error: BaseException, *, quiet: bool) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if not quiet:
        return f"{name}: {error}"
    # Django's errors carry the driver's as their cause.
    driver = error if isinstance(error, DriverError) else error.__cause__
    if not isinstance(driver, DriverError):
        return name
    facts = [f"SQLSTATE {driver.sqlstate or 'unknown'}"]
    if driver.diag.constraint_name:
        facts.append(f"constraint {driver.diag.constraint_name}")
    return f"{name} ({', '.join(facts)})"
