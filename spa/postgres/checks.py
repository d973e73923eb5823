"""Firing the deferred checks before the end of a transaction."""

from django.db import connection

# Every trigger and constraint that waits for the commit; the slot constraints do not.
DEFERRED = (
    *("item_agrees", "appointment_agrees"),
    *("consent_goes_with_its_client", "change_goes_with_its_appointment"),
    *("journal_entry_balances", "journal_line_balances"),
    *("appointment_agrees_with_journal", "item_agrees_with_journal"),
    *("line_agrees_with_its_visit", "credit_agrees_with_journal", "line_agrees_with_credit"),
    *("movement_agrees_with_journal", "session_agrees_with_journal"),
    *("line_agrees_with_its_drawer", "transaction_has_a_receipt_of_its_own"),
)


def check_now() -> None:
    """Run all deferred checks now, so that an error points at the line that caused it.

    Use this and never Django's `check_constraints()` inside a transaction: that one leaves the
    slot constraints deferred, and from there on a clash is no longer refused at its INSERT.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS {', '.join(DEFERRED)} DEFERRED"
        )
