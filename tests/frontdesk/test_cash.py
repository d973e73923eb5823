"""A cash drawer on the screen: opened, moved by hand, counted blind, and what a manager sees."""

from uuid import uuid4

import pytest

from spa.models import CashDrawer, CashSession
from spa.services import payments
from spa.services.audit import Actor
from spa.services.payments import Tender
from tests.factories import at, make_location
from tests.frontdesk.people import worker
from tests.tills import open_drawer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon_in_english(monkeypatch, client, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(12))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.fixture
def house():
    return make_location()


@pytest.fixture
def marcela(house):
    return worker("receptionist", house)


@pytest.fixture
def desk(client, marcela):
    client.force_login(marcela)
    return client


def send(desk, what, **fields):
    return desk.post(f"/cash/{what}/", {"request_id": str(uuid4()), **fields})


def in_cash(visit, user, pesos):
    payments.charge(
        appointment=visit,
        tenders=[Tender("cash", pesos * 100)],
        now=at(11),
        actor=Actor(user=user),
    )


def test_a_drawer_is_opened_with_a_float(desk, house, marcela):
    drawer = CashDrawer.objects.create(location=house, name="Caja 1")

    answer = send(desk, "open", drawer=drawer.pk, float="200.000")

    assert answer.status_code == 302
    session = CashSession.objects.get()
    assert (session.opened_by, session.float_cents) == (marcela, 200_000_00)
    assert "Caja 1" in desk.get("/cash/").content.decode()


def test_a_drawer_of_another_house_or_one_that_is_open_is_not_offered(desk, house):
    elsewhere = CashDrawer.objects.create(location=make_location(), name="Elsewhere")
    taken = open_drawer(house, worker("receptionist", house)).drawer

    page = desk.get("/cash/").content.decode()

    assert elsewhere.name not in page
    for drawer in (elsewhere, taken):
        assert send(desk, "open", drawer=drawer.pk, float="0").status_code == 422
    assert CashSession.objects.count() == 1


@pytest.mark.parametrize("float", ["", "-1", "many", "180,50", "9" * 20])
def test_a_float_that_is_none_is_refused_and_stays_to_be_corrected(desk, house, float):
    drawer = CashDrawer.objects.create(location=house, name="Caja 1")

    answer = send(desk, "open", drawer=drawer.pk, float=float)

    assert answer.status_code == 422
    assert not CashSession.objects.exists()
    assert f'value="{float}"' in answer.content.decode() or not float


def test_cash_is_put_in_and_taken_out_with_a_reason(desk, house, marcela):
    session = open_drawer(house, marcela, pesos=100_000)

    send(desk, "move", way="out", amount="30.000", reason="transport")
    send(desk, "move", way="in", amount="5.000", reason="change")

    moved = session.movements.exclude(kind="float").values_list("amount_cents", "reason_code")
    assert list(moved) == [(-30_000_00, "transport"), (5_000_00, "change")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"way": "out", "amount": "500.000", "reason": "bank"}, "not that much cash"),
        ({"way": "out", "amount": "1.000", "reason": ""}, "required"),
        ({"way": "out", "amount": "0", "reason": "bank"}, "more than zero"),
        ({"way": "sideways", "amount": "1.000", "reason": "bank"}, "sideways"),
    ],
)
def test_a_movement_that_cannot_be_is_refused_with_its_reason(desk, house, marcela, fields, said):
    open_drawer(house, marcela, pesos=100_000)

    answer = send(desk, "move", **fields)

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_nobody_moves_cash_without_a_drawer(desk, house):
    answer = send(desk, "move", way="out", amount="1.000", reason="bank")

    assert answer.status_code == 422
    assert "no cash drawer open" in answer.content.decode()


def test_the_count_is_blind_and_its_difference_is_told_afterwards(desk, house, marcela, visit):
    visit.location = house
    visit.save()
    session = open_drawer(house, marcela, pesos=100_000)
    in_cash(visit, marcela, 180_000)

    before = desk.get("/cash/").content.decode()
    send(desk, "count", count_100000="2", count_50000="1", count_20000="1")

    assert "280.000" not in before
    session.refresh_from_db()
    assert (session.expected_cents, session.counted_cents) == (280_000_00, 270_000_00)
    assert "$\u00a010.000 missing" in desk.get("/cash/").content.decode()


def test_adding_up_closes_nothing(desk, house, marcela):
    open_drawer(house, marcela)

    page = send(desk, "count", count_50000="3", add_up="1").content.decode()

    assert "$\u00a0150.000" in page
    assert CashSession.objects.open().count() == 1


def test_a_count_that_is_no_number_is_refused_and_kept(desk, house, marcela):
    open_drawer(house, marcela)

    answer = send(desk, "count", count_50000="three", count_20000="4")

    assert answer.status_code == 422
    assert 'value="three"' in answer.content.decode()
    assert 'value="4"' in answer.content.decode()


def test_tips_are_handed_on_as_they_were_shown(desk, house, marcela, visit):
    visit.location = house
    visit.save()
    therapist = visit.items.get().staff
    open_drawer(house, marcela)
    payments.charge(
        appointment=visit,
        tenders=[Tender("card_terminal", 200_000_00, reference="1")],
        tips={therapist.pk: 20_000_00},
        now=at(11),
        actor=Actor(user=marcela),
    )

    stale = send(desk, "tips", staff=therapist.pk, cents=10_000_00)
    send(desk, "tips", staff=therapist.pk, cents=20_000_00)

    assert "changed meanwhile" in stale.content.decode()
    page = desk.get("/cash/").content.decode()
    assert f"$\u00a020.000 of tips handed to {therapist.name}" in page
    assert "tips-title" not in page


# -- The manager -------------------------------------------------------------------------------
def test_a_manager_sees_each_difference_with_what_fits_it(client, house, marcela, visit):
    visit.location = house
    visit.save()
    client.force_login(marcela)
    open_drawer(house, marcela, pesos=100_000)
    client.post(f"/appointments/{visit.code}/check_in/", {"version": 1})
    send(client, "count", count_100000="2", count_50000="1", count_20000="1", count_10000="1")
    client.force_login(worker("manager", house))

    page = client.get("/cash/2026-11-19/").content.decode()

    assert "$\u00a0180.000" in page
    assert visit.code in page
    assert "fits to the peso" in page


def test_a_manager_adds_a_drawer(client, house):
    client.force_login(worker("manager", house))

    client.post("/cash/2026-11-19/", {"name": "Caja 3"})

    assert CashDrawer.objects.get().location == house
