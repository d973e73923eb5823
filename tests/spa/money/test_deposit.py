"""The deposit of a new visit: how much, who need not pay one, how long the visit waits (§5, §6)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.errors import RuleBroken
from spa.models import Appointment, AuditLog, SpaPolicy
from spa.services import booking, idempotency
from spa.services.audit import Actor
from spa.services.booking import Terms
from spa.services.rights import NotAllowed
from spa.services.slots import Member, Wanted
from tests.factories import TODAY, ask_for_deposits, at, make_client, make_room, make_staff
from tests.spa.booking.houses import DESK
from tests.spa.money.till import DEPOSIT, card, fresh, transfer

TOMORROW = TODAY + timedelta(days=1)


def book(till, **fields) -> Appointment:
    """Book a visit of ten o'clock at seven."""
    ask_for_deposits()
    return till.visit(**fields)


# -- What is due ------------------------------------------------------------------------------
def test_a_new_visit_waits_for_forty_percent_as_long_as_the_policy_says(till):
    visit = book(till)

    assert (visit.status, visit.deposit_cents) == ("pending_payment", DEPOSIT)
    assert visit.held_until == at(7, 20)
    assert visit.items.get().occupies


@pytest.mark.parametrize(
    ("pesos", "percent", "deposit"),
    [(99_999, 40, 40_000), (99_998, 40, 39_999), (1, 40, 0), (2, 40, 1), (180_000, 100, 180_000)],
)
def test_it_is_rounded_half_up_to_the_peso(till, pesos, percent, deposit):
    ask_for_deposits(percent=percent)
    till.house.massage.price_cents = pesos * 100
    till.house.massage.save()

    assert till.visit().deposit_cents == deposit * 100


def test_where_the_policy_asks_for_nothing_a_visit_is_confirmed_at_once(till):
    ask_for_deposits(percent=0)

    visit = till.visit()

    assert (visit.status, visit.deposit_cents, visit.held_until) == ("confirmed", 0, None)


@pytest.mark.parametrize(
    ("now", "status"),
    [(at(7, 59), "pending_payment"), (at(8), "pending_payment"), (at(8, 1), "confirmed")],
)
def test_at_less_than_two_hours_notice_nothing_is_due(till, now, status):
    visit = book(till, now=now)

    assert (visit.status, bool(visit.deposit_cents)) == (status, status == "pending_payment")


def test_who_walks_in_pays_nothing_ahead_whatever_the_notice(till):
    SpaPolicy.objects.update(no_deposit_within_hours=0)

    assert book(till, now=at(10, 5)).status == "confirmed"


@pytest.mark.parametrize(("until", "pays"), [(TODAY, False), (TODAY - timedelta(days=1), True)])
def test_a_vip_pays_nothing_ahead_as_long_as_she_is_one_on_that_day(till, until, pays):
    visit = book(till, client=make_client(vip_until=until))

    assert (visit.status == "pending_payment") is pays


def test_a_house_can_ask_a_vip_as_well(till):
    SpaPolicy.objects.update(vip_pays_deposit=True)

    visit = book(till, client=make_client(vip_until=TODAY))

    assert visit.status == "pending_payment"


# -- How long it waits ------------------------------------------------------------------------
@pytest.mark.parametrize(("minutes", "until"), [(1, at(7, 1)), (60, at(8)), (1440, at(10))])
def test_the_desk_decides_how_long_and_never_past_the_start(till, minutes, until):
    assert book(till, terms=Terms(keep_minutes=minutes)).held_until == until


@pytest.mark.parametrize("minutes", [-1, 0, 1441, 10**6])
def test_nothing_is_kept_for_longer_than_a_day(till, minutes):
    with pytest.raises(RuleBroken) as refused:
        book(till, terms=Terms(keep_minutes=minutes))

    assert refused.value.facts["reason"] == "hold_length"
    assert not Appointment.objects.exists()


# -- A manager asks for none ------------------------------------------------------------------
def test_a_manager_may_ask_for_none_and_says_why(till):
    visit = book(till, terms=Terms(waived="regular"), actor=Actor(user=till.manager))

    assert (visit.status, visit.deposit_cents) == ("confirmed", 0)
    row = AuditLog.objects.get(action="DEPOSIT_WAIVED")
    assert (row.subject, row.reason_code) == (f"appointment:{visit.code}", "regular")


def test_the_desk_may_not(till):
    with pytest.raises(NotAllowed):
        book(till, terms=Terms(waived="regular"), actor=Actor(user=till.desk))

    assert not Appointment.objects.exists()


def test_without_a_reason_there_is_no_exception(till):
    with pytest.raises(RuleBroken) as refused:
        book(till, terms=Terms(waived="because"), actor=Actor(user=till.manager))

    assert refused.value.facts["reason"] == "waived_without_reason"


def test_a_form_sent_again_with_another_hold_is_another_form(till):
    actor = Actor(user=till.desk, request_id=uuid4())
    first = book(till, actor=actor, terms=Terms(keep_minutes=60))

    assert book(till, actor=actor, terms=Terms(keep_minutes=60)) == first
    with pytest.raises(idempotency.KeyMismatch):
        book(till, actor=actor)


# -- Once it is paid --------------------------------------------------------------------------
def test_the_deposit_in_two_parts_confirms_the_visit_and_ends_its_hold(till):
    hold = till.hold()

    till.charge(hold, card(22_000))
    assert fresh(hold).status == "pending_payment"
    till.charge(hold, transfer(50_000))

    hold = fresh(hold)
    assert (hold.status, hold.held_until, hold.balance_cents) == ("confirmed", None, 108_000_00)


def test_credit_can_pay_it_and_does_not_shrink_it(till):
    till.give_credit(100_000)
    hold = till.hold()

    till.charge(hold, credit_cents=72_000_00)

    hold = fresh(hold)
    assert (hold.status, hold.deposit_cents) == ("confirmed", DEPOSIT)


def test_a_discount_down_to_less_than_the_deposit_leaves_less_to_cover(till):
    hold = till.hold()

    till.charge(
        hold, card(60_000), discount_cents=120_000_00, discount_reason="courtesy", by=till.manager
    )

    assert fresh(hold).status == "confirmed"


# -- A party ----------------------------------------------------------------------------------
def test_a_party_has_one_hold_and_who_is_a_vip_needs_none(till):
    ask_for_deposits()
    house = till.house
    second, room = make_staff(house.location), make_room(house.location, kind=house.room.kind)
    guests = [make_client(), make_client(vip_until=TOMORROW)]
    places = [(house.paola, house.room), (second, room)]

    visits = booking.book_party(
        location=house.location,
        members=[
            Member(guest, [Wanted(house.massage.pk, staff.pk, place.pk)])
            for guest, (staff, place) in zip(guests, places, strict=True)
        ],
        starts_at=at(10),
        now=at(7),
        actor=DESK,
        terms=Terms(keep_minutes=60),
    )

    assert [visit.status for visit in visits] == ["pending_payment", "confirmed"]
    assert [visit.held_until for visit in visits] == [at(8), None]
