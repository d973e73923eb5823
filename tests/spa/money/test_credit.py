"""Credit given by hand, spent, given back and expired."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.errors import RuleBroken
from spa.models import AuditLog, ClientCredit, CreditUse, JournalEntry, SpaPolicy
from spa.services import credit
from spa.services.idempotency import KeyMismatch
from spa.services.rights import NotAllowed
from tests.factories import TODAY, at, make_client
from tests.spa.money.till import books, fresh, rows

TOMORROW = TODAY + timedelta(days=1)


def refusal(till, pesos, *, error=RuleBroken, **fields) -> dict:
    before = rows()
    with pytest.raises(error) as refused:
        till.give_credit(pesos, **fields)
    assert rows() == before
    return refused.value.facts


def expire(now):
    """Let what is due expire, as the job does at that moment."""
    today = now.date()
    return credit.expire_due(today=today, now=now)


# -- By hand ----------------------------------------------------------------------------------
def test_a_manager_gives_credit_with_a_reason(till):
    lot = till.give_credit(50_000, origin="promotion")

    assert (lot.initial_cents, lot.remaining_cents) == (50_000_00, 50_000_00)
    assert lot.expires_on == TODAY + timedelta(days=365)
    assert books() == {"goodwill": 50_000, "client_credit": -50_000}
    entry = AuditLog.objects.get(action="CREDIT_ISSUED")
    assert (entry.reason_code, entry.facts) == ("promotion", {"cents": 50_000_00})


def test_at_most_the_policys_limit_at_once(till):
    with pytest.raises(credit.AdjustmentTooLarge) as refused:
        till.give_credit(5_000_001)
    assert refused.value.internal_code == "PAY-ADJ-LIMIT"
    assert refused.value.facts["limit_cents"] == 5_000_000_00

    assert till.give_credit(5_000_000)


@pytest.mark.parametrize(
    ("pesos", "fields", "reason"),
    [
        (0, {}, "amount_not_positive"),
        (-1, {}, "amount_not_positive"),
        (0.5, {}, "amount_with_cents"),
        (1, {"origin": "refund"}, "credit_without_reason"),
        (1, {"origin": ""}, "credit_without_reason"),
    ],
)
def test_credit_that_cannot_be_given(till, pesos, fields, reason):
    assert refusal(till, pesos, **fields)["reason"] == reason


def test_the_desk_gives_none(till):
    refusal(till, 1, by=till.desk, error=NotAllowed)


def test_sent_twice_it_is_given_once(till):
    key = uuid4()
    first = till.give_credit(10, request_id=key)

    assert till.give_credit(10, request_id=key) == first
    assert ClientCredit.objects.count() == 1
    refusal(till, 11, request_id=key, error=KeyMismatch)


# -- Its last day -----------------------------------------------------------------------------
def last_day_is_today(till, pesos=50_000):
    lot = till.give_credit(pesos)
    ClientCredit.objects.filter(pk=lot.pk).update(expires_on=TODAY)
    return lot


def test_credit_is_spent_until_the_end_of_its_last_day_in_bogota(till):
    last_day_is_today(till)
    evening = at(23, 59)
    assert evening.utcoffset() == timedelta(hours=-5)  # it is tomorrow in UTC

    assert expire(evening) == 0
    till.charge(till.visit(), credit_cents=50_000_00, now=evening)

    assert till.credit_left(now=evening) == 0


def test_credit_expires_when_its_last_day_is_over(till):
    last_day_is_today(till)
    midnight = at(0, day=TOMORROW)
    with pytest.raises(credit.NotEnoughCredit):
        till.charge(till.visit(), credit_cents=100, now=midnight)

    assert expire(midnight) == 1
    assert expire(midnight) == 0

    assert books() == {"goodwill": 50_000, "expired_value": -50_000}
    assert JournalEntry.objects.filter(event="credit_expired").count() == 1


def test_what_is_left_of_several_lots_expires_client_by_client(till):
    other = make_client()
    last_day_is_today(till, 10_000)
    last_day_is_today(till, 20_000)
    till.give_credit(40_000)
    lot = till.give_credit(5_000, client=other)
    ClientCredit.objects.filter(pk=lot.pk).update(expires_on=TODAY)

    assert expire(at(3, day=TOMORROW)) == 3

    assert books()["client_credit"] == -40_000


# -- Given back -------------------------------------------------------------------------------
def spent_and_given_back(till, *, expires_on, now):
    """Spend a lot on a visit that the house cancels; return the lot as it is then."""
    lot = till.give_credit(50_000)
    visit = till.visit()
    till.charge(visit, credit_cents=30_000_00)
    ClientCredit.objects.filter(pk=lot.pk).update(expires_on=expires_on)
    till.cancel(visit, by="spa", now=now)
    return fresh(lot)


@pytest.mark.parametrize("days", [7, 8, 365])
def test_it_comes_back_with_its_own_last_day(till, days):
    day = TODAY + timedelta(days=days)

    lot = spent_and_given_back(till, expires_on=day, now=at(9))

    assert (lot.remaining_cents, lot.expires_on) == (50_000_00, day)
    assert CreditUse.objects.get().returned_cents == 30_000_00


@pytest.mark.parametrize("days", [-30, 0, 6])
def test_it_comes_back_for_seven_days_at_least(till, days):
    day = TODAY + timedelta(days=days)

    lot = spent_and_given_back(till, expires_on=day, now=at(9))

    assert lot.expires_on == TODAY + timedelta(days=7)


def test_the_seven_days_count_from_the_day_in_bogota(till):
    lot = spent_and_given_back(till, expires_on=TODAY, now=at(19, 30))

    assert lot.expires_on == TODAY + timedelta(days=7)


def test_credit_of_several_lots_goes_back_to_each(till):
    lots = []
    for days, pesos in ((10, 20_000), (100, 30_000)):
        SpaPolicy.objects.update(credit_days=days)
        lots.append(till.give_credit(pesos))
    visit = till.visit()
    till.charge(visit, credit_cents=45_000_00)
    assert [fresh(lot).remaining_cents for lot in lots] == [0, 5_000_00]

    till.cancel(visit, by="spa")

    assert [fresh(lot).remaining_cents for lot in lots] == [20_000_00, 30_000_00]
    assert credit.held_by(visit) == 0
