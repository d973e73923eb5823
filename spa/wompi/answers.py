"""What Wompi's answers say, taken apart into values that the rest of the product can trust.

Only what every answer has is demanded; what is unknown or beside the point is passed over.
"""

import logging
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from spa.wompi.events import CURRENCY, REFERENCE, STATUS, TRANSACTION_ID
from spa.wompi.reading import Unreadable, cents_of, json_object, object_of, text_of

log = logging.getLogger(__name__)

DEEPEST = 20
_METHOD = re.compile(r"[A-Z0-9_]{1,40}", re.ASCII)
_KIND = re.compile(r"[A-Z_]{1,40}", re.ASCII)
_NAME = re.compile(r".{1,255}")


class Status(StrEnum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    ERROR = "ERROR"
    VOIDED = "VOIDED"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction as Wompi reported it when it was asked with the private key."""

    transaction_id: str
    reference: str
    status: Status
    amount_in_cents: int
    currency: str
    method: str  # CARD, NEQUI, PSE, …; empty where none is chosen yet
    created_at: datetime
    # Wompi's own words to a person; and all of the answer, which names the payer.
    status_message: str = field(default="", repr=False)
    body: dict = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class VoidAnswer:
    """Whether Wompi took up a void. Taken up, the transaction turns `VOIDED` a little later."""

    is_accepted: bool
    message: str = field(repr=False)  # why not, in Wompi's words


@dataclass(frozen=True, slots=True)
class Merchant:
    name: str
    is_active: bool
    methods: tuple[str, ...]


def transaction_in(answer: bytes, *, transaction_id: str) -> Transaction:
    """Return the transaction of that id.

    :raises Unreadable: the answer has another form, or is about another transaction
    """
    found = _transaction(object_of(_answer(answer), "data"))
    if found.transaction_id != transaction_id:
        raise Unreadable("another transaction")
    return found


def transactions_in(answer: bytes, *, reference: str) -> tuple[Transaction, ...]:
    """Return the transactions of that reference, in the order given.

    :raises Unreadable: the answer has another form, or one is of another reference
    """
    rows = _answer(answer).get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("no list of transactions")
    found = tuple(_transaction(row) for row in rows)
    if any(one.reference != reference for one in found):
        raise Unreadable("another reference")
    return found


def void_in(answer: bytes, *, transaction_id: str) -> VoidAnswer:
    """Return what came of a void. The outer status is the void's, not the transaction's.

    :raises Unreadable: the answer has another form, or is about another transaction
    """
    data = object_of(_answer(answer), "data")
    transaction = data.get("transaction")
    if isinstance(transaction, dict) and transaction.get("id", transaction_id) != transaction_id:
        raise Unreadable("another transaction")
    is_accepted = text_of(data, "status", STATUS) == Status.APPROVED
    return VoidAnswer(is_accepted, _message(data))


def merchant_in(answer: bytes, public_key: str) -> Merchant:
    """Return the merchant of that key.

    :raises Unreadable: the answer has another form, or is about another merchant
    """
    data = object_of(_answer(answer), "data")
    if data.get("public_key") != public_key:
        raise Unreadable("another merchant")
    methods = data.get("accepted_payment_methods")
    known = methods if isinstance(methods, list) else []
    return Merchant(
        name=text_of(data, "name", _NAME),
        is_active=data.get("active") is True,
        methods=tuple(one for one in known if isinstance(one, str) and _METHOD.fullmatch(one)),
    )


def kind_of_error(answer: bytes) -> str:
    """Return the type that an error names, or nothing. Its reason may quote a key: left alone."""
    try:
        return text_of(object_of(_answer(answer), "error"), "type", _KIND)
    except Unreadable:
        return ""


def _answer(answer: bytes) -> dict:
    return json_object(answer, deepest=DEEPEST)


def _transaction(row: dict) -> Transaction:
    method = row.get("payment_method_type")
    return Transaction(
        transaction_id=text_of(row, "id", TRANSACTION_ID),
        reference=text_of(row, "reference", REFERENCE),
        status=_status(text_of(row, "status", STATUS)),
        amount_in_cents=cents_of(row, "amount_in_cents"),
        currency=text_of(row, "currency", CURRENCY),
        method=method if isinstance(method, str) and _METHOD.fullmatch(method) else "",
        created_at=_moment(row.get("created_at")),
        status_message=_message(row),
        body=row,
    )


def _status(word: str) -> Status:
    try:
        return Status(word)
    except ValueError:
        # Never paid, and asked about again: a word that we do not know is no outcome.
        log.warning("Wompi has a status that we do not know: %s", word)
        return Status.PENDING


def _message(row: dict) -> str:
    message = row.get("status_message")
    return message[:255] if isinstance(message, str) else ""


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Unreadable("created_at is no moment") from None
    if moment.tzinfo is None:
        raise Unreadable("created_at has no zone")
    return moment
