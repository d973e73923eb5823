"""Holding a lock of money open, or leaving it out, for the tests of who waits for whom."""

from django.db import models

from spa.services import verification
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock


def while_the_first_is_open(first, second, *, table: str):
    """Run `second` against an open `first`; return its thread once it has waited for a lock."""
    with open_transaction():
        first()
        thread = Thread(second)
        thread.start()
        waiting = wait_until_somebody_waits_for_a_lock()
    assert f'"{table}"' in waiting or f" {table}" in waiting
    return thread


def unlocked(monkeypatch, *querysets):
    """Let these querysets read without a lock."""
    for queryset in querysets:
        monkeypatch.setattr(queryset, "locked", lambda self: self.order_by("pk"))


def clean() -> bool:
    return list(verification.findings()) == []


def nothing_locks(monkeypatch, *querysets):
    """Let no row be locked at all."""
    unlocked(monkeypatch, *querysets)
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, **_how: self)


def beside_an_open(first, second):
    """Run `second` to its end while `first` is still open: it waits for nothing."""
    with open_transaction():
        first()
        thread = Thread(second)
        thread.start()
        thread.join()
    return thread.outcome()
