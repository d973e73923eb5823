"""Writing down who did what. At the bottom: every other service may call it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from spa.models import AuditLog, User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and from where: a user at the desk, a client's link, a job, a command."""

    user: User | None = None
    origin: str = "desk"
    request_id: UUID | None = None


SYSTEM = Actor(origin="system")


def record(
    action: str,
    *,
    subject: str,
    actor: Actor,
    now: datetime,
    reason_code: str = "",
    fields: Iterable[str] = (),
    **facts: object,
) -> AuditLog:
    """Append one entry to the audit log, in the caller's transaction.

    `subject` is a kind and a code ("appointment:BR-48213"); `fields` are names of what changed;
    `facts` are counts and codes. Never a personal or health value (rule book §12).
    """
    return AuditLog.objects.create(
        at=now,
        user_id=actor.user.pk if actor.user else None,
        origin=actor.origin,
        action=action,
        subject=subject,
        reason_code=reason_code,
        fields=sorted(fields),
        facts=facts,
    )
