"""A message that was given up is sent again, because somebody at the desk says so."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa.errors import BusinessLogicError
from spa.models import MessageState, OutboxMessage
from spa.services import audit
from spa.services.audit import Actor
from spa.services.messages.queue import send_after
from spa.services.messages.tell import AT_ONCE
from spa.services.transactions import locked_transaction


class NotGivenUp(BusinessLogicError):
    """It is on its way, or has left: to send it again would send it twice."""

    internal_code = "SPA-STALE"
    http_status = 409
    default_detail = _("This message is on its way already, or has left. Load the list again.")


@locked_transaction
def send_again(*, message: OutboxMessage, now: datetime, actor: Actor) -> OutboxMessage:
    """Give a dead message all its attempts once more, from now on.

    :raises NotGivenUp: it is not dead any more
    """
    message = OutboxMessage.objects.select_for_update(no_key=True).get(pk=message.pk)

    if message.state != MessageState.DEAD:
        raise NotGivenUp(state=message.state)

    message.state, message.attempts, message.due_at = MessageState.WAITING, 0, now
    message.save(update_fields=["state", "attempts", "due_at"])
    send_after(AT_ONCE, message.pk)

    audit.record(
        "MESSAGE_SENT_AGAIN",
        subject=f"appointment:{message.subject}" if message.client_id else message.subject,
        actor=actor,
        now=now,
        kind=message.kind,
    )
    return message
