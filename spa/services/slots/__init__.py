"""Finding where a visit can start: the loader, and the question it prepares for the engine."""

from spa.services.slots.window import Wanted, Window, load

__all__ = ["Wanted", "Window", "load"]
