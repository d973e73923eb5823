"""Telling managers of an alert: a mail for each of them, in the transaction that opens it.

Its message has no client: it names the alert (`alert:<key>`) and, as its occasion, the manager.
What it says is read when it leaves, and an alert that is over by then is not told.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet

from spa.models import Alert, DropReason, Location, MessageKind, OutboxMessage, User
from spa.services.messages.queue import send_after
from spa.services.messages.tell import AT_ONCE, URGENT

PREFIX = "alert:"
TOLD = "spa.resolve_gatewaytransaction"  # whoever has this right


@dataclass(frozen=True, slots=True)
class AlertLetter:
    """What a mail to a manager needs: the alert, and nothing of any client."""

    key: str
    to: str
    language: str
    first_name: str
    alert: Alert
    location: Location
    kind: MessageKind = MessageKind.ALERT
    told_version: None = None  # it is about no visit


def tell_managers(alert: Alert, *, now: datetime) -> None:
    """Write a message to each manager who works where the alert is from. Four queries at most.

    Quiet hours are those of that house; of the first one, when it concerns them all.
    """
    location = alert.location_id or (
        Location.objects.order_by("position", "pk").values_list("pk", flat=True).first()
    )
    if location is None:
        return
    messages = OutboxMessage.objects.bulk_create(
        OutboxMessage(
            kind=MessageKind.ALERT,
            subject=f"{PREFIX}{alert.pk}",
            occasion=str(manager),
            location_id=location,
            priority=URGENT,
            created_at=now,
            due_at=now,
        )
        for manager in managers(alert.location_id).order_by("pk").values_list("pk", flat=True)
    )
    send_after(AT_ONCE, *(message.pk for message in messages))


def compose_alert(message: OutboxMessage) -> AlertLetter | DropReason:
    """Return what a manager is told now, or why nothing is. Three queries."""
    key = message.subject.removeprefix(PREFIX)
    alert = Alert.objects.select_related("location").filter(pk=key).first()
    if alert is None:
        return DropReason.GONE
    manager = managers(alert.location_id).filter(pk=message.occasion).first()
    if alert.closed_at or manager is None:
        return DropReason.UNTRUE
    try:
        validate_email(manager.email)
    except ValidationError:
        return DropReason.BAD_ADDRESS
    return AlertLetter(
        key=f"{message.kind}.{key}.{manager.pk}".lower(),
        to=manager.email,
        language=manager.language,
        first_name=manager.name.split(" ", 1)[0],
        alert=alert,
        location=message.location,
    )


def managers(location_id: int | None) -> QuerySet[User]:
    """Return the active users who decide about the gateway's money there; None: anywhere."""
    found = ModelBackend().with_perm(TOLD)
    if location_id is None:
        return found
    here = User.locations.through.objects.filter(location=location_id).values("user")
    return found.filter(Q(all_locations=True) | Q(pk__in=here))
