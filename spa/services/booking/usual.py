"""What a client has when she comes: "the usual"."""

from django.db.models import Case, Value, When

from spa.models import Appointment, AppointmentItem, AppointmentStatus, Client, User

S = AppointmentStatus
NEVER_HAPPENED = (S.CANCELLED, S.NO_SHOW, S.EXPIRED, S.OFFERED)


def usual(client: Client, *, user: User) -> list[AppointmentItem]:
    """Return the items, with service and therapist, of the client's last completed visit that
    exists for `user`.

    Without one, of her last visit that was not cancelled; without that, none. One query.
    """
    last = (
        Appointment.objects.visible_to(user)
        .filter(client=client)
        .exclude(status__in=NEVER_HAPPENED)
        .order_by(Case(When(status=S.COMPLETED, then=Value(0)), default=Value(1)), "-starts_at")
    )
    return list(
        AppointmentItem.objects.filter(appointment__in=last.values("pk")[:1])
        .select_related("service", "staff")
        .order_by("position")
    )
