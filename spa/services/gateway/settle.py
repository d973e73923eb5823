"""Carrying out what follows from Wompi's reports: the one place where they change money (§6.4).

Locked from the top: all visits that the reference is about, by key, their clients, of one that
expired its staff and rooms, then request, payments, transactions; credits last, as they are
touched. Everything is looked at again under the locks.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from spa.errors import Busy
from spa.models import (
    Appointment,
    AppointmentStatus,
    Client,
    GatewayTransaction,
    Payment,
    PaymentRequest,
    PaymentState,
    Room,
    StaffMember,
    TransactionStatus,
)
from spa.services import payment_requests
from spa.services.gateway import late, receipts, unapplied
from spa.services.gateway.decide import (
    Attempt,
    Decision,
    Do,
    Reported,
    Step,
    Visit,
    decide,
)
from spa.services.gateway.receipts import Case
from spa.services.messages import tell
from spa.services.transactions import locked_transaction
from spa.wompi.answers import Transaction

P, S, T = PaymentState, AppointmentStatus, TransactionStatus
# What Wompi may say of a transaction next; a refusal that a read calls approved is money.
NEXT = {
    T.PENDING: (T.PENDING, T.APPROVED, T.DECLINED, T.ERROR, T.VOIDED),
    T.DECLINED: (T.APPROVED, T.VOIDED),
    T.ERROR: (T.APPROVED, T.VOIDED),
    T.APPROVED: (T.VOIDED,),
    T.VOIDED: (),
}
# What a manager decides meanwhile is known only once the transactions are locked, which come last.
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """What was known of a reference after all, and what was done."""

    decision: Decision
    payment: Payment | None


class _GivenMeanwhile(Busy):
    """A manager gave money of the reference to a visit that was not locked for it."""


def settle(
    *, reference: str, found: Sequence[Transaction], now: datetime, is_all: bool = True
) -> Settled:
    """Take in what Wompi says of a reference, post what is new, and move the attempt on.

    `found` may be all, some or none of its transactions, in any order, and known already: the
    same report twice changes nothing. Unless `is_all`, Wompi is still to be asked about the
    reference when it was to be. Some 12 queries without news, 35 with an approval.

    :raises Busy: somebody else held one of its rows for too long
    """
    for _ in range(MOST_TRIES - 1):
        with suppress(_GivenMeanwhile):
            return _settle(reference, found, now, is_all)
    return _settle(reference, found, now, is_all)


@locked_transaction
def _settle(reference: str, found: Sequence[Transaction], now: datetime, is_all: bool) -> Settled:
    case = _locked(reference, now)
    rows = _take_in(reference, found, case, now)
    if {row.receipt_id for row in rows.values()} - {None} - case.locked:
        raise _GivenMeanwhile
    decision = decide(
        attempt=_attempt(case),
        transactions=[_reported(row) for row in rows.values()],
        visit=_visit(case),
        now=now,
    )
    for step in decision.steps:
        _carry_out(step, rows, case, now)
    if case.attempt:
        _move_on(case, decision, now, is_all=is_all)
    return Settled(decision, case.attempt)


def _locked(reference: str, now: datetime) -> Case:
    """Lock all that a reference is about: its attempt, and whatever a manager gave its money to."""
    own = Q(reference=reference, request__isnull=False)
    found = Payment.objects.filter(own | Q(brought_by__reference=reference)).distinct()
    payments = list(found.order_by("pk"))
    attempt = next((one for one in payments if one.request_id), None)
    visits = {
        visit.code: visit
        for visit in Appointment.objects.select_related("location", "client")
        .select_for_update(no_key=True, of=("self",))
        .filter(code__in={one.appointment for one in payments})
        .order_by("pk")
    }
    clients = {
        client.pk: client
        for client in Client.objects.locked().filter(pk__in={one.client_id for one in payments})
    }
    for visit in visits.values():
        visit.client = clients.get(visit.client_id, visit.client)
    visit = visits.get(attempt.appointment) if attempt else None
    if visit and visit.status == S.EXPIRED and visit.starts_at > now:
        items = list(visit.items.values_list("staff", "room"))
        list(StaffMember.objects.locked().filter(pk__in={staff for staff, _room in items} - {None}))
        list(Room.objects.locked().filter(pk__in={room for _staff, room in items} - {None}))
    request = None
    if attempt:
        request = PaymentRequest.objects.locked().get(pk=attempt.request_id)
    keys = [one.pk for one in payments]
    locked = {one.pk: one for one in Payment.objects.filter(pk__in=keys).locked()}
    return Case(
        now=now,
        visits=visits,
        client=clients[attempt.client_id] if attempt else None,
        request=request,
        attempt=locked[attempt.pk] if attempt else None,
        locked=frozenset(locked),
    )


def _take_in(
    reference: str, found: Sequence[Transaction], case: Case, now: datetime
) -> dict[str, GatewayTransaction]:
    """Write down what Wompi says, as far as it may follow on what it said before."""
    GatewayTransaction.objects.bulk_create(
        [
            GatewayTransaction(
                gateway_id=one.transaction_id,
                reference=reference,
                payment=case.attempt,
                status=T.PENDING,
                amount_cents=one.amount_in_cents,
                currency=one.currency,
                created_at=one.created_at,
                seen_at=now,
            )
            for one in {one.transaction_id: one for one in found}.values()
        ],
        # Nothing changes in a row that is there; "do nothing" would need all its keys at hand.
        update_conflicts=True,
        unique_fields=["gateway_id"],
        update_fields=["gateway_id"],
    )
    rows = {
        row.gateway_id: row
        for row in GatewayTransaction.objects.filter(reference=reference)
        .select_related("receipt", "receipt__location")
        .locked()
    }
    for one in sorted(found, key=lambda one: one.transaction_id):
        row = rows.get(one.transaction_id)
        if row is not None and one.status in NEXT[T(row.status)]:
            row.status = one.status
            row.method, row.status_message = one.method, one.status_message
            row.seen_at, row.body = now, one.body
            if not row.home:
                row.amount_cents, row.currency = one.amount_in_cents, one.currency
            row.save(
                update_fields=[
                    *("status", "method", "status_message", "seen_at", "body"),
                    *("amount_cents", "currency"),
                ]
            )
    return rows


def _carry_out(step: Step, rows: dict[str, GatewayTransaction], case: Case, now: datetime) -> None:
    row = rows[step.gateway_id]
    match step.do:
        case Do.PAY | Do.REBOOK | Do.CREDIT:
            expired = step.do == Do.REBOOK and case.visit.status == S.EXPIRED
            rebooked = expired and late.book_again(case, row.amount_cents)
            receipts.receive(case, row, may_pay=step.do != Do.CREDIT, rebooked=rebooked)
        case Do.HOLD | Do.LIST:
            unapplied.hold(row, step.mismatch, case=case, now=now)
        case Do.LET_GO:
            unapplied.let_go(row, now=now)
        case Do.TAKE_BACK:
            receipts.take_back(case, row, list(rows.values()))


def _move_on(case: Case, decision: Decision, now: datetime, *, is_all: bool) -> None:
    """Write the attempt's state and when to look again; tell the client of a refusal."""
    payment, before = case.attempt, case.attempt.state
    fields = ["look_at"]
    looks = [moment for moment in (payment.look_at, decision.look_at) if moment]
    payment.look_at = decision.look_at if is_all else min(looks, default=None)
    if decision.state not in (before, P.APPROVED, P.VOIDED):  # those two were posted, and written
        payment.state = decision.state
        fields.append("state")
    payment.save(update_fields=fields)
    if decision.state in (P.DECLINED, P.ERROR) and before == P.PENDING and case.visit:
        tell.payment_declined(case.visit, payment, now=now)
    if case.visit and case.request.is_open and decision.state == P.APPROVED:
        payment_requests.close_if_paid(case.visit, now=now)


def _attempt(case: Case) -> Attempt | None:
    if case.attempt is None:
        return None
    return Attempt(
        state=case.attempt.state,
        amount_cents=case.attempt.amount_cents,
        opened_at=case.attempt.at,
        ends_at=payment_requests.end_of(case.request, case.visit),
    )


def _visit(case: Case) -> Visit | None:
    if case.visit is None:
        return None
    return Visit(case.visit.status, case.visit.starts_at, case.visit.debt_cents)


def _reported(row: GatewayTransaction) -> Reported:
    return Reported(
        gateway_id=row.gateway_id,
        status=row.status,
        amount_cents=row.amount_cents,
        currency=row.currency,
        created_at=row.created_at,
        home=row.home,
        is_resolved=bool(row.resolution),
        is_taken_back=row.receipt.state == P.VOIDED if row.receipt else bool(row.resolution),
    )
