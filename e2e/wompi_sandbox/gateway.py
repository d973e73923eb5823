"""What the gateway knows and does: transactions are born, settled, found and voided."""

import contextlib
import random
import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from e2e.wompi_sandbox.catalogue import OF_A_PAYMENT, OF_A_VOID, OF_AN_EVENT
from e2e.wompi_sandbox.faults import Switchboard
from e2e.wompi_sandbox.log import Log
from e2e.wompi_sandbox.merchant import Merchant, Settings
from e2e.wompi_sandbox.post import Event, PostOffice
from e2e.wompi_sandbox.timetable import Clock, Timetable
from e2e.wompi_sandbox.transactions import (
    APPROVED,
    FAILED,
    MOVES,
    PENDING,
    VOIDED,
    Transaction,
)

PATIENCE = 30  # real seconds
NOBODY = {"id": "10042-1000000000-00001", "reference": "OTRA-000000-X"}


class ReferenceUsed(Exception):
    """A transaction with that reference exists, and this is no second try of it."""


class NoSuchMove(Exception):
    """A transaction cannot come to that status from where it is."""


@dataclass(frozen=True)
class Order:
    """What the merchant asked the payer to pay."""

    reference: str
    amount_in_cents: int
    currency: str = "COP"
    redirect_url: str = ""
    customer: dict = field(default_factory=dict)
    taxes: list = field(default_factory=list)


class Gateway:
    def __init__(
        self, *, merchant: Merchant, settings: Settings, clock: Clock, seed: int = 1
    ) -> None:
        self.merchant = merchant
        self.settings = settings
        self.first_settings = vars(settings).copy()
        self.clock = clock
        self.seed = seed
        self.timetable = Timetable(clock)
        self.log = Log(clock)
        self.faults = Switchboard()
        self.post = PostOffice(
            keys=merchant.keys, settings=settings, timetable=self.timetable, log=self.log
        )
        self.lock = threading.RLock()
        self._forget()

    def reset(self) -> None:
        """Become what it was at its start; what is under way ends first, and nothing follows."""
        self.faults.clear()
        self.timetable.clear()
        self.timetable.settle(PATIENCE)
        with self.lock:
            self.faults.clear()
            self.timetable.clear()
            self.settings.change(self.first_settings)
            self.post.clear()
            self.log.clear()
            self._forget()

    def _forget(self) -> None:
        self.transactions: dict[str, Transaction] = {}
        self.random = random.Random(self.seed)  # noqa: S311 - ids, nothing secret

    # -- Paying -------------------------------------------------------------------------------
    def pay(
        self, order: Order, *, method: str, outcome: str, second_try_of: str = "", wait: float = 0
    ) -> Transaction:
        """Begin a transaction; it comes to `outcome` at once, or after `wait` seconds.

        :raises ReferenceUsed: the reference is burned
        """
        with self.lock:
            is_free = not self.by_reference(order.reference)
            may = is_free or self.may_be_tried_again(order.reference, second_try_of)
            if not may and not self._struck({"page.allows_used_reference"}, order):
                raise ReferenceUsed
            transaction = self._begin(order, method)
        self.log.note("payment", id=transaction.id, reference=order.reference, outcome=outcome)
        if self._struck({"event.pending"}, order):
            self.announce(transaction, {"event.pending": {}})
        if outcome != PENDING and wait:
            self._settle_after(wait, transaction, outcome)
        elif outcome != PENDING:
            self.settle(transaction.id, outcome)
        return transaction

    def _struck(self, names: Collection[str], order: Order) -> dict[str, dict]:
        return self.faults.take(names, reference=order.reference)

    def _begin(self, order: Order, method: str) -> Transaction:
        wrong = self._struck(OF_A_PAYMENT, order)
        transaction = Transaction(
            id=self._new_id(),
            reference=wrong.get("payment.reference", {"value": order.reference})["value"],
            amount_in_cents=wrong.get("payment.amount", {"cents": order.amount_in_cents})["cents"],
            currency=wrong.get("payment.currency", {"value": order.currency})["value"],
            method=method,
            created_at=self.clock.now(),
            redirect_url=order.redirect_url or None,
            customer=order.customer,
            taxes=order.taxes,
        )
        self.transactions[transaction.id] = transaction
        return transaction

    def _new_id(self) -> str:
        while True:
            tail = f"{self.random.randrange(100_000):05d}"
            made = f"{self.merchant.number}-{int(self.clock.seconds())}-{tail}"
            if made not in self.transactions:
                return made

    def may_be_tried_again(self, reference: str, transaction_id: str) -> bool:
        """Say whether the payer may try again after this failure, three minutes long."""
        with self.lock:
            last = (self.by_reference(reference) or [None])[-1]
            if last is None or last.id != transaction_id or last.status not in FAILED:
                return False
            age = self.clock.now() - last.finalized_at
            return age.total_seconds() <= self.settings.reattempt_seconds

    # -- What follows -------------------------------------------------------------------------
    def settle(self, transaction_id: str, status: str) -> Transaction:
        """Bring a transaction to `status`, and tell the merchant.

        :raises KeyError: there is no such transaction
        :raises NoSuchMove: it is final already
        """
        with self.lock:
            transaction = self.transactions[transaction_id]
            if status not in MOVES.get(transaction.status, ()):
                raise NoSuchMove(f"{transaction.status} does not become {status}.")
            transaction.status = status
            transaction.finalized_at = transaction.finalized_at or self.clock.now()
            facts = {"reference": transaction.reference, "status": status}
            self.announce(transaction, self.faults.take(OF_AN_EVENT, **facts))
        return transaction

    def _settle_after(self, wait: float, transaction: Transaction, status: str) -> None:
        def settle() -> None:
            with contextlib.suppress(KeyError, NoSuchMove):  # somebody came before
                self.settle(transaction.id, status)

        self.timetable.after(wait, settle)

    def announce(self, transaction: Transaction, faults: dict[str, dict]) -> Event:
        """Send an event about a transaction, with these faults."""
        others = [one for one in self.transactions.values() if one.id != transaction.id]
        other = others[-1].as_json() if others else NOBODY
        return self.post.announce(transaction.as_json(), other=other, faults=faults)

    def void(self, transaction: Transaction) -> str | None:
        """Begin to annul an approved card payment; return why not, or None."""
        with self.lock:
            struck = self.faults.take(OF_A_VOID, reference=transaction.reference)
            why_not = self._why_no_void(transaction)
            if why_not or "void.refused" in struck:
                return why_not or "Original no Encontrado"
            transaction.is_being_voided = True
            if "void.never_settles" not in struck:
                later = {"seconds": self.settings.void_seconds}
                wait = struck.get("void.slow", later)["seconds"]
                self._settle_after(wait, transaction, VOIDED)
        return None

    def _why_no_void(self, transaction: Transaction) -> str | None:
        if transaction.status != APPROVED or transaction.is_being_voided:
            return "La transacción no está aprobada"
        if transaction.method != "CARD":
            return "El método de pago no admite anulaciones"
        age = (self.clock.now() - transaction.finalized_at).total_seconds()
        return "Original no Encontrado" if age > self.settings.void_window_seconds else None

    # -- Finding ------------------------------------------------------------------------------
    def by_reference(self, reference: str) -> list[Transaction]:
        with self.lock:
            return [one for one in self.transactions.values() if one.reference == reference]

    def all(self) -> list[Transaction]:
        with self.lock:
            return list(self.transactions.values())
