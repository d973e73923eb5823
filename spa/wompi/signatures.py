"""The two sums of the protocol: plain SHA-256 over joined texts, a secret at the end.

Nothing separates the texts, so whoever may choose where one ends could move characters into
the next. What is signed here has a fixed form (`checkout.py`), and what arrives is checked
for its form and then only taken as an announcement (`events.py`).
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence

# What an event's sum must cover: without these it would announce nothing in particular.
NEEDED = frozenset({"transaction.id", "transaction.status", "transaction.amount_in_cents"})
MOST_PROPERTIES = 20
# Ten digits, so that no digit can be moved between the amount and the moment behind it.
MOMENTS = range(1_000_000_000, 10_000_000_000)
_HEX = re.compile(r"[0-9a-f]{64}")


def integrity(
    *, reference: str, amount_in_cents: int, currency: str, secret: str, expiration_time: str = ""
) -> str:
    """Return the signature of a checkout, in lower-case hex.

    :param expiration_time: exactly as it is sent, or nothing if none is sent
    """
    return _sum(reference, str(amount_in_cents), currency, expiration_time, secret)


def covered(properties: Sequence[object], data: Mapping[str, object]) -> list[str] | None:
    """Return the texts of `data` that `properties` name, in their order.

    None, if the list is empty or too long, names something twice, or leads to anything but a
    text, an integer or a truth: then the sum would cover less than it seems to.
    """
    if not 0 < len(properties) <= MOST_PROPERTIES:
        return None
    if not all(isinstance(path, str) for path in properties):
        return None
    if len(set(properties)) != len(properties):
        return None
    texts = [_text(path, data) for path in properties]
    return texts if all(texts) else None


def event_checksum(texts: Iterable[str], *, timestamp: int, secret: str) -> str:
    """Return the checksum of an event that covers `texts`, in lower-case hex."""
    return _sum(*texts, str(timestamp), secret)


def is_signed(
    checksum: str, texts: Sequence[str], *, timestamp: int, secrets: Iterable[str]
) -> bool:
    """Say in constant time whether one of `secrets` made `checksum`, in either case of hex."""
    given = checksum.lower()
    if not _HEX.fullmatch(given):
        return False
    sums = [event_checksum(texts, timestamp=timestamp, secret=secret) for secret in secrets]
    matches = [hmac.compare_digest(given, one) for one in sums]  # all of them, whichever it is
    return any(matches)


def _text(path: str, data: Mapping[str, object]) -> str | None:
    found: object = data
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int) else None


def _sum(*texts: str) -> str:
    return hashlib.sha256("".join(texts).encode()).hexdigest()
