"""Telling "the database is away" from every other trouble with it."""

from django.db import InterfaceError, OperationalError

# SQLSTATE: shut down by an administrator, by a crash, starting up, database dropped, idle too
# long (session, transaction), too many connections. Class 08 are connection exceptions.
AWAY = {"57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "53300"}


def connection_was_lost(error: BaseException | None) -> bool:
    """Say whether `error` means that no connection could be made, or that it broke.

    A lock time-out, a deadlock or a cancelled statement is none of that: the server answered.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    # The client library has no code for what the server could not say any more.
    return state is None or state.startswith("08") or state in AWAY
