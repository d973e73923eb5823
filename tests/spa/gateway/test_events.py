"""Announcements: kept once, compared, read soon, and told to managers when they are not true."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from spa.models import Alert, AuditLog, GatewayTransaction, WebhookEvent
from spa.services.gateway import Received, events, mark_read, receive
from spa.wompi.events import Announcement
from tests.factories import at
from tests.spa.gateway.links import DEPOSIT, Links, reported, with_keys
from tests.spa.money.till import Till, card

KEY = "10042-1-00001"


def announced(payment=None, **changed) -> Announcement:
    values = {
        "transaction_id": KEY,
        "status": "APPROVED",
        "amount_in_cents": payment.amount_cents if payment else DEPOSIT,
        "reference": payment.reference if payment else "SOMEBODY-ELSES",
        "currency": "COP",
        "timestamp": 1796000000,
        "body": {"data": {"transaction": {"customer_email": "payer@example.test"}}},
    }
    return Announcement(**values | changed)


def hear(announcement, *, now=None) -> Received:
    return receive(announcement=announcement, now=now or at(7, 6))


def read(told, *, now=None) -> None:
    mark_read(transaction_id=KEY, told=told, now=now or at(7, 7))


def kinds() -> list[str]:
    return sorted(Alert.objects.values_list("kind", flat=True))


@pytest.fixture
def queued(monkeypatch):
    tasks = []
    monkeypatch.setattr(events, "async_task", lambda *task: tasks.append(task))
    return tasks


# -- Received ---------------------------------------------------------------------------------
def test_one_of_ours_is_kept_and_its_transaction_read_at_once(links, queued):
    _visit, payment = links.hold()

    assert hear(announced(payment)) == Received.NEWS

    event = WebhookEvent.objects.get()
    assert (event.outcome, event.truth, event.received_at) == ("owned", "", at(7, 6))
    assert event.look_at == at(7, 7)  # the net below the task
    assert queued == [(events.READ, KEY)]
    assert not Alert.objects.exists()


def test_it_pays_nothing_by_itself(links, queued):
    _visit, payment = links.hold()

    hear(announced(payment))

    assert not GatewayTransaction.objects.exists()


def test_one_of_nobody_is_kept_too_and_read(links, queued):
    assert hear(announced()) == Received.NEWS

    assert WebhookEvent.objects.get().outcome == "unowned"
    assert len(queued) == 1


def test_a_desk_payment_with_that_reference_owns_nothing(links, queued):
    links.till.charge(links.till.visit(), card(180_000, reference="RES-A"))

    hear(announced(reference="RES-A", amount_in_cents=180_000_00))

    assert WebhookEvent.objects.get().outcome == "unowned"


@pytest.mark.parametrize(
    "change", [{"amount_in_cents": DEPOSIT - 1}, {"amount_in_cents": 1}, {"currency": "USD"}]
)
def test_another_amount_or_currency_is_audited_and_told_once(links, queued, change):
    _visit, payment = links.hold()
    wrong = announced(payment, **change)

    assert [hear(wrong), hear(wrong, now=at(9))] == [Received.MISMATCH, Received.KNOWN]

    entry = AuditLog.objects.get(action="WEBHOOK_MISMATCH")
    assert (entry.subject, entry.facts["asked_cents"]) == (f"transaction:{KEY}", DEPOSIT)
    assert kinds() == ["amount_mismatch"]
    assert len(queued) == 1


def test_a_repetition_says_nothing_new_though_its_body_and_moment_are_others(links, queued):
    _visit, payment = links.hold()
    hear(announced(payment))

    assert hear(announced(payment, timestamp=1796009999, body={})) == Received.KNOWN
    assert WebhookEvent.objects.get().timestamp == 1796000000


def test_a_captured_event_with_another_reference_is_an_event_of_its_own(links, queued):
    """The sum does not cover the reference; whose money it is, the read decides."""
    _visit, payment = links.hold()
    _other, swapped = links.hold(hour=14)
    hear(announced(payment))

    assert hear(announced(swapped)) == Received.NEWS

    read(reported(payment, key=KEY))
    truths = WebhookEvent.objects.order_by("pk").values_list("reference", "truth")
    assert list(truths) == [(payment.reference, "confirmed"), (swapped.reference, "different")]
    assert kinds() == ["event_differs"]


# -- Read -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("event", "told", "truth"),
    [
        ({}, {}, "confirmed"),
        ({}, {"status": "VOIDED"}, "confirmed"),  # approved it was
        ({"status": "PENDING"}, {}, "confirmed"),
        ({"status": "DECLINED"}, {}, "confirmed"),
        ({"status": "VOIDED"}, {}, "confirmed"),  # asked a moment too early
        ({}, {"status": "PENDING"}, "different"),
        ({}, {"status": "DECLINED"}, "different"),
        ({}, {"status": "ERROR"}, "different"),
        ({"status": "VOIDED"}, {"status": "DECLINED"}, "different"),
        ({"amount_in_cents": 1_00}, {}, "different"),
        ({}, {"cents": 1_00}, "different"),
        ({}, {"currency": "USD"}, "different"),
        ({}, {"reference": "RES-B"}, "different"),
    ],
)
def test_what_a_read_makes_of_it(links, queued, event, told, truth):
    _visit, payment = links.hold()
    hear(announced(payment, **event))

    read(reported(payment, **{"key": KEY, **told}))

    row = WebhookEvent.objects.get()
    assert (row.truth, row.look_at) == (truth, None)
    assert ("event_differs" in kinds()) == (truth == "different")


def test_an_id_that_wompi_does_not_know_is_told(links, queued):
    _visit, payment = links.hold()
    hear(announced(payment))

    read(None)

    assert WebhookEvent.objects.get().truth == "unknown"
    assert kinds() == ["unknown_transaction"]


def test_what_was_read_is_judged_once(links, queued):
    _visit, payment = links.hold()
    hear(announced(payment))
    read(reported(payment, key=KEY))

    read(None, now=at(9))

    assert WebhookEvent.objects.get().truth == "confirmed"
    assert kinds() == []


# -- All at once ------------------------------------------------------------------------------
def at_once(announcement, *, copies=200) -> list[Received]:
    """Deliver so many copies, eight at a time, each thread with a connection of its own."""

    def deliver(_number: int) -> Received:
        try:
            return hear(announcement)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(deliver, range(copies)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "first", "audited"),
    [({}, Received.NEWS, 0), ({"amount_in_cents": 1_00}, Received.MISMATCH, 1)],
)
def test_of_two_hundred_copies_one_is_news(settings, monkeypatch, change, first, audited):
    with_keys(settings)
    _visit, payment = Links(Till()).hold()
    tasks = []
    monkeypatch.setattr(events, "async_task", lambda *task: tasks.append(task))

    results = at_once(announced(payment, **change))

    assert sorted(results) == sorted([first] + [Received.KNOWN] * 199)
    assert WebhookEvent.objects.count() == len(tasks) == 1
    assert AuditLog.objects.filter(action="WEBHOOK_MISMATCH").count() == audited
    assert Alert.objects.count() == audited
