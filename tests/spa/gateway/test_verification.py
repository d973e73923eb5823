"""Verify finds whatever falsifies what Wompi brought, though every guard was passed."""

from datetime import timedelta

import pytest

from spa.models import GatewayTransaction, Payment
from spa.services import gateway, verification
from spa.services.audit import Actor
from spa.services.gateway import events
from spa.services.verification.gateway import CHECKS, LATE
from tests.factories import at, make_client
from tests.spa.gateway.links import Links, reported, with_keys
from tests.spa.gateway.test_events import announced
from tests.spa.money.till import Till

PAID, BACK, FOREIGN = "10042-1-00001", "10042-1-00002", "10042-1-00003"
WAITS, APPLIED, OTHER = "10042-1-00004", "10042-1-00005", "10042-1-00006"


@pytest.fixture
def day(db, settings, monkeypatch):
    """A day of the gateway with something of everything; its books are right."""
    with_keys(settings)
    monkeypatch.setattr(events, "async_task", lambda *_task: None)
    links = Links(Till())
    _visit, payment = links.hold()
    links.hear(told := reported(payment, key=PAID))
    gateway.receive(announcement=announced(payment), now=at(7, 5))
    gateway.mark_read(transaction_id=PAID, told=told, now=at(7, 6))
    _other, second = links.hold(hour=14, client=make_client())
    links.hear(reported(second, key=BACK))
    links.hear(reported(second, "VOIDED", key=BACK), now=at(8))
    third, attempt = links.hold(hour=17, client=make_client())
    links.hear(
        reported(attempt, key=FOREIGN, currency="USD"),
        reported(attempt, key=WAITS, cents=50_000_00),
        reported(attempt, key=APPLIED, cents=20_000_00),
        reported(attempt, "DECLINED", key=OTHER),
    )
    gateway.apply(
        transaction=GatewayTransaction.objects.get(gateway_id=APPLIED),
        appointment=third,
        note="Caso 12",
        now=at(9),
        actor=Actor(user=links.till.manager),
    )
    assert list(verification.findings()) == []
    return links


def of(key: str) -> str:
    return f"WHERE gateway_id = '{key}'"


def found(line: str, *, now=None) -> list[str]:
    return [one for one in verification.findings(now=now) if line in one]


WITHOUT_ITS_ENTRY = f"""
WITH gone AS (DELETE FROM spa_journalentry {of(PAID)} RETURNING id)
DELETE FROM spa_journalline WHERE entry_id IN (SELECT id FROM gone)
"""


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (f"DELETE FROM spa_gatewaytransaction {of(PAID)}", f"{PAID}, no transaction"),
        (f"DELETE FROM spa_gatewaytransaction {of(PAID)}", "a payment by link has no transaction"),
        (WITHOUT_ITS_ENTRY, f"{PAID}, not posted as it says"),
        ("UPDATE spa_journalline l SET amount_cents = amount_cents * 2 FROM spa_journalentry e"
         f" WHERE e.id = l.entry_id AND e.gateway_id = '{PAID}'", f"{PAID}, not posted as it says"),
        (f"UPDATE spa_journalentry SET gateway_id = '' {of(PAID)}",
         f"{PAID}, not posted as it says"),
        (f"UPDATE spa_gatewaytransaction SET status = 'APPROVED' {of(OTHER)}", f"{OTHER}, no home"),
        (f"UPDATE spa_gatewaytransaction SET posted_cents = posted_cents - 100 {of(PAID)}",
         f"{PAID}, another sum than its receipt"),
        (f"UPDATE spa_gatewaytransaction SET posted_cents = posted_cents - 100 {of(APPLIED)}",
         f"{APPLIED}, another sum than its receipt"),
        ("UPDATE spa_payment SET state = 'declined' WHERE state = 'approved'",
         f"{PAID}, receipt is not approved"),
        ("UPDATE spa_payment SET method = 'card_terminal', request_id = NULL"
         " WHERE state = 'approved'", f"{PAID}, receipt is of another method"),
        ("UPDATE spa_payment SET state = 'voided', voided_at = at WHERE state = 'approved'",
         f"{PAID}, taken back only here"),
        ("UPDATE spa_payment SET state = 'approved', voided_at = NULL WHERE state = 'voided'",
         f"{BACK}, taken back only there"),
        (f"UPDATE spa_gatewaytransaction SET status = 'VOIDED' {of(PAID)}",
         f"{PAID}, taken back only there"),
        (f"UPDATE spa_gatewaytransaction SET status = 'VOIDED' {of(WAITS)}",
         f"{WAITS}, waits, although it went back"),
        (f"UPDATE spa_gatewaytransaction SET status = 'VOIDED' {of(FOREIGN)}",
         f"{FOREIGN}, waits, although it went back"),
        (f"UPDATE spa_gatewaytransaction SET posted_cents = posted_cents + 100 {of(WAITS)}",
         "money without a home is not what the journal says"),
        ("UPDATE spa_gatewaytransaction SET resolution = 'refunded', resolved_at = seen_at"
         f" {of(WAITS)}", "money without a home is not what the journal says"),
        ("UPDATE spa_appointment SET status = 'cancelled', cancelled_by = 'spa',"
         " closed_at = created_at WHERE status = 'pending_payment'", "a link is open for a visit"),
        ("UPDATE spa_webhookevent SET truth = ''", f"was never read: {PAID}"),
    ],
)  # fmt: skip
def test_verify_finds(day, unguarded, damage, what):
    unguarded(damage)

    assert found(what)


def test_verify_finds_a_payment_that_no_transaction_brought(day, unguarded):
    unguarded(
        "UPDATE spa_gatewaytransaction SET home = '', posted_cents = 0, receipt_id = NULL"
        f" {of(BACK)}"
    )
    receipt = Payment.objects.get(state="voided")

    assert found(f"a payment by link has no transaction: {receipt.code}")


def test_whatever_is_looked_for_is_looked_for_here():
    """A check without damage that it finds is no check; a new one needs a line above."""
    assert len(CHECKS) == 5
    assert len(LATE) == 1


# -- What is late -----------------------------------------------------------------------------
LATE_LINE = "Wompi was not asked for an hour about"


def test_verify_tells_of_an_attempt_that_nobody_asks_about(day):
    due = Payment.objects.exclude(look_at=None).earliest("look_at").look_at

    assert not found(LATE_LINE, now=due + timedelta(hours=1))
    assert found(LATE_LINE, now=due + timedelta(hours=1, seconds=1))


def test_and_of_an_event(day):
    gateway.receive(announcement=announced(transaction_id="10042-9-00009"), now=at(6))

    assert found(f"{LATE_LINE} 10042-9-00009", now=at(7, 2))
    assert not found("10042-9-00009", now=at(7, 1))
