"""A form that is sent twice changes one thing once (rule book §5, `request_id`)."""

import hashlib
import json
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from spa.errors import BusinessLogicError
from spa.models import IdempotencyKey
from spa.services.audit import Actor


class KeyMismatch(BusinessLogicError):
    """The same `request_id` came with another content."""

    internal_code = "IDEMPOTENCY_KEY_MISMATCH"
    default_detail = _("This form was already sent with other contents. Open it again.")


def claim(*, actor: Actor, operation: str, now: datetime, **content: object) -> str | None:
    """Return what the same request made before; None when it is new and ours to carry out.

    The first statement of a service's transaction: a copy that arrives meanwhile waits here
    for the first one to end, and is then given its result, or its place if it was refused.
    One query for a new request.

    :raises KeyMismatch: the user sent this `request_id` with another operation or content
    """
    if actor.request_id is None or actor.user is None:
        return None
    fingerprint = _fingerprint(content)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO spa_idempotencykey"
            " (user_id, request_id, operation, content_hash, result, created_at)"
            " VALUES (%s, %s, %s, %s, '', %s) ON CONFLICT (user_id, request_id) DO NOTHING",
            [actor.user.pk, actor.request_id, operation, fingerprint, now],
        )
        if cursor.rowcount:
            return None
    earlier = IdempotencyKey.objects.get(user=actor.user, request_id=actor.request_id)
    if (earlier.operation, earlier.content_hash) != (operation, fingerprint):
        raise KeyMismatch
    return earlier.result


def settle(*, actor: Actor, result: str) -> None:
    """Keep the key of what this request made, in the transaction that made it. One query."""
    if actor.request_id is None or actor.user is None:
        return
    IdempotencyKey.objects.filter(user=actor.user, request_id=actor.request_id).update(
        result=result
    )


def _fingerprint(content: dict[str, object]) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
