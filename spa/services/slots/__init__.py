"""Finding where a visit can start: the loader, and the question it prepares for the engine."""

from spa.services.slots.free import (
    WHOLE_DAY,
    FreeDay,
    FreeTimes,
    best,
    first_free,
    first_free_for_party,
    start_of,
)
from spa.services.slots.sentences import Why, in_words, party_sentence, sentence, why_not
from spa.services.slots.window import (
    Member,
    PartyWindow,
    Wanted,
    Window,
    earliest,
    load,
    load_party,
    with_able,
)

__all__ = [
    "WHOLE_DAY",
    "FreeDay",
    "FreeTimes",
    "Member",
    "PartyWindow",
    "Wanted",
    "Why",
    "Window",
    "best",
    "earliest",
    "first_free",
    "first_free_for_party",
    "in_words",
    "load",
    "load_party",
    "party_sentence",
    "sentence",
    "start_of",
    "why_not",
    "with_able",
]
