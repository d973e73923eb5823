"""Events as Wompi sends them, and what strangers make of them."""

import json
from copy import deepcopy
from random import Random

from spa.wompi import signatures
from tests.spa.wompi.gateway import KEYS, TRANSACTION

SECRETS = list(KEYS.events)
LISTED = ["transaction.id", "transaction.status", "transaction.amount_in_cents"]
BROKEN = [
    "prod",
    None,
    True,
    -1,
    0,
    1.5,
    1e300,
    "",
    "x" * 300,
    "\0",
    "\ud800",
    [],
    {},
    [[]],
    10**17,
]


def event(
    *, properties=LISTED, secret=SECRETS[0], transaction=None, timestamp=1796000003, **changed
):
    """Return a well-signed event, except for what is `changed` of it."""
    data = {"transaction": deepcopy(TRANSACTION) | (transaction or {})}
    texts = signatures.covered(properties, data) or ["nothing"]
    checksum = signatures.event_checksum(texts, timestamp=timestamp, secret=secret)
    return {
        "event": "transaction.updated",
        "data": data,
        "sent_at": "2026-11-30T00:53:23.446Z",
        "timestamp": timestamp,
        "signature": {"checksum": checksum, "properties": list(properties)},
        "environment": "test",
    } | changed


def body(**changed) -> bytes:
    return json.dumps(event(**changed)).encode()


def malformed(chance: Random) -> bytes:
    """Return a good body with something about it broken, or nothing like a body at all."""
    good = event(transaction={"amount_in_cents": chance.randrange(1, 10**9)})
    return chance.choice([_cut, _scrambled, _noise, _deep, _long, _repeated, _mutated, _mutated])(
        good, chance
    )


def _cut(good: dict, chance: Random) -> bytes:
    text = json.dumps(good).encode()
    return text[: chance.randrange(len(text))]


def _scrambled(good: dict, chance: Random) -> bytes:
    text = bytearray(json.dumps(good).encode())
    for _ in range(chance.randrange(1, 20)):
        text[chance.randrange(len(text))] = chance.randrange(256)
    return bytes(text)


def _noise(_good: dict, chance: Random) -> bytes:
    return chance.randbytes(chance.randrange(2000))


def _deep(good: dict, chance: Random) -> bytes:
    levels = chance.choice([11, 500, 5000, 30000])
    opening, closing = chance.choice([("[", "]"), ('{"a":', "}")])
    nest = opening * levels + "1" + closing * chance.choice([0, levels])
    return json.dumps(good | {"more": "HERE"}).replace('"HERE"', nest).encode()


def _long(good: dict, chance: Random) -> bytes:
    number = chance.choice(["9" * 5000, "-" + "1" * 19, "1e999", "NaN", "-Infinity"])
    return json.dumps(good | {"more": "HERE"}).replace('"HERE"', number).encode()


def _repeated(good: dict, chance: Random) -> bytes:
    name = chance.choice(sorted(good))
    return json.dumps(good)[:-1].encode() + f', "{name}": {json.dumps(good[name])}}}'.encode()


def _mutated(good: dict, chance: Random) -> bytes:
    """Take away or replace one of the fields that must be there, wherever it stands."""
    places = [good, good["signature"], good["data"], good["data"]["transaction"]]
    names = [
        ("event", "data", "timestamp", "signature", "environment"),
        ("checksum", "properties"),
        ("transaction",),
        ("id", "status", "amount_in_cents", "reference", "currency"),
    ]
    place, known = chance.choice(list(zip(places, names, strict=True)))
    name = chance.choice(known)
    if chance.random() < 0.2:
        del place[name]
    else:
        place[name] = chance.choice([one for one in BROKEN if one != place[name]])
    return json.dumps(good).encode()
