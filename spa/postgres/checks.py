"""Firing the deferred checks before the end of a transaction."""

from django.db import connection


def check_now() -> None:
    """Run all deferred checks now, so that an error points at the line that caused it.

    Use this and never Django's `check_constraints()` inside a transaction: that one leaves the
    slot constraints deferred, and from there on a clash is no longer refused at its INSERT.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE;"
            " SET CONSTRAINTS item_agrees, appointment_agrees,"
            " consent_goes_with_its_client, change_goes_with_its_appointment DEFERRED"
        )
