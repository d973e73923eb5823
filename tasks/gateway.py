"""Asking Wompi, outside of any transaction: what an event announced, what is in flight (§6.7)."""

import time
from collections.abc import Callable

from spa import clock
from spa.errors import Busy
from spa.services import gateway
from spa.services.gateway import void as voids
from spa.wompi import keys
from spa.wompi.client import Client
from spa.wompi.errors import GatewayError, GatewayUnavailable
from tasks.jobs import job

# A run ends well before django-q2 ends it; what is left has its turn in the next one.
SECONDS = 40
AT_ONCE = 20


@job
def read(transaction_id: str) -> int:
    """Read a transaction that an event announced, and do what follows; return 1 if it was read.

    When Wompi does not answer, the event's row is the net: `reconcile` comes back to it.
    """
    return _unless_away(_read, transaction_id)


@job
def look(reference: str) -> int:
    """Ask about one attempt at once, because its payer is back; return how many it had."""
    return _unless_away(_look, reference)


@job
def void(transaction_id: str) -> int:
    """Ask Wompi to annul a card payment; what became of it is read afterwards."""
    client = Client.from_settings()
    try:
        answer = client.void(transaction_id)
    except GatewayError:
        answer = None
    voids.answered(gateway_id=transaction_id, answer=answer, now=clock.now())
    return int(answer is not None and answer.is_accepted)


@job
def reconcile() -> int:
    """Ask about what is due: attempts by reference, announced transactions by id; return how many.

    Ends at once while the breaker is open; nothing of what was due is lost by that.
    """
    if not keys.are_set():
        return 0
    client, until, done = Client.from_settings(), time.monotonic() + SECONDS, 0
    for claim, ask in ((gateway.claim_events, _read), (gateway.claim_references, _look)):
        while time.monotonic() < until and (due := claim(now=clock.now(), most=AT_ONCE)):
            for name in due:
                try:
                    done += ask(client, name)
                except GatewayUnavailable:
                    return done
                except (GatewayError, Busy):  # it has its turn again; the others do not wait
                    continue
    return done


def _unless_away(ask: Callable[[Client, str], int], name: str) -> int:
    """Ask, and leave it to `reconcile` if Wompi is away, or somebody holds the visit.

    A task that fails would come back too.
    """
    try:
        return ask(Client.from_settings(), name)
    except (GatewayError, Busy):
        return 0


def _read(client: Client, transaction_id: str) -> int:
    asked_at = clock.now()
    told = client.transaction(transaction_id)
    if told is not None:
        gateway.settle(reference=told.reference, found=[told], now=clock.now(), is_all=False)
    gateway.mark_read(transaction_id=transaction_id, told=told, now=clock.now(), asked_at=asked_at)
    return int(told is not None)


def _look(client: Client, reference: str) -> int:
    found = client.transactions_of(reference)
    gateway.settle(reference=reference, found=found, now=clock.now())
    return len(found)
