"""Every screen of the desk by name: how it is reached in the small spa."""

from e2e.screens import (  # noqa: F401 — each registers its own
    booking,
    clients,
    day,
    deposits,
    links,
    messages,
    out,
    schedule,
    therapist,
    till,
    why,
    wompi,
)
from e2e.screens.registry import SCREENS, furnish, to

__all__ = ["SCREENS", "furnish", "to"]
