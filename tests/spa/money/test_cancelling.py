"""The money of a visit that does not take place: each row of the rule book's table (§8)."""

from datetime import timedelta

import pytest

from spa.models import SpaPolicy
from spa.services import booking
from tests.factories import TODAY, ask_for_deposits, at
from tests.spa.booking.houses import DESK
from tests.spa.money.till import books, card, fresh, held

EVERYTHING, DEPOSIT = 180_000, 72_000
TOMORROW = TODAY + timedelta(days=1)


def paid(till, pesos=EVERYTHING, *, day=TOMORROW, booked=None):
    """Return a visit of tomorrow at ten with its deposit, of which so much is paid."""
    ask_for_deposits()
    visit = till.house.book(client=till.client, starts_at=at(10, day=day), now=booked or at(7))
    return till.charge(visit, card(pesos)).visit if pesos else visit


def with_a_part_of_its_deposit(till, pesos):
    """Return a visit whose deposit was paid, and then given back down to so much."""
    visit = till.charge(paid(till, 0), card(DEPOSIT))
    if pesos < DEPOSIT:
        till.refund(visit.payments[0], DEPOSIT - pesos)
    return fresh(visit.visit)


def kept() -> int:
    return -held("cancellation_income")


def check(till, visit, *, keeps: int, of: int = EVERYTHING):
    """See that the house kept so much, the client has the rest, and the visit nothing."""
    assert kept() == keeps
    assert till.credit_left() == of - keeps
    assert (fresh(visit).paid_cents, fresh(visit).balance_cents) == (0, 0)
    assert held("client_deposits") == 0


# -- Anyone, before it is confirmed, or right after booking -----------------------------------
def test_a_hold_gives_everything_back_however_late(till):
    hold = till.charge(till.hold(), card(50_000)).visit

    till.cancel(hold, now=at(9, 59))

    check(till, hold, keeps=0, of=50_000)


@pytest.mark.parametrize(("minutes", "keeps"), [(0, 0), (14, 0), (15, DEPOSIT), (16, DEPOSIT)])
def test_within_a_quarter_of_an_hour_of_booking_everything_comes_back(till, minutes, keeps):
    SpaPolicy.objects.update(no_deposit_within_hours=0)
    visit = paid(till, day=TODAY, booked=at(9))

    till.cancel(visit, now=at(9, minutes))

    check(till, visit, keeps=keeps)


# -- The client -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "keeps"),
    [(at(9), 0), (at(10), 0), (at(10, 1), DEPOSIT), (at(9, day=TOMORROW), DEPOSIT)],
)
def test_a_client_keeps_everything_until_a_day_before(till, moment, keeps):
    visit = paid(till)

    till.cancel(visit, now=moment)

    check(till, visit, keeps=keeps)


@pytest.mark.parametrize("pesos", [1, 50_000, DEPOSIT])
def test_of_less_than_the_deposit_all_that_is_covered_is_kept(till, pesos):
    visit = with_a_part_of_its_deposit(till, pesos)

    till.cancel(visit, now=at(9, day=TOMORROW))

    check(till, visit, keeps=pesos, of=DEPOSIT)


def test_nothing_is_kept_of_nothing(till):
    visit = paid(till, 0)

    till.cancel(visit, now=at(9, day=TOMORROW))

    assert books() == {}


def test_money_is_kept_before_credit_is_and_credit_goes_back_to_itself(till):
    lot = till.give_credit(100_000)
    visit = paid(till, 0)
    till.charge(visit, card(80_000), credit_cents=100_000_00)

    till.cancel(visit, now=at(9, day=TOMORROW))

    assert fresh(lot).remaining_cents == 100_000_00
    check(till, visit, keeps=DEPOSIT)
    rest = till.client.credits.exclude(pk=lot.pk).get()
    assert (rest.origin, rest.remaining_cents) == ("cancelled", 8_000_00)


def test_credit_can_be_the_deposit_that_is_kept(till):
    till.give_credit(100_000)
    visit = paid(till, 0)
    till.charge(visit, credit_cents=100_000_00)

    till.cancel(visit, now=at(9, day=TOMORROW))

    check(till, visit, keeps=DEPOSIT, of=100_000)


# -- Nobody came ------------------------------------------------------------------------------
@pytest.mark.parametrize(("mercy", "keeps"), [(0, DEPOSIT), (50, 36_000), (100, 0)])
def test_of_a_no_show_the_deposit_is_kept_less_the_policys_mercy(till, mercy, keeps):
    SpaPolicy.objects.update(no_show_mercy_percent=mercy)
    visit = paid(till)

    late = at(11, day=TOMORROW)
    booking.record_no_show(appointment=visit, now=late, actor=DESK)

    check(till, visit, keeps=keeps)


def test_half_of_an_odd_deposit_is_rounded_to_the_peso(till):
    SpaPolicy.objects.update(no_show_mercy_percent=50)
    visit = with_a_part_of_its_deposit(till, 71_999)

    booking.record_no_show(appointment=visit, now=at(11, day=TOMORROW), actor=DESK)

    check(till, visit, keeps=35_999, of=DEPOSIT)  # 36.000 of 71.999 are given back


# -- The spa or the system --------------------------------------------------------------------
@pytest.mark.parametrize("who", ["spa", "system"])
def test_the_house_gives_everything_back_at_the_last_minute_too(till, who):
    visit = paid(till)

    till.cancel(visit, by=who, now=at(9, 59, day=TOMORROW))

    check(till, visit, keeps=0)


def test_a_discount_goes_with_the_visit(till):
    visit = paid(till, 0)
    till.charge(visit, card(150_000), discount_cents=30_000_00, discount_reason="regular")

    till.cancel(visit, by="spa")

    check(till, visit, keeps=0, of=150_000)
    assert fresh(visit).discount_cents == 0


def test_tips_stay_with_the_therapist(till):
    visit = paid(till, 0)
    till.charge(visit, card(82_000), tips={till.house.paola.pk: 10_000_00})

    till.cancel(visit, by="spa")

    check(till, visit, keeps=0, of=72_000)
    assert held("tips_payable") == -10_000
