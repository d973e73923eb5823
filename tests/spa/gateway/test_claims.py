"""What Wompi is asked about next: claimed by one process, in turn, and never lost (§6.7)."""

from datetime import timedelta

import pytest

from spa.models import Payment, WebhookEvent
from spa.services import gateway
from tests.concurrency import Thread, open_transaction
from tests.factories import at
from tests.spa.constraints.gateway import make_event
from tests.spa.gateway.links import Links, fresh, later, reported, with_keys
from tests.spa.money.till import Till

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def links(transactional_db, settings):
    with_keys(settings)
    return Links(Till())


def references(*, now, most=20) -> list[str]:
    return gateway.claim_references(now=now, most=most)


def event(number=1, **fields) -> WebhookEvent:
    return make_event(**{"transaction_id": f"10042-1-{number:05d}", "look_at": at(7, 6), **fields})


# -- Attempts ---------------------------------------------------------------------------------
def test_an_attempt_is_asked_about_a_minute_after_it_began(links):
    _visit, payment = links.hold()

    assert references(now=at(7, 2)) == []
    assert references(now=at(7, 3)) == [payment.reference]
    assert fresh(payment).looks == 1


def test_who_claimed_it_has_a_minute_and_whoever_is_killed_loses_only_that(links):
    _visit, payment = links.hold()
    references(now=at(7, 3))

    assert references(now=later(at(7, 4), seconds=-1)) == []
    assert references(now=at(7, 4)) == [payment.reference]


def test_what_is_due_longest_comes_first_and_no_more_than_is_wanted(links):
    payments = [links.hold(hour=hour)[1] for hour in (10, 12, 14)]
    for minute, payment in zip((5, 4, 3), payments, strict=True):
        Payment.objects.filter(pk=payment.pk).update(look_at=at(7, minute))

    claims = [references(now=at(7, 5), most=1) for _ in range(4)]

    assert claims == [[one.reference] for one in reversed(payments)] + [[]]


def test_two_processes_share_the_work_and_wait_for_nobody(links):
    payments = [links.hold(hour=hour)[1] for hour in (10, 12)]

    with open_transaction():
        Payment.objects.filter(pk=payments[0].pk).locked().get()
        thread = Thread(lambda: references(now=at(7, 9)))
        thread.start()
        assert thread.outcome() == [payments[1].reference]

    assert references(now=at(7, 9)) == [payments[0].reference]


def test_what_is_given_up_is_claimed_no_more(links):
    _visit, payment = links.hold()
    links.hear(reported(payment, "DECLINED"), now=later(at(7, 2), hours=48))

    assert fresh(payment).look_at is None
    assert references(now=later(at(7), days=30)) == []


# -- Events -----------------------------------------------------------------------------------
def test_an_event_that_nobody_could_read_is_tried_thirteen_times_in_two_days(links):
    row, moment, tries = event(), at(7, 6), []

    while (due := fresh(row).look_at) is not None:
        moment = due
        assert gateway.claim_events(now=moment - timedelta(seconds=1), most=5) == []
        tries.append(gateway.claim_events(now=moment, most=5))

    assert tries == [[row.transaction_id]] * 13
    assert timedelta(hours=47) < moment - at(7, 6) < timedelta(hours=48)
    assert fresh(row).looks == 13


def test_events_of_one_transaction_are_read_together(links):
    for status in ("PENDING", "APPROVED", "VOIDED"):
        event(status=status)
    event(2)

    assert sorted(gateway.claim_events(now=at(7, 6), most=5)) == ["10042-1-00001", "10042-1-00002"]


def test_two_processes_do_not_read_the_same_event(links):
    row, other = event(), event(2)

    with open_transaction():
        WebhookEvent.objects.select_for_update(no_key=True).get(pk=row.pk)
        thread = Thread(lambda: gateway.claim_events(now=at(7, 6), most=5))
        thread.start()
        assert thread.outcome() == [other.transaction_id]
