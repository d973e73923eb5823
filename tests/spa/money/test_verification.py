"""Verify finds whatever falsifies the books, though every guard of the database was passed."""

import pytest

from spa.services import cash, verification
from spa.services.audit import Actor
from tests.factories import at
from tests.spa.money.till import Till, card, coins


@pytest.fixture
def day(db):
    """A day with something of everything; its books are right."""
    till = Till()
    till.give_credit(60_000)
    session = till.drawer(pesos=100_000)
    visit = till.visit("finished")
    tips = {till.house.paola.pk: 10_000_00}
    till.charge(visit, coins(100_000), card(60_000), credit_cents=30_000_00, tips=tips, now=at(11))
    _ahead, refunded = till.paid_visit(card(180_000, reference="2"), now=at(12), hour=15)
    till.refund(refunded, 20_000)
    till.charge_back(refunded, 10_000)
    _other, voided = till.paid_visit(card(180_000, reference="3"), now=at(12), hour=17)
    till.void(voided)
    debtor = till.visit("finished", hour=13)
    till.charge(debtor, by=till.manager, complete=True, debt_reason="left", now=at(14))
    till.close(session, {100_000: 1, 50_000: 2})
    second = till.drawer(pesos=50_000, now=at(20))
    cash.move_by_hand(
        session=second, cents=-100_00, reason="supplies", now=at(20), actor=Actor(user=till.desk)
    )
    assert list(verification.findings()) == []
    return till


COPY_OF_AN_ENTRY = """
WITH copy AS (
  INSERT INTO spa_journalentry (at, event, location_id, appointment, payment, client_id, user_id,
    origin, reason_code)
  SELECT at, event, location_id, appointment, payment, client_id, user_id, origin, reason_code
  FROM spa_journalentry WHERE event = 'payment_taken' ORDER BY id LIMIT 1 RETURNING id
)
INSERT INTO spa_journalline (entry_id, account, subledger, amount_cents)
SELECT copy.id, account, subledger, amount_cents FROM copy, spa_journalline WHERE entry_id = (
  SELECT min(id) FROM spa_journalentry WHERE event = 'payment_taken')
"""
WITHOUT_A_PAYMENT = """
WITH gone AS (
  SELECT id FROM spa_journalentry WHERE event = 'payment_taken' ORDER BY id DESC LIMIT 1
), lines AS (DELETE FROM spa_journalline WHERE entry_id = (SELECT id FROM gone))
DELETE FROM spa_journalentry WHERE id = (SELECT id FROM gone)
"""


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("UPDATE spa_journalline SET amount_cents = amount_cents + 100 WHERE id = (SELECT min(id)"
         " FROM spa_journalline WHERE account = 'safe')", "does not balance"),
        ("DELETE FROM spa_journalentry WHERE event = 'drawer_closed'", "has no entry"),
        ("DELETE FROM spa_journalline WHERE entry_id = (SELECT min(id) FROM spa_journalentry)",
         "does not balance"),
        ("UPDATE spa_appointment SET paid_cents = paid_cents + 100 WHERE paid_cents > 0",
         "a visit's money"),
        ("UPDATE spa_appointment SET debt_cents = 0", ", debt"),
        ("UPDATE spa_appointment SET discount_cents = 100 WHERE status = 'completed'",
         ", not settled"),
        ("UPDATE spa_appointmentitem SET price_cents = 100", ", price"),
        ("UPDATE spa_clientcredit SET remaining_cents = remaining_cents + 100"
         " WHERE remaining_cents < initial_cents", "client's credit"),
        ("UPDATE spa_clientcredit SET initial_cents = remaining_cents", "more of a credit is left"),
        ("DELETE FROM spa_credituse", "the credit that a visit used"),
        ("DELETE FROM spa_cashmovement WHERE kind = 'payment'", "a drawer is not"),
        ("DELETE FROM spa_cashmovement WHERE kind = 'payment'", ", cash"),
        ("UPDATE spa_cashsession SET counted_cents = counted_cents + 100"
         " WHERE closed_at IS NOT NULL", ", miscounted"),
        ("UPDATE spa_cashsession SET closed_at = '2026-11-19 21:00-05',"
         " closed_by_id = opened_by_id, expected_cents = 0, counted_cents = 0"
         " WHERE closed_at IS NULL", ", not handed in"),
        (COPY_OF_AN_ENTRY, ", posted twice"),
        (WITHOUT_A_PAYMENT, ", not in the journal"),
        (WITHOUT_A_PAYMENT, "the money of a method"),
        ("DELETE FROM spa_payment WHERE method = 'cash'", ", no payment"),
        ("UPDATE spa_payment SET state = 'approved', voided_at = NULL WHERE state = 'voided'",
         ", taken back"),
        ("UPDATE spa_tip SET cents = cents + 100", ", tips"),
        ("UPDATE spa_tip SET staff_id = staff_id + 1", "tips are not what the journal says"),
        ("DELETE FROM spa_refund WHERE way = 'credit'", ", refunds"),
        ("UPDATE spa_payment SET refunded_cents = refunded_cents + 100 WHERE refunded_cents > 0",
         ", refunds"),
    ],
)  # fmt: skip
def test_verify_finds(day, unguarded, damage, what):
    unguarded(damage)

    assert [line for line in verification.findings() if what in line]


def test_verify_finds_a_payment_whose_parts_are_not_the_whole(day, unguarded):
    unguarded(
        "UPDATE spa_payment SET applied_cents = applied_cents - 100 WHERE method = 'cash'",
        without=("spa_payment", "payment_that_was_approved_has_a_home_to_the_peso"),
    )

    assert [line for line in verification.findings() if line.endswith(", parts")]
