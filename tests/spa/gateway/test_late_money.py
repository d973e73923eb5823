"""Money for a hold that is over: the visit is booked again only if nothing forbids it (§6.6)."""

import pytest

from spa.models import Alert, ClientCredit
from spa.services import booking, schedule
from spa.services.slots import Member, Wanted
from tests.factories import ask_for_deposits, at, make_client, make_service, make_staff
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import DEPOSIT, fresh, held, later, reported
from tests.spa.money.till import books, card

OVER, LATE = at(7, 31), at(7, 40)


@pytest.fixture
def expired(links):
    """Return a visit whose hold is over, and the attempt that comes too late for it."""
    visit, payment = links.hold(minutes=20)
    booking.expire_due(now=OVER)
    return visit, payment


def pay_late(links, payment, *, now=LATE):
    return links.hear(reported(payment), now=now)


def assert_credit(visit):
    """Nothing of the visit came back, and all of the money is the client's."""
    visit = fresh(visit)
    assert (visit.status, visit.paid_cents, visit.discount_cents) == ("expired", 0, 0)
    assert not visit.items.filter(occupies=True).exists()
    assert ClientCredit.objects.get(origin="late").remaining_cents == DEPOSIT
    assert Alert.objects.get().kind == "late_money"


def close(links, *, staff=None, room=None, hour=9, until=12):
    schedule.exclude(
        location=links.till.location,
        staff=staff,
        room=room,
        kind="absence" if staff else "maintenance",
        starts_at=at(hour),
        ends_at=at(until),
        now=LATE,
        actor=DESK,
    )


# -- Each condition, refused ------------------------------------------------------------------
def test_not_once_it_should_have_begun(links, expired):
    visit, payment = expired

    pay_late(links, payment, now=visit.starts_at)

    assert_credit(visit)


def test_not_for_a_client_who_is_blocked(links, expired):
    visit, payment = expired
    client = visit.client
    client.persona_non_grata_since = LATE
    client.save()

    pay_late(links, payment)

    assert_credit(visit)


def test_not_when_the_therapist_is_busy_by_now(links, expired):
    visit, payment = expired
    links.till.house.book(now=LATE, client=make_client())

    pay_late(links, payment)

    assert_credit(visit)


def test_not_when_she_is_absent_by_now_though_another_would_be_free(links, expired):
    visit, payment = expired
    make_staff(links.till.location)
    close(links, staff=links.till.house.paola)

    pay_late(links, payment)

    assert_credit(visit)


def test_not_when_she_works_here_no_more(links, expired):
    visit, payment = expired
    paola = links.till.house.paola
    paola.is_active = False
    paola.save()

    pay_late(links, payment)

    assert_credit(visit)


def test_not_when_the_room_is_closed(links, expired):
    visit, payment = expired
    close(links, room=links.till.house.room)

    pay_late(links, payment)

    assert_credit(visit)


def test_not_when_the_house_is(links, expired):
    visit, payment = expired
    close(links)

    pay_late(links, payment)

    assert_credit(visit)


def test_not_when_the_client_is_elsewhere_then(links, expired):
    visit, payment = expired
    house = links.till.house
    berta = make_staff(links.till.location)
    house.room.places, house.room.shared = 2, True
    house.room.save()
    house.book(staff=berta, client=links.till.client, now=LATE, starts_at=at(10, 30))

    pay_late(links, payment)

    assert_credit(visit)


def test_not_when_what_it_held_is_spent(links):
    links.till.give_credit(20_000)
    visit = links.till.hold()
    links.till.charge(visit, credit_cents=20_000_00, now=at(7, 2))
    payment = links.begin(links.ask(visit))
    booking.expire_due(now=at(10, 10))
    visit = fresh(visit)
    assert visit.status == "expired"
    links.till.charge(links.till.visit(hour=14), credit_cents=20_000_00, now=at(9, 10))

    links.hear(reported(payment), now=at(9, 20))

    assert fresh(visit).status == "expired"
    assert ClientCredit.objects.get(origin="late").remaining_cents == payment.amount_cents


def test_not_when_that_does_not_cover_its_deposit(links):
    """A first attempt asked for what was left beside money that was taken back since."""
    visit = links.till.hold()
    charged = links.till.charge(visit, card(30_000), now=at(7, 2)).payments[0]
    payment = links.begin(links.ask(visit))
    links.till.void(charged, now=at(7, 5))
    booking.expire_due(now=at(10, 10))

    links.hear(reported(payment), now=at(9, 20))

    assert fresh(visit).status == "expired"
    assert books() == {"wompi": 42_000, "client_credit": -42_000}


# -- And when nothing forbids it --------------------------------------------------------------
def test_it_has_its_time_its_therapist_and_its_price_again(links, expired):
    visit, payment = expired
    before = visit.items.values_list("staff", "room", "starts_at", "ends_at").get()
    client = visit.client
    client.vip_until = at(7).date()
    client.save()
    service = links.till.house.massage
    service.price_cents, service.vip_price_cents = 300_000_00, 250_000_00
    service.save()

    pay_late(links, payment)

    visit = fresh(visit)
    assert (visit.status, visit.price_cents) == ("confirmed", 180_000_00)
    assert visit.items.values_list("staff", "room", "starts_at", "ends_at").get() == before
    assert visit.items.get().occupies
    assert not Alert.objects.exists()


def test_another_place_of_its_room_will_do(links, expired):
    visit, payment = expired
    house = links.till.house
    house.room.places, house.room.shared = 2, True
    house.room.save()
    place = visit.items.get().place
    rival = house.book(staff=make_staff(links.till.location), client=make_client(), now=LATE)
    assert rival.items.get().place == place

    pay_late(links, payment)

    assert fresh(visit).status == "confirmed"
    assert visit.items.get().place != place


def test_but_not_a_place_that_is_not_there(links, expired):
    visit, payment = expired
    house = links.till.house
    house.book(staff=make_staff(links.till.location), client=make_client(), now=LATE)

    pay_late(links, payment)

    assert_credit(visit)


def test_its_discount_and_what_it_held_come_back(links):
    lot = links.till.give_credit(20_000)
    visit = links.till.hold()
    links.till.charge(
        visit,
        card(30_000),
        credit_cents=20_000_00,
        discount_cents=9_000_00,
        discount_reason="courtesy",
        by=links.till.manager,
        now=at(7, 2),
    )
    payment = links.begin(links.ask(visit))
    booking.expire_due(now=at(10, 10))
    assert fresh(visit).discount_cents == 0

    links.hear(reported(payment), now=at(9, 20))

    visit = fresh(visit)
    assert (visit.status, visit.discount_cents) == ("confirmed", 9_000_00)
    assert visit.paid_cents == DEPOSIT
    assert fresh(lot).remaining_cents == 0
    assert held("client_credit") == 0


def test_of_two_late_approvals_the_first_books_and_the_second_pays_on(links, expired):
    visit, payment = expired

    links.hear(reported(payment), reported(payment), now=LATE)

    assert (fresh(visit).status, fresh(visit).paid_cents) == ("confirmed", 2 * DEPOSIT)


def test_it_can_be_late_for_the_same_visit_only_once(links, expired):
    visit, payment = expired
    pay_late(links, payment)
    links.till.cancel(visit, by="spa", now=at(7, 50))

    links.hear(reported(payment), now=at(8))

    assert fresh(visit).status == "cancelled"
    assert held("client_credit") == -2 * DEPOSIT


def test_each_visit_of_a_party_comes_back_by_itself(links):
    """Two who came together beside each other: who pays late is beside her friend again."""
    ask_for_deposits()
    house = links.till.house
    house.room.places = 2
    house.room.save()
    berta = make_staff(links.till.location)
    members = [
        Member(make_client(), [Wanted(house.massage.pk, who.pk)]) for who in (house.paola, berta)
    ]
    one, other = booking.book_party_at(
        location=links.till.location,
        members=members,
        starts_at=at(10),
        now=at(7),
        actor=DESK,
        terms=booking.Terms(keep_minutes=20),
    )
    payments = [links.begin(links.ask(visit)) for visit in (one, other)]
    booking.expire_due(now=OVER)

    pay_late(links, payments[0])
    assert (fresh(one).status, fresh(other).status) == ("confirmed", "expired")
    pay_late(links, payments[1], now=later(LATE, minutes=1))

    assert fresh(other).status == "confirmed"
    places = [visit.items.get().place for visit in (one, other)]
    assert sorted(places) == [0, 1]


def test_a_visit_of_two_treatments_comes_back_whole_or_not_at_all(links):
    ask_for_deposits()
    house = links.till.house
    berta = make_staff(links.till.location)
    facial = make_service(room_kind=house.room.kind, pesos=90_000)
    visit = booking.book(
        location=links.till.location,
        client=links.till.client,
        wanted=[
            Wanted(house.massage.pk, house.paola.pk, house.room.pk),
            Wanted(facial.pk, berta.pk, house.room.pk),
        ],
        starts_at=at(10),
        now=at(7),
        actor=DESK,
        terms=booking.Terms(keep_minutes=20),
    )
    payment = links.begin(links.ask(visit))
    booking.expire_due(now=OVER)
    close(links, staff=berta, hour=11, until=13)

    pay_late(links, payment)

    assert fresh(visit).status == "expired"
    assert not visit.items.filter(occupies=True).exists()
    assert held("client_credit") == -payment.amount_cents
