"""What a few typed words may mean to the desk: a client, or a visit by its code."""

import re
from dataclasses import dataclass
from datetime import datetime

from spa.models import Appointment, Client, User
from spa.services.clients.visits import Visits, visits_of
from spa.text import visible

MOST_CLIENTS = 8
_CODE = re.compile(r"(?:br\s*[-–]?\s*)?(\d{3,12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A client with her visits, as far as the user sees them."""

    client: Client
    visits: Visits


def visits_by_code(typed: str, *, user: User) -> list[Appointment]:
    """Return the visit of that code ("BR-48213", "br 48213", "48213"), if the user sees it."""
    code = _CODE.fullmatch(visible(typed))
    if not code:
        return []
    return list(
        Appointment.objects.visible_to(user)
        .filter(code=f"BR-{code[1]}")
        .select_related("location", "client")
    )


def clients_by_words(typed: str, *, user: User, now: datetime) -> list[Found]:
    """Return who may be meant, the likeliest first, at most eight. Two queries."""
    matches = list(Client.objects.matching(typed)[:MOST_CLIENTS])
    visits = visits_of(matches, user=user, now=now) if matches else {}
    return [Found(client, visits.get(client.pk, Visits())) for client in matches]
