"""What Wompi tells us unasked: a body is an announcement, or refused by name (SEC-31 to 33).

The sum covers what the event lists, today id, status and amount; reference, currency,
environment and the event's own name could be edited in a captured one. So an announcement
pays nothing: it says which transaction to ask Wompi about.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from spa.wompi import signatures
from spa.wompi.reading import Unreadable, cents_of, json_object, object_of, text_of

MOST_BYTES = 64 * 1024
DEEPEST = 10
TRANSACTION_UPDATED = "transaction.updated"
# Wompi's ids are opaque; these are the longest ones that we keep.
TRANSACTION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
STATUS = re.compile(r"[A-Z_]{1,32}", re.ASCII)
REFERENCE = re.compile(r".{1,255}")
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_ANY = re.compile(r".{1,255}")


class Refusal(StrEnum):
    """Why a body announces nothing. `IRRELEVANT` is well signed: it wants a 200, like news."""

    UNREADABLE = "unreadable"
    WRONG_CHECKSUM = "wrong checksum"
    OTHER_ENVIRONMENT = "other environment"
    IRRELEVANT = "irrelevant"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A transaction changed. Its id, status and amount are signed; the rest are claims."""

    transaction_id: str
    status: str
    amount_in_cents: int
    reference: str
    currency: str
    timestamp: int  # UNIX seconds; a repetition up to a day later carries the same
    # All of the body: it names the payer, so it stays out of logs and is erased with her.
    body: dict = field(repr=False, compare=False)


def read(
    body: bytes, *, secrets: Sequence[str], environment: str, header: str | None = None
) -> Announcement | Refusal:
    """Return what `body` announces, or why it announces nothing. Pure; takes any bytes.

    :param secrets: of the events, the current one and, while they are exchanged, the last
    :param environment: ours, `test` or `prod`
    :param header: `X-Event-Checksum`; where it is sent it must be the body's
    """
    if len(body) > MOST_BYTES:
        return Refusal.UNREADABLE
    try:
        return _read(json_object(body, deepest=DEEPEST), secrets, environment, header)
    except Unreadable:
        return Refusal.UNREADABLE


def _read(
    event: dict, secrets: Sequence[str], environment: str, header: str | None
) -> Announcement | Refusal:
    name, theirs = text_of(event, "event", _ANY), text_of(event, "environment", _ANY)
    data, signature = object_of(event, "data"), object_of(event, "signature")
    checksum, timestamp = text_of(signature, "checksum", _ANY), _timestamp(event, signature)
    properties = signature.get("properties")
    if not isinstance(properties, list):
        raise Unreadable("no list of properties")

    texts = signatures.covered(properties, data)
    if (
        texts is None
        or (header is not None and header.lower() != checksum.lower())
        or not signatures.is_signed(checksum, texts, timestamp=timestamp, secrets=secrets)
    ):
        return Refusal.WRONG_CHECKSUM
    if theirs != environment:
        return Refusal.OTHER_ENVIRONMENT
    if name != TRANSACTION_UPDATED:
        return Refusal.IRRELEVANT
    if not signatures.NEEDED.issubset(properties):
        return Refusal.WRONG_CHECKSUM

    transaction = object_of(data, "transaction")
    return Announcement(
        transaction_id=text_of(transaction, "id", TRANSACTION_ID),
        status=text_of(transaction, "status", STATUS),
        amount_in_cents=cents_of(transaction, "amount_in_cents"),
        reference=text_of(transaction, "reference", REFERENCE),
        currency=text_of(transaction, "currency", CURRENCY),
        timestamp=timestamp,
        body=event,
    )


def _timestamp(event: dict, signature: dict) -> int:
    # One page of Wompi's puts it inside the signature; what was measured has it outside.
    timestamp = event.get("timestamp", signature.get("timestamp"))
    if type(timestamp) is int and timestamp in signatures.MOMENTS:
        return timestamp
    raise Unreadable("no moment in seconds")
