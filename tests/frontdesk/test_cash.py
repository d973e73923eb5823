"""A cash drawer on the screen: opened, moved by hand, counted blind, and what a manager sees."""

from uuid import uuid4

import pytest

from spa.models import CashDrawer, CashSession, DayClose
from spa.services import booking, cash, payments
from spa.services.audit import Actor
from spa.services.payments import Tender
from tests.factories import at, make_location
from tests.frontdesk.people import worker
from tests.tills import open_drawer, pay

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


# -- The day's close --------------------------------------------------------------------------
@pytest.fixture
def boss(client, house):
    client.force_login(worker("manager", house))
    return client


def close_day(boss, **typed):
    fields = {"request_id": str(uuid4()), "difference": "0", "note": "", "left_reason": ""}
    return boss.post("/cash/2026-11-19/close/", {**fields, **typed})


def reopen_day(boss, close, **typed):
    fields = {"request_id": str(uuid4()), "close": close.pk, "reason": "A sale more"}
    return boss.post("/cash/2026-11-19/reopen/", {**fields, **typed})


def handed_in(house, user, *, pesos=50_000, counts=None):
    session = open_drawer(house, user, pesos=pesos)
    counts = {50_000: 1} if counts is None else counts
    return cash.close_session(session=session, counts=counts, now=at(11), actor=Actor(user=user))


def test_a_manager_closes_the_day_and_the_page_says_who_and_when(boss, house, marcela, visit):
    visit.location = house
    visit.save()
    pay(visit, now=at(11))
    handed_in(house, marcela)

    answer = close_day(boss)

    assert answer.status_code == 302
    page = boss.get("/cash/2026-11-19/").content.decode()
    assert "Closed by" in page
    assert "19 Nov 2026, 12:00" in page
    assert DayClose.objects.get().taken_cents == {"card_terminal": 180_000_00}
    assert "Close the day" not in page


def test_while_a_drawer_is_open_the_page_says_whose_and_offers_no_close(boss, house, marcela):
    open_drawer(house, marcela, name="Caja 1")

    page = boss.get("/cash/2026-11-19/").content.decode()

    assert f"{marcela.name} has Caja 1 open. Count and close it first." in page
    assert "Close the day" not in page
    assert close_day(boss).status_code == 422
    assert not DayClose.objects.exists()


def test_a_difference_is_explained_beside_its_field_and_nothing_typed_is_lost(boss, house, marcela):
    handed_in(house, marcela, counts={20_000: 2})

    bare = close_day(boss, difference="-1000000")
    stale = close_day(boss, difference="0", note="A note fell down")

    page = bare.content.decode()
    assert bare.status_code == 422
    assert "Write what is known" in page[page.index('id="id_note"') :]
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "The drawers changed meanwhile" in page
    assert 'value="A note fell down"' in page
    assert 'name="difference" value="-1000000"' in page
    assert close_day(boss, difference="-1000000", note="A note fell down").status_code == 302


def test_a_visit_that_waits_asks_for_a_reason(boss, house, visit):
    visit.location = house
    visit.save()
    for step in (booking.check_in, booking.start, booking.finish):
        visit = step(appointment=visit, now=at(11), actor=Actor())

    asked = close_day(boss)

    page = asked.content.decode()
    assert "why they are left" in page[page.index('id="id_left_reason"') :]
    assert close_day(boss, left_reason="She pays tomorrow").status_code == 302
    assert "She pays tomorrow" in boss.get("/cash/2026-11-19/").content.decode()


def test_on_a_closed_day_nobody_opens_a_drawer_until_a_manager_opens_the_day(
    client, boss, house, marcela
):
    drawer = CashDrawer.objects.create(location=house, name="Caja 1")
    close_day(boss)
    close = DayClose.objects.get()
    client.force_login(marcela)
    refused = send(client, "open", drawer=drawer.pk, float="0")
    client.force_login(worker("manager", house))

    assert "This day is closed" in refused.content.decode()
    without = reopen_day(client, close, reason="")
    page = without.content.decode()
    assert "Write why the day" in page[page.index('id="id_reason"') :]
    assert reopen_day(client, close).status_code == 302
    page = client.get("/cash/2026-11-19/").content.decode()
    assert "A sale more" in page
    assert "Close the day" in page
    assert reopen_day(client, close).status_code == 409


def test_what_comes_after_the_close_is_shown(boss, house, visit):
    visit.location = house
    visit.save()
    close_day(boss)
    pay(visit, now=at(12))

    assert "something came after its close" in boss.get("/cash/2026-11-19/").content.decode()


def test_the_same_close_twice_is_one(boss, house):
    key = str(uuid4())

    for _ in range(2):
        assert close_day(boss, request_id=key).status_code == 302

    assert DayClose.objects.count() == 1


def test_a_close_of_another_house_is_not_taken_back(boss, house):
    close_day(boss)
    close = DayClose.objects.get()
    boss.force_login(worker("manager", make_location()))

    assert reopen_day(boss, close).status_code == 404


def test_a_day_costs_as_many_queries_for_many_drawers(boss, house, django_assert_num_queries):
    handed_in(house, worker("receptionist", house), counts={20_000: 2})
    boss.get("/cash/2026-11-19/")
    for _ in range(4):
        handed_in(house, worker("receptionist", house), counts={20_000: 2})

    with django_assert_num_queries(14):
        boss.get("/cash/2026-11-19/")
