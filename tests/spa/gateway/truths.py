"""What holds of money by link, whatever happened, by what Wompi holds and by what we wrote."""

from collections import Counter

from django.db.models import Sum

from spa.models import (
    ACTIVE,
    Appointment,
    AppointmentChange,
    CreditUse,
    GatewayTransaction,
    Home,
    JournalLine,
    OutboxMessage,
    Payment,
    PaymentState,
    Refund,
    Resolution,
)
from spa.postgres.checks import check_now
from spa.services import verification
from spa.wompi.answers import Status
from tests.spa.gateway.fake import FINAL, FakeWompi

TOLD_OF_MONEY = ("CONFIRMED", "PAYMENT_APPROVED", "LATE_MONEY_RESOLVED")


def check(wompi: FakeWompi) -> None:
    """Look at everything that must hold at any moment.

    :raises AssertionError: it does not
    """
    check_now()
    assert list(verification.findings()) == []
    rows = list(GatewayTransaction.objects.select_related("receipt").order_by("pk"))
    payments = list(Payment.objects.order_by("pk"))
    check_sums(wompi, rows, payments)
    check_states(wompi, rows)
    check_homes(rows)
    check_visits(payments)
    check_words(payments)


def check_at_rest(wompi: FakeWompi) -> None:
    """Look at what must hold once Wompi has been asked about everything.

    :raises AssertionError: money of Wompi's is nowhere with us, or an attempt has no end
    """
    check(wompi)
    known = {row.gateway_id: row for row in GatewayTransaction.objects.all()}
    for one in wompi.all(Status.APPROVED):
        row = known.get(one.transaction_id)
        assert row, f"{one} is lost"
        assert row.home, f"{one} has no home"
    for one in wompi.all(Status.VOIDED):
        row = known.get(one.transaction_id)
        assert row is None or row.status == Status.VOIDED, f"{one} is not known to be voided"
    assert booked("wompi") == wompi.received_cents() - refunded(known.values())
    attempts = Payment.objects.filter(request__isnull=False)
    assert not attempts.filter(state=PaymentState.PENDING).exists()


def check_sums(wompi: FakeWompi, rows: list[GatewayTransaction], payments: list[Payment]) -> None:
    """Money received = applied + tips + credit + refunded + unapplied, by rows and by journal."""
    standing = [row.gateway_id for row in rows if row.status == Status.APPROVED]
    received = wompi.received_cents(*standing) if standing else 0
    # What Wompi took back and we do not know yet is still in our books, and in this sum.
    received += sum(row.posted_cents for row in rows if _is_stale(row, wompi))
    of_payments = sum(
        one.applied_cents + one.tip_cents + one.credited_cents
        for one in payments
        if one.method == "wompi" and one.state == PaymentState.APPROVED
    )
    unapplied = sum(
        row.posted_cents for row in rows if row.home == Home.UNAPPLIED and not row.resolution
    )
    assert received == of_payments + unapplied + refunded(rows)
    assert booked("wompi") == received - refunded(rows)
    assert booked("unapplied_money") == -unapplied


def check_states(wompi: FakeWompi, rows: list[GatewayTransaction]) -> None:
    """What we know of a transaction never becomes older than it was."""
    for row in rows:
        before = wompi.believed.get(row.gateway_id, row.status)
        is_news = (before, row.status) == (Status.APPROVED, Status.VOIDED)
        assert before not in FINAL or before == row.status or is_news, f"{row} was {before}"
        wompi.believed[row.gateway_id] = row.status


def check_homes(rows: list[GatewayTransaction]) -> None:
    receipts = Counter(row.receipt_id for row in rows if row.receipt_id)
    assert all(times == 1 for times in receipts.values())
    for row in rows:
        assert (row.status == Status.APPROVED) <= bool(row.home), f"{row} has no home"
        if row.home == Home.PAYMENT:
            assert row.receipt.amount_cents == row.amount_cents


def check_visits(payments: list[Payment]) -> None:
    """What a visit ahead holds is what was paid of it, where nothing has made that a long story."""
    told = {
        *CreditUse.objects.values_list("appointment", flat=True),
        *Refund.objects.values_list("payment__appointment", flat=True),
        *AppointmentChange.objects.filter(action="rebook").values_list(
            "appointment__code", flat=True
        ),
    }
    paid: Counter = Counter()
    for one in payments:
        if one.state == PaymentState.APPROVED:
            paid[one.appointment] += one.applied_cents
    for visit in Appointment.objects.filter(status__in=ACTIVE):
        if visit.code not in told:
            assert visit.paid_cents == paid[visit.code], visit.code
        assert -booked("client_deposits", f"visit:{visit.code}") == visit.paid_cents


def check_words(payments: list[Payment]) -> None:
    """One word for each outcome, and none of a refusal after the approval."""
    words = list(OutboxMessage.objects.order_by("pk"))
    keys = Counter((word.kind, word.subject, word.occasion) for word in words)
    assert all(times == 1 for times in keys.values()), keys
    rebooked = set(
        AppointmentChange.objects.filter(action="rebook").values_list(
            "appointment__code", flat=True
        )
    )
    confirmed = Counter(word.subject for word in words if word.kind == "CONFIRMED")
    assert all(times <= 1 + (visit in rebooked) for visit, times in confirmed.items()), (
        f"confirmed twice: {confirmed}"
    )
    # At one moment the receipts of one visit have one word each at most.
    said = Counter((word.subject, word.created_at) for word in words if word.kind in TOLD_OF_MONEY)
    posted = Counter((one.appointment, one.at) for one in payments)
    for moment, times in said.items():
        assert times <= max(posted[moment], 1), f"{moment} is told {times} times"
    by_code = {one.code: one for one in payments}
    for word in words:
        if word.kind == "PAYMENT_DECLINED":
            money = by_code[word.occasion]
            came = money.state in (PaymentState.APPROVED, PaymentState.VOIDED)
            assert not came or word.created_at < money.at, f"{money} is refused after it came"
        if word.kind in ("PAYMENT_APPROVED", "LATE_MONEY_RESOLVED"):
            money = by_code[word.occasion]
            assert money.state in (PaymentState.APPROVED, PaymentState.VOIDED)
            is_late = word.kind == "LATE_MONEY_RESOLVED"
            assert bool(money.applied_cents) != is_late, f"{money} is told as {word.kind}"


def refunded(rows) -> int:
    """Return the cents that a manager gave back outside of money that stands at Wompi."""
    return sum(
        row.posted_cents
        for row in rows
        if row.resolution == Resolution.REFUNDED and row.status == Status.APPROVED
    )


def booked(account: str, whose: str = "") -> int:
    lines = JournalLine.objects.filter(account=account)
    if whose:
        lines = lines.filter(subledger=whose)
    return lines.aggregate(cents=Sum("amount_cents"))["cents"] or 0


def _is_stale(row: GatewayTransaction, wompi: FakeWompi) -> bool:
    is_over = wompi.by_id[row.gateway_id].status == Status.VOIDED
    return is_over and row.status == Status.APPROVED
