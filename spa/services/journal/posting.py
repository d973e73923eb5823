"""Writing an entry with its lines; at the bottom of everything that touches money."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from spa.models import (
    Account,
    Appointment,
    Client,
    JournalEntry,
    JournalEvent,
    JournalLine,
    Payment,
    PaymentMethod,
)
from spa.services.audit import Actor

# An account, and for whom it is kept ("" where for nobody).
Place = tuple[Account, str]

# Where the money of each method lies; cash lies in a session.
ACCOUNT_OF = {
    PaymentMethod.CARD_TERMINAL: Account.CARD_TERMINAL,
    PaymentMethod.BANK_TRANSFER: Account.BANK_TRANSFER,
    PaymentMethod.WOMPI: Account.WOMPI,
}


def visit_account(account: Account, visit: Appointment) -> Place:
    return account, f"visit:{visit.code}"


def client_account(client_id: int) -> Place:
    return Account.CLIENT_CREDIT, f"client:{client_id}"


def staff_account(staff_id: int) -> Place:
    return Account.TIPS_PAYABLE, f"staff:{staff_id}"


def session_account(session_id: int) -> Place:
    return Account.CASH, f"session:{session_id}"


def money_account(method: str, session_id: int | None) -> Place:
    """Return where money of a method lies."""
    if method == PaymentMethod.CASH:
        return session_account(session_id)
    return ACCOUNT_OF[PaymentMethod(method)], ""


@dataclass(frozen=True, slots=True)
class Posting:
    """When, by whom and about what an entry is; what every event has in common."""

    at: datetime
    actor: Actor
    location_id: int | None = None
    visit: Appointment | None = None
    client_id: int | None = None
    gateway_id: str = ""  # the transaction that brings this money in: its one entry

    @classmethod
    def of_visit(cls, visit: Appointment, *, at: datetime, actor: Actor) -> "Posting":
        return cls(at, actor, visit.location_id, visit, visit.client_id)

    @classmethod
    def of_client(
        cls, client: Client, *, at: datetime, actor: Actor, location_id: int | None = None
    ) -> "Posting":
        return cls(at, actor, location_id, None, client.pk)


def write(
    event: JournalEvent,
    posting: Posting,
    lines: Mapping[Place, int],
    *,
    payment: Payment | None = None,
    reason_code: str = "",
) -> JournalEntry | None:
    """Append an entry with these amounts, by place; amounts of nothing are left out.

    An event that moves nothing is no entry: None. That the lines sum to zero is proved by the
    database at commit. Two queries.
    """
    amounts = {place: cents for place, cents in lines.items() if cents}
    if not amounts:
        return None
    entry = JournalEntry.objects.create(
        at=posting.at,
        event=event,
        location_id=posting.location_id,
        appointment=posting.visit.code if posting.visit else "",
        payment=payment.code if payment else "",
        gateway_id=posting.gateway_id,
        client_id=posting.client_id,
        user_id=posting.actor.user.pk if posting.actor.user else None,
        origin=posting.actor.origin,
        reason_code=reason_code,
    )
    JournalLine.objects.bulk_create(
        JournalLine(entry=entry, account=account, subledger=subledger, amount_cents=cents)
        for (account, subledger), cents in amounts.items()
    )
    return entry


def total(*parts: tuple[Place, int]) -> Counter:
    """Add amounts up by place: the same place may turn up twice in an event."""
    lines: Counter = Counter()
    for place, cents in parts:
        lines[place] += cents
    return lines
