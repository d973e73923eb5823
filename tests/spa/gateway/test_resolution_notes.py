"""Whatever a manager decides about money without a home, its row keeps why (rule book §6.4)."""

from uuid import uuid4

import pytest

from spa.errors import RuleBroken
from spa.models import GatewayTransaction
from spa.services import gateway
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch
from tests.factories import at
from tests.spa.gateway.links import fresh, reported, row_of
from tests.spa.money.till import books, rows

WHY = "She sent a photo of her transfer"


@pytest.fixture
def stray(links):
    """Return 50.000 pesos that belong to no payment."""
    told = reported(reference="SOMEBODY-ELSES", cents=50_000_00)
    links.hear(told)
    return row_of(told)


@pytest.fixture
def decide(links, stray):
    """Return a function that decides about it in one of the three ways."""
    visit = links.till.visit()

    def decide(way: str, note: str, request_id=None):
        of = {"transaction": stray, "note": note, "now": at(9)}
        of["actor"] = Actor(user=links.till.manager, request_id=request_id)
        if way == "apply":
            return gateway.apply(appointment=visit, **of)
        if way == "credit":
            return gateway.give_as_credit(client=visit.client, location=visit.location, **of)
        return gateway.record_refund(**of)

    return decide


ways = pytest.mark.parametrize("way", ["apply", "credit", "refund"])


@ways
def test_every_decision_keeps_its_reason(decide, stray, way):
    decide(way, f"  {WHY} ")

    assert fresh(stray).resolution_note == WHY
    assert fresh(stray).resolved_at == at(9)


@ways
@pytest.mark.parametrize(
    ("note", "reason"),
    [("", "note_missing"), (" \t", "note_missing"), ("x" * 201, "note_too_long")],
)
def test_without_one_nothing_is_decided(decide, stray, way, note, reason):
    before = rows()

    with pytest.raises(RuleBroken) as refused:
        decide(way, note)

    assert refused.value.facts["reason"] == reason
    assert (rows(), fresh(stray).resolution) == (before, "")


@ways
def test_two_hundred_characters_are_not_too_many(decide, stray, way):
    decide(way, "x" * 200)

    assert GatewayTransaction.objects.homeless().count() == 0


@ways
def test_the_same_form_twice_decides_once_and_with_another_reason_is_refused(decide, way):
    request_id = uuid4()
    decide(way, WHY, request_id)
    after = books()

    decide(way, WHY, request_id)
    with pytest.raises(KeyMismatch):
        decide(way, "Another", request_id)

    assert books() == after
