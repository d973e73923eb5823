"""`docs/journal.md` tells of every event and every account that the code knows, and of no other."""

import re
from pathlib import Path

import pytest

from spa.models import Account, JournalEvent

TABLE = (Path(__file__).parents[3] / "docs" / "journal.md").read_text()
ROWS = [line for line in TABLE.splitlines() if line.startswith("| `")]
# Nothing posts to them yet: there are no vouchers or memberships.
TO_COME = {"gift_vouchers", "prepaid_sessions", "membership_revenue"}


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_table_has_a_line_for_each_event_in_their_order():
    assert [cells(row)[0].strip("`") for row in ROWS] == JournalEvent.values


def test_the_table_names_accounts_that_there_are_and_all_that_are_used():
    named = {word for row in ROWS for word in re.findall(r"`(\w+)`", row)} - set(
        JournalEvent.values
    )

    assert named == set(Account.values) - TO_COME


@pytest.mark.parametrize("row", ROWS, ids=lambda row: cells(row)[0].strip("`"))
def test_each_example_sums_to_zero(row):
    example = cells(row)[-1].split(":")[-1]

    amounts = [
        int((sign + figure).replace("−", "-").replace(".", ""))
        for sign, figure in re.findall(r"`\w+` (−?)([\d.]+)", example)
    ]
    assert len(amounts) > 1
    assert sum(amounts) == 0
