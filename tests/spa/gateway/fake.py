"""Wompi in memory: what it holds, what it would answer the client, what it would send as events.

It plays by Wompi's rules: an id is of one reference for ever, an outcome is final, an approval
may be annulled. Every state that a transaction has had is kept, for news that comes late.
"""

from copy import copy
from dataclasses import replace
from datetime import datetime

from spa.wompi.answers import Status, Transaction, VoidAnswer
from spa.wompi.errors import GatewayTimeout, GatewayUnavailable
from spa.wompi.events import Announcement

FINAL = {Status.APPROVED, Status.DECLINED, Status.ERROR, Status.VOIDED}


class FakeWompi:
    def __init__(self) -> None:
        self.is_left_alone = False  # the breaker is open: nothing is asked
        self.is_away = False
        self.by_id: dict[str, Transaction] = {}
        self.versions: dict[str, list[Transaction]] = {}
        self.events: list[Transaction] = []  # on their way to us
        self.believed: dict[str, str] = {}  # the state that we have had of each, when last looked

    def copy(self) -> "FakeWompi":
        """Return another that goes its own way from here."""
        twin = copy(self)
        twin.by_id, twin.events = dict(self.by_id), list(self.events)
        twin.believed = dict(self.believed)
        twin.versions = {key: list(versions) for key, versions in self.versions.items()}
        return twin

    # -- What happens at Wompi ----------------------------------------------------------------
    def begin(
        self,
        reference: str,
        cents: int,
        *,
        now: datetime,
        currency: str = "COP",
        status: Status = Status.PENDING,
    ) -> Transaction:
        """Let a payer choose how to pay."""
        return self._keep(
            Transaction(
                transaction_id=f"10042-1796000000-{len(self.by_id) + 1:05d}",
                reference=reference,
                status=status,
                amount_in_cents=cents,
                currency=currency,
                method="CARD",
                created_at=now,
                body={"customer_email": "payer@example.test"},
            )
        )

    def become(self, transaction_id: str, status: Status) -> Transaction:
        """Let a transaction come to an end, or its money go back."""
        one = self.by_id[transaction_id]
        assert status in FINAL
        assert (one.status, status) == (Status.APPROVED, Status.VOIDED) or one.status not in FINAL
        return self._keep(replace(one, status=status))

    def _keep(self, one: Transaction) -> Transaction:
        self.by_id[one.transaction_id] = one
        self.versions.setdefault(one.transaction_id, []).append(one)
        if one.status in FINAL:
            self.events.append(one)
        return one

    # -- What is seen of it -------------------------------------------------------------------
    def all(self, *statuses: Status) -> list[Transaction]:
        """Return the transactions in these states, or all, in the order of their beginning."""
        return [one for one in self.by_id.values() if not statuses or one.status in statuses]

    def received_cents(self, *ids: str) -> int:
        """Return what these transactions, or all, have brought: whole pesos, half up."""
        return sum(
            (one.amount_in_cents + 50) // 100 * 100
            for one in self.all(Status.APPROVED)
            if one.currency == "COP" and (not ids or one.transaction_id in ids)
        )

    # -- What the client of `spa/wompi/client.py` would say -------------------------------------
    def transaction(self, transaction_id: str) -> Transaction | None:
        self._answer()
        return self.by_id.get(transaction_id)

    def transactions_of(self, reference: str) -> tuple[Transaction, ...]:
        self._answer()
        return tuple(one for one in self.by_id.values() if one.reference == reference)

    def void(self, transaction_id: str) -> VoidAnswer:
        self._answer()
        is_approved = self.by_id[transaction_id].status == Status.APPROVED
        if is_approved:
            self.become(transaction_id, Status.VOIDED)
        return VoidAnswer(is_approved, "" if is_approved else "it is not approved")

    def _answer(self) -> None:
        if self.is_left_alone:
            raise GatewayUnavailable
        if self.is_away:
            raise GatewayTimeout


def announcement(one: Transaction, *, reference: str = "") -> Announcement:
    """Return the event of a transaction; its reference is not signed and may be another."""
    return Announcement(
        transaction_id=one.transaction_id,
        status=one.status.value,
        amount_in_cents=one.amount_in_cents,
        reference=reference or one.reference,
        currency=one.currency,
        timestamp=int(one.created_at.timestamp()),
        body={},
    )
