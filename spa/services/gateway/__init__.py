"""Payments by link: begun, reported by Wompi, decided, posted, reconciled (`docs/payments.md`).

Above booking and payments, which do not know it. Nothing here calls Wompi: `tasks/gateway.py`
does, outside of transactions, and brings what it heard to `settle`.
"""

from spa.services.gateway.attempts import CannotPay, Opened, open_attempt
from spa.services.gateway.decide import decide, is_in_flight
from spa.services.gateway.events import Received, mark_read, receive
from spa.services.gateway.looks import claim_events, claim_references, hurry
from spa.services.gateway.settle import Settled, settle
from spa.services.gateway.unapplied import apply, asked_of, give_as_credit, record_refund

__all__ = [
    "CannotPay",
    "Opened",
    "Received",
    "Settled",
    "apply",
    "asked_of",
    "claim_events",
    "claim_references",
    "decide",
    "give_as_credit",
    "hurry",
    "is_in_flight",
    "mark_read",
    "open_attempt",
    "receive",
    "record_refund",
    "settle",
]
