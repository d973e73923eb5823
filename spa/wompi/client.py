"""What we ask of Wompi: read a transaction or those of a reference, void one, who we are there.

Every call goes through the breaker, outside of any transaction, and is counted. A read is tried
twice; a void once, because nobody knows what became of one that was not answered: read the
transaction then.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TypeVar

from django.db import connection

from spa.models import GatewayKey
from spa.wompi import figures, keys, transport
from spa.wompi.answers import (
    Merchant,
    Transaction,
    VoidAnswer,
    kind_of_error,
    merchant_in,
    transaction_in,
    transactions_in,
    void_in,
)
from spa.wompi.breaker import SharedBreaker
from spa.wompi.errors import (
    GatewayError,
    GatewayFailed,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnavailable,
    InsideTransaction,
)
from spa.wompi.events import REFERENCE, TRANSACTION_ID
from spa.wompi.reading import Unreadable

A = TypeVar("A")
log = logging.getLogger(__name__)

READS = 2  # how often a read is tried
BEFORE_READING_AGAIN = 0.3  # seconds
OVERLOADED = {408, 429}  # the two 4xx that speak of the gateway and not of the question


@dataclass(frozen=True, slots=True)
class Client:
    """Wompi, asked with the keys of one environment.

    Each method may raise `GatewayTimeout`, `GatewayFailed`, `GatewayUnavailable` (not sent at
    all), `GatewayRefused` (Wompi says no) and, a fault of the caller, `InsideTransaction`.
    """

    keys: keys.Keys
    breaker: SharedBreaker = field(default_factory=SharedBreaker)

    @classmethod
    def from_settings(cls) -> Self:
        """Return a client with this installation's keys.

        :raises ImproperlyConfigured: it has none, or wrong ones
        """
        return cls(keys.load())

    def transaction(self, transaction_id: str) -> Transaction | None:
        """Return a transaction as it is now; None, if Wompi knows none of that id."""
        _check(TRANSACTION_ID.fullmatch(transaction_id), "an id that Wompi never gives")
        try:
            return self._read(
                f"/transactions/{transaction_id}",
                lambda answer: transaction_in(answer, transaction_id=transaction_id),
            )
        except GatewayRefused as refusal:
            if refusal.facts["status"] == 404:
                return None
            raise

    def transactions_of(self, reference: str) -> tuple[Transaction, ...]:
        """Return all transactions of a reference, in no order. None yet does not mean unpaid."""
        _check(REFERENCE.fullmatch(reference), "no reference")
        return self._read(
            "/transactions",
            lambda answer: transactions_in(answer, reference=reference),
            reference=reference,
        )

    def void(self, transaction_id: str) -> VoidAnswer:
        """Ask for a card payment to be annulled, whole. Only a later read tells that it was."""
        _check(TRANSACTION_ID.fullmatch(transaction_id), "an id that Wompi never gives")
        return self._call(
            "POST",
            f"/transactions/{transaction_id}/void",
            lambda answer: void_in(answer, transaction_id=transaction_id),
        )

    def merchant(self) -> Merchant:
        """Return who we are at Wompi, by the public key: also proves that the key is good."""
        return self._read("/merchants/info", lambda answer: merchant_in(answer, self.keys.public))

    def _read(self, path: str, understand: Callable[[bytes], A], **parameters: str) -> A:
        for _ in range(READS - 1):
            try:
                return self._call("GET", path, understand, **parameters)
            except GatewayRefused:
                raise
            except (GatewayTimeout, GatewayFailed):
                time.sleep(BEFORE_READING_AGAIN)
        return self._call("GET", path, understand, **parameters)

    def _call(
        self, method: str, path: str, understand: Callable[[bytes], A], **parameters: str
    ) -> A:
        if connection.in_atomic_block:
            raise InsideTransaction("Wompi is asked outside of transactions only.")

        def send() -> A:
            url, headers = self.keys.api_url + path, self._headers(path)
            return _answer(*transport.exchange(method, url, headers, **parameters), understand)

        key = GatewayKey.PUBLIC if _is_public(path) else GatewayKey.PRIVATE
        began = time.monotonic()
        try:
            answer = self.breaker.call(send)
        except GatewayError as error:
            took = time.monotonic() - began
            log.warning(
                "Wompi, %s: %s %s after %.1f s",
                *(method, error.internal_code, error.facts.get("status", ""), took),
            )
            if not isinstance(error, GatewayUnavailable):  # that was not sent
                figures.count(key, seconds=took, error=error)
            raise
        figures.count(key, seconds=time.monotonic() - began)
        return answer

    def _headers(self, path: str) -> dict[str, str]:
        if _is_public(path):
            return {"x-merchant-public-key": self.keys.public}
        return {"Authorization": f"Bearer {self.keys.private}"}


def _answer(status: int, body: bytes, understand: Callable[[bytes], A]) -> A:
    if 400 <= status < 500 and status not in OVERLOADED:
        raise GatewayRefused(status=status, kind=kind_of_error(body))
    if status not in (200, 201):
        raise GatewayFailed(status=status)
    try:
        return understand(body)
    except Unreadable:
        raise GatewayFailed(status=status) from None


def _is_public(path: str) -> bool:
    """Say whether the public key is shown for it."""
    return path.startswith("/merchants/")


def _check(is_so: object, otherwise: str) -> None:
    if not is_so:
        raise ValueError(otherwise)
