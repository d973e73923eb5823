"""Wompi's two sums. Plain SHA-256 over values without separators, in lower-case hex."""

import hashlib

# What today's events sign, in this order.
PROPERTIES = ("transaction.id", "transaction.status", "transaction.amount_in_cents")


def integrity(
    *, reference: str, amount_in_cents: int | str, currency: str, secret: str, expiration: str = ""
) -> str:
    """Return the sum that the merchant sends along; `expiration` exactly as it is sent."""
    return _sum(f"{reference}{amount_in_cents}{currency}{expiration}{secret}")


def checksum(*, data: dict, properties: list[str], timestamp: int, secret: str) -> str:
    """Return the sum of an event; a path that leads nowhere counts as nothing.

    A forger would count it so. Whoever receives such an event has to refuse it.
    """
    values = [_as_text(_resolve(data, path)) for path in properties]
    return _sum("".join([*values, str(timestamp), secret]))


def _resolve(data: object, path: str) -> object:
    for step in path.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
