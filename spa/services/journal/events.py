"""The posting table as code: what each event moves (`docs/journal.md` says it in words).

Each function writes one entry in the caller's transaction, which holds the rows' locks and
keeps visits, credit and drawers in step with it. Amounts are cents, whole pesos, not negative
unless said so.
"""

from collections import Counter
from collections.abc import Mapping

from spa.models import (
    Account,
    CashReason,
    JournalEntry,
    JournalEvent,
    Payment,
    RefundWay,
)
from spa.services.journal.posting import (
    Place,
    Posting,
    client_account,
    money_account,
    session_account,
    staff_account,
    total,
    visit_account,
    write,
)

A, E = Account, JournalEvent
# Where cash goes that leaves a drawer by hand, or comes from that is put in.
OTHER_SIDE = {
    CashReason.CHANGE: A.SAFE,
    CashReason.BANK: A.SAFE,
    CashReason.SUPPLIES: A.EXPENSES,
    CashReason.TRANSPORT: A.EXPENSES,
    CashReason.OTHER_EXPENSE: A.EXPENSES,
}


def payment_taken(
    posting: Posting,
    payment: Payment,
    *,
    tips: Mapping[int, int],
    onto_debt: bool = False,
    had_no_home: bool = False,
) -> JournalEntry | None:
    """Money came in: onto the visit, or the debt that it left; tips by therapist; the rest.

    What `had_no_home` came in long ago, and is taken out of what waits for one.
    """
    lines = _taken(posting, payment, payment.applied_cents, payment.credited_cents, tips, onto_debt)
    if had_no_home:
        lines[A.UNAPPLIED_MONEY, ""] = lines.pop(money_account(payment.method, None))
    return write(E.PAYMENT_TAKEN, posting, lines, payment=payment)


def payment_voided(
    posting: Posting,
    payment: Payment,
    *,
    applied_cents: int,
    credit_cents: int,
    tips: Mapping[int, int],
    onto_debt: bool = False,
) -> JournalEntry | None:
    """A payment was taken back whole: the mirror of taking it, by what it pays now."""
    lines = _taken(posting, payment, applied_cents, credit_cents, tips, onto_debt)
    mirrored = {place: -cents for place, cents in lines.items()}
    return write(E.PAYMENT_VOIDED, posting, mirrored, payment=payment)


def _taken(
    posting: Posting,
    payment: Payment,
    applied_cents: int,
    credit_cents: int,
    tips: Mapping[int, int],
    onto_debt: bool,
) -> Counter[Place]:
    home = A.RECEIVABLES if onto_debt else A.CLIENT_DEPOSITS
    parts = [
        (money_account(payment.method, payment.session_id), payment.amount_cents),
        (client_account(payment.client_id), -credit_cents),
        *((staff_account(staff), -cents) for staff, cents in tips.items()),
    ]
    if applied_cents:
        parts.append((visit_account(home, posting.visit), -applied_cents))
    return total(*parts)


def taken_back_at_the_gateway(
    posting: Posting,
    payment: Payment,
    *,
    applied_cents: int,
    credit_cents: int,
    lost_cents: int,
    onto_debt: bool,
    cents: int,
) -> JournalEntry | None:
    """The gateway took `cents` of a payment back: what it paid is open, what it became goes.

    All of it, but for what the bank had charged back before.
    What of it is gone is a debt of a visit that is over (`onto_debt`), else the house's loss.
    """
    parts = [
        (money_account(payment.method, None), -cents),
        (client_account(payment.client_id), credit_cents),
    ]
    if applied_cents:
        home = A.CLIENT_DEPOSITS if posting.visit.is_active else A.RECEIVABLES
        parts.append((visit_account(home, posting.visit), applied_cents))
    if lost_cents:
        loss = visit_account(A.RECEIVABLES, posting.visit) if onto_debt else (A.GOODWILL, "")
        parts.append((loss, lost_cents))
    return write(E.PAYMENT_VOIDED, posting, total(*parts), payment=payment)


def money_unapplied(posting: Posting, *, cents: int, reason_code: str) -> JournalEntry | None:
    """The gateway has money for us that belongs to no payment, or to none of that amount."""
    lines = {(A.WOMPI, ""): cents, (A.UNAPPLIED_MONEY, ""): -cents}
    return write(E.MONEY_UNAPPLIED, posting, lines, reason_code=reason_code)


def unapplied_given_back(posting: Posting, *, cents: int, reason_code: str) -> JournalEntry | None:
    """Money without a home went back to whoever paid it."""
    lines = {(A.UNAPPLIED_MONEY, ""): cents, (A.WOMPI, ""): -cents}
    return write(E.UNAPPLIED_GIVEN_BACK, posting, lines, reason_code=reason_code)


def payment_refunded(
    posting: Posting,
    payment: Payment,
    *,
    cents: int,
    way: str,
    from_credit: bool,
    session_id: int | None = None,
    reason_code: str = "",
) -> JournalEntry | None:
    """Money went back: out of what the visit holds, out of credit, or off a completed visit."""
    if from_credit:
        source = client_account(payment.client_id)
    elif posting.visit.is_active:
        source = visit_account(A.CLIENT_DEPOSITS, posting.visit)
    else:
        source = (A.DISCOUNTS, "")
    if way == RefundWay.CREDIT:
        goal = client_account(payment.client_id)
    else:
        goal = money_account(way, session_id)
    lines = total((source, cents), (goal, -cents))
    return write(E.PAYMENT_REFUNDED, posting, lines, payment=payment, reason_code=reason_code)


def payment_charged_back(
    posting: Posting, payment: Payment, *, cents: int, credit_cents: int
) -> JournalEntry | None:
    """The bank took a payment back: of a visit ahead, or now owed; and what was credit by now."""
    account = A.CLIENT_DEPOSITS if posting.visit.is_active else A.RECEIVABLES
    lines = {
        visit_account(account, posting.visit): cents,
        client_account(payment.client_id): credit_cents,
        money_account(payment.method, payment.session_id): -cents - credit_cents,
    }
    return write(E.PAYMENT_CHARGED_BACK, posting, lines, payment=payment)


def credit_spent(posting: Posting, *, cents: int, onto_debt: bool = False) -> JournalEntry | None:
    """Credit paid a part of the visit, or of the debt that it left."""
    home = A.RECEIVABLES if onto_debt else A.CLIENT_DEPOSITS
    lines = {client_account(posting.client_id): cents, visit_account(home, posting.visit): -cents}
    return write(E.CREDIT_SPENT, posting, lines)


def credit_given_back(posting: Posting, *, cents: int) -> JournalEntry | None:
    """A visit gave back the credit that it had taken."""
    return _out_of_visit(E.CREDIT_GIVEN_BACK, posting, cents)


def money_to_credit(posting: Posting, *, cents: int) -> JournalEntry | None:
    """A visit that will not be gave back money, as credit."""
    return _out_of_visit(E.MONEY_TO_CREDIT, posting, cents)


def _out_of_visit(event: JournalEvent, posting: Posting, cents: int) -> JournalEntry | None:
    lines = {
        visit_account(A.CLIENT_DEPOSITS, posting.visit): cents,
        client_account(posting.client_id): -cents,
    }
    return write(event, posting, lines)


def deposit_kept(posting: Posting, *, cents: int, reason_code: str) -> JournalEntry | None:
    """What was paid ahead stays with the house: cancelled too late, or nobody came."""
    lines = {
        visit_account(A.CLIENT_DEPOSITS, posting.visit): cents,
        (A.CANCELLATION_INCOME, ""): -cents,
    }
    return write(E.DEPOSIT_KEPT, posting, lines, reason_code=reason_code)


def credit_issued(posting: Posting, *, cents: int, reason_code: str) -> JournalEntry | None:
    """The house gave credit by hand."""
    lines = {(A.GOODWILL, ""): cents, client_account(posting.client_id): -cents}
    return write(E.CREDIT_ISSUED, posting, lines, reason_code=reason_code)


def credit_expired(posting: Posting, *, cents: int) -> JournalEntry | None:
    """Credit was not spent by its last day."""
    lines = {client_account(posting.client_id): cents, (A.EXPIRED_VALUE, ""): -cents}
    return write(E.CREDIT_EXPIRED, posting, lines)


def visit_completed(
    posting: Posting, *, price: int, discount: int, paid: int, debt: int, reason_code: str = ""
) -> JournalEntry | None:
    """What was paid ahead is earned; a discount is given, a debt begins."""
    lines = {
        visit_account(A.CLIENT_DEPOSITS, posting.visit): paid,
        visit_account(A.RECEIVABLES, posting.visit): debt,
        (A.DISCOUNTS, ""): discount,
        (A.SERVICE_REVENUE, ""): -price,
    }
    return write(E.VISIT_COMPLETED, posting, lines, reason_code=reason_code)


def tip_paid_out(posting: Posting, *, staff_id: int, cents: int, session_id: int):
    """A therapist got her tips in cash."""
    lines = {staff_account(staff_id): cents, session_account(session_id): -cents}
    return write(E.TIP_PAID_OUT, posting, lines)


def drawer_opened(posting: Posting, *, session_id: int, cents: int) -> JournalEntry | None:
    """The float came out of the safe."""
    return write(
        E.DRAWER_OPENED, posting, {session_account(session_id): cents, (A.SAFE, ""): -cents}
    )


def cash_moved(
    posting: Posting, *, session_id: int, cents: int, reason: CashReason
) -> JournalEntry | None:
    """Cash was put in (positive) or taken out by hand."""
    event = E.CASH_PAID_IN if cents > 0 else E.CASH_PAID_OUT
    lines = {session_account(session_id): cents, (OTHER_SIDE[reason], ""): -cents}
    return write(event, posting, lines, reason_code=reason)


def drawer_closed(
    posting: Posting, *, session_id: int, expected: int, counted: int
) -> JournalEntry | None:
    """The drawer was counted and handed in: all of it to the safe, and the difference named."""
    lines = {
        session_account(session_id): -expected,
        (A.SAFE, ""): counted,
        (A.CASH_OVER_SHORT, ""): expected - counted,
    }
    return write(E.DRAWER_CLOSED, posting, lines)
