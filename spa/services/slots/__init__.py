"""Finding where a visit can start: the loader, and the question it prepares for the engine."""

from spa.services.slots.sentences import Why, sentence, why_not
from spa.services.slots.window import Wanted, Window, earliest, load, with_able

__all__ = ["Wanted", "Why", "Window", "earliest", "load", "sentence", "why_not", "with_able"]
