"""The visits of those who come together with a client."""

from collections.abc import Sequence

from spa.models import ACTIVE, Appointment, AppointmentStatus, User


def companions(visit: Appointment, *, user: User) -> list[Appointment]:
    """Return the other visits of her party that exist for `user`, with their clients. One query."""
    party = Appointment.objects.visible_to(user).of_party(visit).exclude(pk=visit.pk)
    return list(party.select_related("client"))


def can_cancel(party: Sequence[Appointment]) -> bool:
    """Say whether there is a party to cancel: two who wait, and nobody who is being treated."""
    waiting = [visit for visit in party if visit.status in ACTIVE]
    return len(waiting) > 1 and all(v.status != AppointmentStatus.IN_SERVICE for v in waiting)


def can_move(party: Sequence[Appointment]) -> bool:
    """Say whether there is a party to move: two who wait, and nobody whose visit has begun."""
    waiting = [visit for visit in party if visit.status in ACTIVE]
    return len(waiting) > 1 and all(visit.is_movable for visit in waiting)
