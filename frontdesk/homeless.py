"""Money without a home, as a manager looks at it: who paid, whose it may be, what it may pay."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, When

from frontdesk import client_search
from spa import phones
from spa.models import (
    ACTIVE,
    Appointment,
    Client,
    GatewayTransaction,
    User,
)

MOST_VISITS = 6
# Another client's visit is proposed for its sum alone only if it lies so near to the payment.
NEAR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Payer:
    """Who paid, in Wompi's words; empty where it says nothing."""

    name: str = ""
    email: str = ""
    phone: str = ""


def payer_of(row: GatewayTransaction) -> Payer:
    """Return who paid. A personal value: whoever shows it writes that down first."""
    body = row.body if isinstance(row.body, dict) else {}
    about = body.get("customer_data")
    about = about if isinstance(about, dict) else {}
    return Payer(
        name=_text(about.get("full_name")),
        email=_text(body.get("customer_email")),
        phone=_text(about.get("phone_number")),
    )


def likely_clients(row: GatewayTransaction, payer: Payer, *, user: User) -> list[Client]:
    """Return whose the money may be: the client who was asked for it, and who has the payer's
    email or phone. One query."""
    who = Q(pk=row.payment.client_id) if row.payment else Q(pk=None)
    if payer.email:
        who |= Q(email__iexact=payer.email)
    with suppress(phones.PhoneInvalid):
        who |= Q(phone=phones.normalise(payer.phone))
    found = client_search.with_visits(Client.objects.filter(who), user=user)
    return list(found.order_by("name", "pk")[: client_search.MOST_MATCHES])


def likely_visits(
    row: GatewayTransaction, clients: Sequence[Client], *, user: User
) -> list[Appointment]:
    """Return what the money may pay: the visit that was asked for, others that these clients owe
    for, and any near that owes exactly this sum. One query."""
    own = row.payment.appointment if row.payment else ""
    exactly = Q(
        owed_cents=row.posted_cents,
        starts_at__gt=row.created_at - NEAR,
        starts_at__lt=row.created_at + NEAR,
    )
    fits = Q(code=own) | Q(client__in=[client.pk for client in clients]) | exactly
    found = owing(Appointment.objects.visible_to(user)).filter(fits)
    found = found.select_related("client", "location").order_by("starts_at", "pk")
    ranked = sorted(found, key=lambda visit: (visit.code != own, _is_by_sum_alone(visit, clients)))
    return ranked[:MOST_VISITS]


def owing(visits: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Narrow visits down to those that owe something, and give each `owed_cents`."""
    open_cents = F("price_cents") - F("discount_cents") - F("paid_cents")
    owed = Case(
        When(status__in=ACTIVE, then=open_cents),
        default=F("debt_cents"),
        output_field=BigIntegerField(),
    )
    return visits.annotate(owed_cents=owed).filter(owed_cents__gt=0)


def _is_by_sum_alone(visit: Appointment, clients: Sequence[Client]) -> bool:
    return visit.client_id not in {client.pk for client in clients}


def _text(value: object) -> str:
    return value[:254] if isinstance(value, str) else ""
