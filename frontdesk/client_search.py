"""Who may be meant by what the desk types while it books."""

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from spa import phones
from spa.models import Appointment, AppointmentStatus, Client, User
from spa.text import visible

MOST_MATCHES = 8
LONGEST_SEARCH = 80  # characters


def with_visits(clients: QuerySet[Client], *, user: User) -> QuerySet[Client]:
    """Give each client `visits`, how many of hers were completed, as far as the user sees, and
    `owed_cents`, what she left unpaid at any house."""
    completed = (
        Appointment.objects.visible_to(user)
        .filter(client=OuterRef("pk"), status=AppointmentStatus.COMPLETED)
        .order_by()
        .values("client")
        .annotate(number=Count("pk"))
    )
    unpaid = (
        Appointment.objects.filter(client=OuterRef("pk"), debt_cents__gt=0)
        .order_by()
        .values("client")
        .annotate(owed=Sum("debt_cents"))
    )
    return clients.annotate(
        visits=Coalesce(Subquery(completed.values("number")), 0),
        owed_cents=Coalesce(Subquery(unpaid.values("owed")), 0),
    )


def matching(typed: str | None, *, user: User) -> list[Client]:
    """Return who may be meant by what was typed, best first. One query, none for nothing."""
    text = visible((typed or "")[:LONGEST_SEARCH])
    if not text:
        return []
    return list(with_visits(Client.objects.matching(text), user=user)[:MOST_MATCHES])


def having_phone(typed: str | None, *, user: User) -> list[Client]:
    """Return whom exactly this number belongs to. One query, none for what is no number."""
    try:
        number = phones.normalise((typed or "")[:LONGEST_SEARCH])
    except phones.PhoneInvalid:
        return []
    same = with_visits(Client.objects.filter(phone=number), user=user)
    return list(same.order_by("name", "pk")[:MOST_MATCHES])


def is_number(text: str) -> bool:
    """Return whether what was typed is meant as a telephone number."""
    return any(letter.isdigit() for letter in text) and not any(map(str.isalpha, text))
