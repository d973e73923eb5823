"""What becomes of a visit's money when the visit ends (rule book §6 and §8).

Below booking: its commands call these with the visit and its client locked. Each keeps the
visit's own figures in step with the journal; the caller saves the visit.
"""

from datetime import datetime

from spa.models import Appointment, CreditOrigin, SpaPolicy
from spa.services import credit, journal
from spa.services.audit import Actor
from spa.services.journal import Posting

MONEY_FIELDS = ("discount_cents", "paid_cents", "debt_cents")


def earn(visit: Appointment, *, now: datetime, actor: Actor, reason_code: str = "") -> None:
    """Turn what was paid ahead into revenue; what was not becomes a debt. Two queries."""
    visit.debt_cents = visit.balance_cents
    journal.visit_completed(
        Posting.of_visit(visit, at=now, actor=actor),
        price=visit.price_cents,
        discount=visit.discount_cents,
        paid=visit.paid_cents,
        debt=visit.debt_cents,
        reason_code=reason_code,
    )


def let_go(
    visit: Appointment, *, keep_cents: int, reason_code: str, now: datetime, actor: Actor
) -> None:
    """Give back what a visit holds that will not be, but `keep_cents` (at most what it holds).

    Money is kept before credit is. Credit goes back to its own lots, with their last day; money
    becomes a new lot. Nothing is left on the visit.
    """
    if not visit.paid_cents:
        visit.discount_cents = 0
        return
    kept = min(keep_cents, visit.paid_cents)
    posting = Posting.of_visit(visit, at=now, actor=actor)
    journal.deposit_kept(posting, cents=kept, reason_code=reason_code)
    _give_back(visit, visit.paid_cents - kept, posting)
    visit.paid_cents = visit.discount_cents = 0


def fit(visit: Appointment, price_cents: int, *, now: datetime, actor: Actor) -> None:
    """Give a locked visit ahead its new price; what is paid too much for it goes back.

    The discount stays, as far as there is a price to lower.
    """
    visit.price_cents = price_cents
    visit.discount_cents = min(visit.discount_cents, price_cents)
    excess = visit.paid_cents - visit.total_cents
    if excess > 0:
        _give_back(visit, excess, Posting.of_visit(visit, at=now, actor=actor))
        visit.paid_cents -= excess


def _give_back(visit: Appointment, cents: int, posting: Posting) -> None:
    """Give `cents` of what a visit holds back: credit to its lots, money as a new lot."""
    today = visit.location.today(now=posting.at)
    of_credit = min(credit.held_by(visit), cents) if cents else 0
    of_money = cents - of_credit
    if of_credit:
        credit.give_back(visit, of_credit, today=today)
        journal.credit_given_back(posting, cents=of_credit)
    if of_money:
        credit.add_lot(
            visit.client,
            of_money,
            CreditOrigin.CANCELLED,
            days=SpaPolicy.current().credit_days,
            today=today,
            now=posting.at,
            actor=posting.actor,
            appointment=visit.code,
        )
        journal.money_to_credit(posting, cents=of_money)
