"""Reconciliation goes on: what one reference holds up is no matter of the others (§6.7)."""

from dataclasses import dataclass, field

import pytest

from spa.models import Client
from spa.wompi.errors import GatewayFailed, GatewayUnavailable
from tasks import gateway
from tests.concurrency import Thread, open_transaction
from tests.factories import at, make_client
from tests.spa.gateway.links import Links, fresh, reported, with_keys
from tests.spa.money.till import Till

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Wompi:
    """What Wompi says when it is asked: a list of transactions, or how the call fails."""

    answers: dict
    asked: list = field(default_factory=list)

    def transactions_of(self, reference):
        self.asked.append(reference)
        answer = self.answers[reference]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def links(transactional_db, settings, monkeypatch):
    with_keys(settings)
    monkeypatch.setattr("spa.clock.now", lambda: at(7, 10))
    return Links(Till())


@pytest.fixture
def two(links):
    """Return two visits of two clients, with the attempts that both began."""
    return links.hold(), links.hold(hour=14, client=make_client())


def with_answers(monkeypatch, answers) -> Wompi:
    wompi = Wompi(answers)
    monkeypatch.setattr(gateway.Client, "from_settings", lambda: wompi)
    return wompi


def approved(*payments) -> dict:
    return {one.reference: (reported(one),) for one in payments}


def test_a_webhook_that_was_lost_loses_nothing(two, monkeypatch):
    (one, first), (other, second) = two
    with_answers(monkeypatch, approved(first, second))

    assert gateway.reconcile() == 2

    assert {fresh(one).status, fresh(other).status} == {"confirmed"}


def test_a_visit_that_somebody_holds_keeps_nobody_elses_money_waiting(two, monkeypatch, settings):
    (one, first), (other, second) = two
    with_answers(monkeypatch, approved(first, second))
    settings.LOCK_TIMEOUT = "50ms"

    with open_transaction():
        Client.objects.locked().get(pk=one.client_id)
        thread = Thread(gateway.reconcile)
        thread.start()
        assert thread.outcome() == 1

    assert (fresh(one).status, fresh(other).status) == ("pending_payment", "confirmed")
    assert fresh(first).look_at == at(7, 11)  # its next turn


def test_nor_does_a_task_fail_for_that(two, monkeypatch, settings):
    (one, first), _other = two
    with_answers(monkeypatch, approved(first))
    settings.LOCK_TIMEOUT = "50ms"

    with open_transaction():
        Client.objects.locked().get(pk=one.client_id)
        thread = Thread(lambda: gateway.look(first.reference))
        thread.start()
        assert thread.outcome() == 0


def test_nor_does_an_answer_that_cannot_be_read(two, monkeypatch):
    (one, first), (other, second) = two
    with_answers(monkeypatch, approved(first, second) | {first.reference: GatewayFailed()})

    assert gateway.reconcile() == 1

    assert (fresh(one).status, fresh(other).status) == ("pending_payment", "confirmed")


def test_it_ends_at_once_while_the_gateway_is_left_alone(two, monkeypatch):
    (_one, first), (_other, second) = two
    closed = GatewayUnavailable()
    wompi = with_answers(monkeypatch, {one.reference: closed for one in (first, second)})

    assert gateway.reconcile() == 0

    assert len(wompi.asked) == 1
