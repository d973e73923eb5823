"""Client credit: lots that expire, spent soonest-expiring first, given back as they were (§6).

Callers hold the client's lock; lots are locked here, by primary key.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import BusinessLogicError, RuleBroken, Stale
from spa.models import (
    BY_HAND,
    Appointment,
    Client,
    ClientCredit,
    CreditOrigin,
    CreditUse,
    Location,
    Payment,
    SpaPolicy,
)
from spa.services import amounts, audit, idempotency, journal, rights
from spa.services.audit import SYSTEM, Actor
from spa.services.journal import Posting
from spa.services.transactions import locked_transaction

# Credit that comes back after its last day, or close to it, can be spent for so long (§6).
AT_LEAST = timedelta(days=7)


class NotEnoughCredit(RuleBroken):
    """The client has less than that; `facts["left_cents"]`."""


class AdjustmentTooLarge(BusinessLogicError):
    """More than a manager may give at once; `facts["limit_cents"]`."""

    internal_code = "PAY-ADJ-LIMIT"


def available(client: Client, *, today: date) -> int:
    """Return the cents that the client can spend on a day. One query."""
    lots = ClientCredit.objects.filter(client=client).spendable(today=today)
    return lots.aggregate(all=Sum("remaining_cents"))["all"] or 0


@locked_transaction
def issue(
    *,
    client: Client,
    cents: int,
    origin: CreditOrigin,
    location: Location,
    now: datetime,
    actor: Actor,
    seen_cents: int | None = None,
) -> ClientCredit:
    """Give a client credit by hand, with a reason; it is audited.

    `seen_cents` is what she had to spend when it was decided; None: nobody looked.

    :raises Stale: she has more or less by now; `facts["available_cents"]`
    :raises AdjustmentTooLarge: more than the policy's limit
    :raises NotAllowed: she who gives it is no manager
    :raises RuleBroken: the amount cannot be, or the reason is none of those for it
        (`credit_without_reason`)
    """
    earlier = idempotency.claim(
        actor=actor, operation="issue_credit", now=now, client=client.pk, cents=cents, origin=origin
    )
    if earlier:
        return ClientCredit.objects.get(pk=earlier)
    client = Client.objects.locked().get(pk=client.pk)

    rights.insist(actor, "spa.issue_clientcredit")
    amounts.insist(cents)
    if origin not in BY_HAND:
        raise RuleBroken(_("Say why the client gets credit."), reason="credit_without_reason")
    policy = SpaPolicy.current()
    if cents > policy.credit_by_hand_limit_cents:
        limit = policy.credit_by_hand_limit_cents
        raise AdjustmentTooLarge(
            _("The most that can be given at once is %(limit)s.") % {"limit": money.pesos(limit)},
            limit_cents=limit,
        )
    today = location.today(now=now)
    if seen_cents is not None and seen_cents != (has := available(client, today=today)):
        raise Stale(
            _("The client's credit changed meanwhile. Look at it before you give more."),
            available_cents=has,
        )

    lot = add_lot(client, cents, origin, days=policy.credit_days, today=today, now=now, actor=actor)
    posting = Posting.of_client(client, at=now, actor=actor, location_id=location.pk)
    journal.credit_issued(posting, cents=cents, reason_code=origin)

    audit.record(
        "CREDIT_ISSUED", subject=f"client:{client.pk}", actor=actor, now=now,
        reason_code=origin, cents=cents,
    )  # fmt: skip
    idempotency.settle(actor=actor, result=str(lot.pk))
    return lot


def add_lot(
    client: Client,
    cents: int,
    origin: CreditOrigin,
    *,
    days: int,
    today: date,
    now: datetime,
    actor: Actor,
    appointment: str = "",
    payment: str = "",
) -> ClientCredit:
    """Write a lot that can be spent for `days`; the caller posts where it came from. One query."""
    return ClientCredit.objects.create(
        client=client,
        origin=origin,
        initial_cents=cents,
        remaining_cents=cents,
        expires_on=today + timedelta(days=days),
        appointment=appointment,
        payment=payment,
        created_at=now,
        created_by=actor.user,
    )


def take(client: Client, cents: int, *, visit: Appointment, today: date, now: datetime) -> None:
    """Take `cents` for a visit out of the lots that expire soonest; the caller posts it.

    :raises NotEnoughCredit: less than that is left
    """
    lots = list(ClientCredit.objects.filter(client=client, remaining_cents__gt=0).locked())
    lots = [lot for lot in lots if lot.expires_on >= today]
    left = sum(lot.remaining_cents for lot in lots)
    if left < cents:
        raise NotEnoughCredit(
            _("The client has %(left)s of credit left. Use at most that.")
            % {"left": money.pesos(left)},
            reason="not_enough_credit",
            left_cents=left,
        )
    uses = []
    for lot in sorted(lots, key=lambda lot: (lot.expires_on, lot.pk)):
        part = min(cents, lot.remaining_cents)
        if part:
            lot.remaining_cents -= part
            cents -= part
            uses.append(CreditUse(credit=lot, appointment=visit.code, cents=part, at=now))
    ClientCredit.objects.bulk_update([use.credit for use in uses], ["remaining_cents"])
    CreditUse.objects.bulk_create(uses)


def held_by(visit: Appointment) -> int:
    """Return how much of what a visit holds came out of credit. One query."""
    uses = CreditUse.objects.filter(appointment=visit.code)
    return uses.aggregate(all=Sum(F("cents") - F("returned_cents")))["all"] or 0


def give_back(visit: Appointment, cents: int, *, today: date) -> None:
    """Give `cents` of what a visit took back to their lots, which keep their last day.

    What would expire first comes back first; a lot that is over, or about to be, lives on for
    seven days. The caller posts it, and has made sure that the visit holds as much.
    """
    uses = list(
        CreditUse.objects.filter(appointment=visit.code, returned_cents__lt=F("cents"))
        .select_related("credit")
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    lots = {
        lot.pk: lot
        for lot in ClientCredit.objects.filter(pk__in={use.credit_id for use in uses}).locked()
    }
    touched = []
    for use in sorted(uses, key=lambda use: (lots[use.credit_id].expires_on, use.pk)):
        part = min(cents, use.cents - use.returned_cents)
        if part:
            lot = lots[use.credit_id]
            use.returned_cents += part
            lot.remaining_cents += part
            lot.expires_on = max(lot.expires_on, today + AT_LEAST)
            cents -= part
            touched.append(use)
    CreditUse.objects.bulk_update(touched, ["returned_cents"])
    ClientCredit.objects.bulk_update(lots.values(), ["remaining_cents", "expires_on"])


def take_from_lots_of(payment: Payment, cents: int, *, today: date) -> None:
    """Take back credit that a payment became, its own lots first, then its visit's.

    Other credit of the client's is left alone: a gift of the house is never paid out.

    :raises NotEnoughCredit: it was spent meanwhile
    """
    lots = _lots_of(payment, today=today)
    left = sum(lot.remaining_cents for lot in lots)
    if left < cents:
        raise NotEnoughCredit(
            _("The money became credit, and only %(left)s of it is left. Refund at most that.")
            % {"left": money.pesos(left)},
            reason="credit_was_spent",
            left_cents=left,
        )
    _take_out(lots, cents, payment)


def take_what_is_left_of(payment: Payment, cents: int, *, today: date) -> int:
    """Take back as much of `cents` as is left of the credit that a payment became; return that."""
    lots = _lots_of(payment, today=today)
    taken = min(cents, sum(lot.remaining_cents for lot in lots))
    _take_out(lots, taken, payment)
    return taken


def _lots_of(payment: Payment, *, today: date) -> list[ClientCredit]:
    came_from = Q(payment=payment.code)
    if payment.appointment:
        came_from |= Q(appointment=payment.appointment)
    lots = ClientCredit.objects.filter(came_from, client=payment.client_id, expires_on__gte=today)
    return list(lots.filter(remaining_cents__gt=0).locked())


def _take_out(lots: Sequence[ClientCredit], cents: int, payment: Payment) -> None:
    touched = []
    for lot in sorted(lots, key=lambda lot: (lot.payment != payment.code, lot.expires_on, lot.pk)):
        part = min(cents, lot.remaining_cents)
        if part:
            lot.remaining_cents -= part
            cents -= part
            touched.append(lot)
    ClientCredit.objects.bulk_update(touched, ["remaining_cents"])


def expire_due(*, today: date, now: datetime) -> int:
    """Let credit expire whose last day was before `today`; return how many lots that were.

    One client a transaction, locked from the top; safe to run twice and at once.
    """
    due = ClientCredit.objects.due(today=today)
    clients = due.order_by("client").values_list("client", flat=True).distinct()
    return sum(_expire_of(client_id, today=today, now=now) for client_id in list(clients))


@locked_transaction
def _expire_of(client_id: int, *, today: date, now: datetime) -> int:
    client = Client.objects.locked().get(pk=client_id)
    lots = list(ClientCredit.objects.filter(client=client).due(today=today).locked())
    cents = sum(lot.remaining_cents for lot in lots)
    for lot in lots:
        lot.remaining_cents = 0
    ClientCredit.objects.bulk_update(lots, ["remaining_cents"])
    journal.credit_expired(Posting.of_client(client, at=now, actor=SYSTEM), cents=cents)
    return len(lots)
