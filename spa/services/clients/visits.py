"""What is known of clients from their visits: the last, the next, who treats them. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q

from spa.models import (
    BINDING,
    Appointment,
    AppointmentStatus,
    Client,
    StaffMember,
    User,
)

S = AppointmentStatus


@dataclass(frozen=True, slots=True)
class Visits:
    """A client's visits as far as one user sees them."""

    completed: int = 0
    missed: int = 0
    last_at: datetime | None = None
    next_at: datetime | None = None


def visits_of(clients: Iterable[Client], *, user: User, now: datetime) -> dict[int, Visits]:
    """Return what `user` may know of each client's visits, by key. One query."""
    rows = (
        Appointment.objects.visible_to(user)
        .filter(client__in=list(clients))
        .order_by()
        .values("client")
        .annotate(
            completed=Count("pk", filter=Q(status=S.COMPLETED), distinct=True),
            missed=Count("pk", filter=Q(status=S.NO_SHOW), distinct=True),
            last_at=Max("starts_at", filter=Q(status=S.COMPLETED)),
            next_at=Min("starts_at", filter=Q(status__in=BINDING, ends_at__gt=now)),
        )
    )
    return {row.pop("client"): Visits(**row) for row in rows}


def usual_therapist(client: Client, *, user: User) -> StaffMember | None:
    """Return who treated a client most often, as far as `user` sees. One query."""
    completed = Appointment.objects.visible_to(user).filter(client=client, status=S.COMPLETED)
    return (
        StaffMember.objects.filter(items__appointment__in=completed)
        .annotate(times=Count("items"))
        .order_by("-times", "pk")
        .first()
    )
