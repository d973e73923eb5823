"""JSON of strangers, read so that nothing in it can surprise whoever uses or stores it."""

import json
import math
import re
from collections.abc import Iterator

# One more digit than the largest amount or id that means anything; beyond, a number is an attack.
MOST_DIGITS = 18
MOST_CENTS = 1_000_000_000_000  # what Wompi takes at most
_NOWHERE_STORED = re.compile("[\0\ud800-\udfff]")


class Unreadable(ValueError):
    """What came is no JSON object, or one that is made to hurt. It never quotes the text."""


def json_object(body: bytes, *, deepest: int) -> dict:
    """Return the JSON object that `body` holds, nested at most `deepest` levels.

    Refused besides: names given twice, numbers that no database holds, texts that are not
    UTF-8 or hold a NUL. So the result can be stored as `jsonb`, and each text be hashed.

    :raises Unreadable: in all these cases
    """
    try:
        found = json.loads(
            body.decode(),
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except (ValueError, RecursionError):
        # Without a cause: it quotes what it could not read.
        raise Unreadable("no JSON that we read") from None
    if not isinstance(found, dict):
        raise Unreadable("no JSON object")
    for value, depth in _walk(found):
        if depth > deepest:
            raise Unreadable("nested too deeply")
        if isinstance(value, str) and not _is_storable(value):
            raise Unreadable("a text with characters that no database holds")
    return found


def text_of(values: dict, name: str, pattern: re.Pattern[str]) -> str:
    """Return the text called `name`, which matches `pattern` as a whole.

    :raises Unreadable: it is missing, no text, or another one
    """
    value = values.get(name)
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise Unreadable(f"{name} is missing or of another form")


def cents_of(values: dict, name: str) -> int:
    """Return the amount called `name`, above nothing and at most what Wompi may ask for.

    :raises Unreadable: it is missing, no integer, or out of bounds
    """
    value = values.get(name)
    if type(value) is int and 0 < value <= MOST_CENTS:
        return value
    raise Unreadable(f"{name} is missing or no amount")


def object_of(values: dict, name: str) -> dict:
    """Return the object called `name`.

    :raises Unreadable: it is missing or no object
    """
    value = values.get(name)
    if isinstance(value, dict):
        return value
    raise Unreadable(f"{name} is missing or no object")


def _unique(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("a name given twice")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise Unreadable("a number too long")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Unreadable("a number without end")
    return number


def _is_storable(text: str) -> bool:
    return not _NOWHERE_STORED.search(text)


def _walk(found: dict) -> Iterator[tuple[object, int]]:
    """Yield every value and every name with its depth, without calling itself."""
    waiting: list[tuple[object, int]] = [(found, 1)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if isinstance(value, dict):
            waiting += [(name, depth) for name in value]
            waiting += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
