"""Deposits on the screen: what the panel says and sends, and what an unpaid visit offers."""

import re
from uuid import uuid4

import pytest

from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from spa.services.booking import Terms
from spa.services.slots import Wanted
from tests.factories import TODAY, ask_for_deposits, at, make_client
from tests.frontdesk.panel import fields, filled_in
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NEW, CHOOSE = "/appointments/new/", "/appointments/new/choose/"


@pytest.fixture(autouse=True)
def seven_in_english(monkeypatch, client, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(7))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.fixture
def house():
    made = House()
    ask_for_deposits()
    return made


@pytest.fixture
def desk(client, house):
    client.force_login(worker("receptionist", house.location))
    return client


@pytest.fixture
def hold(house):
    return house.book(now=at(7), client=make_client(name="Mariana Echeverri"))


def let_manager_in(client, house):
    client.force_login(worker("manager", house.location))
    return client


def asked(house, client=None, **more):
    chosen = {"service": house.massage.pk, "therapist": house.paola.pk}
    who = {"client": (client or make_client()).pk}
    return filled_in(at=at(10), **chosen, **who, **more)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


# -- The booking panel ------------------------------------------------------------------------
def test_the_panel_says_what_is_paid_ahead_and_how_long_the_time_is_kept(desk, house):
    page = text(desk.post(CHOOSE, asked(house), headers=HTMX))

    assert "$ 72.000" in page
    lengths = re.findall(r'<option value="(\d+)"( selected)?>([^<]+)</option>', page)
    kept = [(minutes, bool(chosen), words) for minutes, chosen, words in lengths if "·" in words]
    assert kept == [
        ("20", True, "20 min · 07:20"),
        ("60", False, "1 h · 08:00"),
        ("240", False, "4 h · 10:00"),  # no longer than until the visit
    ]


def test_it_says_nothing_of_a_deposit_where_none_is_due(desk, house):
    vip = make_client(vip_until=TODAY)

    page = text(desk.post(CHOOSE, asked(house, vip), headers=HTMX))

    assert 'name="keep"' not in page
    assert 'value="charge"' not in page


def test_what_was_chosen_stays_chosen_when_the_panel_is_drawn_again(desk, house):
    answer = desk.post(CHOOSE, asked(house, keep=60), headers=HTMX)

    assert fields(answer)["keep"] == ["60"]


def test_booking_keeps_the_time_for_as_long_as_was_chosen(desk, house):
    answer = desk.post(NEW, asked(house, keep=60), headers=HTMX)

    visit = Appointment.objects.get()
    assert (visit.status, visit.held_until) == ("pending_payment", at(8))
    assert answer["HX-Redirect"].endswith(f"&appointment={visit.code}")
    assert "Kept until 08:00 for its deposit" in desk.get(answer["HX-Redirect"]).content.decode()


def test_it_leads_to_the_till_if_the_deposit_is_taken_now(desk, house):
    answer = desk.post(NEW, asked(house, then="charge"), headers=HTMX)

    assert answer["HX-Redirect"].endswith("#charge")


@pytest.mark.parametrize("keep", ["0", "1441", "-5", "soon"])
def test_a_length_that_cannot_be_is_as_the_policy_says(desk, house, keep):
    """It comes from a list: who sends another one is told, and books nothing."""
    answer = desk.post(NEW, asked(house, keep=keep), headers=HTMX)

    assert answer.status_code == 422
    assert not Appointment.objects.exists()


def test_a_manager_books_without_a_deposit_for_a_reason(client, house):
    let_manager_in(client, house).post(NEW, asked(house, waive="regular"), headers=HTMX)

    assert Appointment.objects.get().status == "confirmed"


def test_the_desk_is_not_offered_that_and_refused_if_it_asks(desk, house):
    assert 'name="waive"' not in text(desk.post(CHOOSE, asked(house), headers=HTMX))

    answer = desk.post(NEW, asked(house, waive="regular"), headers=HTMX)

    assert answer.status_code == 422
    assert "This needs a manager" in text(answer)
    assert not Appointment.objects.exists()


# -- The visit --------------------------------------------------------------------------------
def panel(client, visit) -> str:
    return text(client.get(f"/appointments/{visit.code}/", headers=HTMX))


def test_an_unpaid_visit_shows_its_deposit_and_how_long_it_waits(desk, hold):
    page = panel(desk, hold)

    assert "Take the deposit, $ 72.000" in page
    assert "Kept until 07:20" in page
    assert ">20 min</time>" in page
    assert "data-keep" in page
    assert "data-waive" not in page
    assert "Cancel for the client" in page


def test_the_desk_keeps_it_for_longer(desk, hold):
    answer = desk.post(
        f"/appointments/{hold.code}/keep/", {"version": 1, "minutes": 60}, headers=HTMX
    )

    assert "Kept until 08:00" in text(answer)
    assert "visit-changed" in answer["HX-Trigger"]
    hold.refresh_from_db()
    assert (hold.held_until, hold.version) == (at(8), 2)


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"version": 1, "minutes": 9999}, 422, "a minute to 24 hours"),
        ({"version": 1}, 422, "a minute to 24 hours"),
        ({"version": 1, "minutes": "a"}, 422, "a minute to 24 hours"),
        ({"version": 7, "minutes": 60}, 409, "changed"),
        ({"minutes": 60}, 409, "changed"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_the_panel(desk, hold, sent, status, said):
    answer = desk.post(f"/appointments/{hold.code}/keep/", sent, headers=HTMX)

    assert answer.status_code == status
    assert said in text(answer)
    hold.refresh_from_db()
    assert (hold.held_until, hold.version) == (at(7, 20), 1)


def test_a_manager_confirms_it_without_a_deposit(client, house, hold):
    manager = let_manager_in(client, house)
    assert "data-waive" in panel(manager, hold)

    answer = manager.post(
        f"/appointments/{hold.code}/confirm/", {"version": 1, "reason_code": "family"}, headers=HTMX
    )

    assert 'data-status="confirmed"' in text(answer)
    assert "Confirmed without a deposit" in text(answer)


@pytest.mark.parametrize("reason", ["", "because", "x" * 5000])
def test_not_without_a_reason(client, house, hold, reason):
    manager = let_manager_in(client, house)

    answer = manager.post(
        f"/appointments/{hold.code}/confirm/", {"version": 1, "reason_code": reason}, headers=HTMX
    )

    assert answer.status_code == 422
    assert "Say why no deposit is asked for" in text(answer)


def test_without_script_one_is_led_back_to_the_day(desk, hold):
    answer = desk.post(f"/appointments/{hold.code}/keep/", {"version": 1, "minutes": 60})

    assert answer["Location"].endswith(f"&appointment={hold.code}")


# -- The till ---------------------------------------------------------------------------------
def pay(desk, visit, **fields):
    form = {"version": visit.version, "request_id": str(uuid4()), "rest": "card_terminal"}
    return desk.post(
        f"/appointments/{visit.code}/charge/",
        {**form, "card_reference": "0412", **fields},
        headers=HTMX,
    )


def test_the_till_proposes_the_deposit_and_all_of_it_beside(desk, hold):
    page = text(desk.get(f"/appointments/{hold.code}/charge/", headers=HTMX))

    assert "The deposit, $ 72.000" in page
    assert "All, $ 180.000" in page
    assert "Charge $ 72.000" in page
    assert "Left for later" in page
    assert "$ 108.000" in page


@pytest.mark.parametrize(("part", "paid"), [("deposit", 72_000), ("", 180_000)])
def test_either_confirms_the_visit(desk, hold, part, paid):
    pay(desk, hold, part=part)

    hold.refresh_from_db()
    assert (hold.status, hold.paid_cents) == ("confirmed", paid * 100)


def test_credit_that_covers_the_deposit_pays_it_alone(desk, hold, house):
    from spa.services import credit

    credit.issue(
        client=hold.client,
        cents=100_000_00,
        origin="goodwill",
        location=house.location,
        now=at(7),
        actor=Actor(),
    )

    pay(desk, hold, part="deposit", use_credit="on", card_reference="")

    hold.refresh_from_db()
    assert (hold.status, hold.paid_cents) == ("confirmed", 72_000_00)


def test_of_a_part_that_was_paid_the_rest_of_the_deposit_is_left(desk, hold):
    pay(desk, hold, rest="", card_terminal="50.000")
    hold.refresh_from_db()
    assert hold.status == "pending_payment"

    page = text(desk.get(f"/appointments/{hold.code}/charge/", headers=HTMX))

    assert "The deposit, $ 22.000" in page


# -- The day and the board --------------------------------------------------------------------
def test_its_card_counts_down_and_the_day_says_how_many_wait(desk, hold):
    page = text(desk.get("/calendar/2026-11-19/"))

    assert page.count('class="hold"') == 2  # on the card, and in the footer
    assert 'title="Kept until 07:20">20 min</time>' in page
    assert re.search(r"data-unpaid [^>]*href=\"/appointments/" + hold.code, page)


def test_a_day_on_which_nobody_waits_says_nothing(desk, house):
    house.book(now=at(7), client=make_client(vip_until=TODAY))

    page = text(desk.get("/calendar/2026-11-19/"))

    assert "data-unpaid" not in page
    assert 'class="hold"' not in page


def test_the_board_expects_her_and_takes_the_deposit_first(desk, house, monkeypatch):
    late = house.book(now=at(7), terms=Terms(keep_minutes=180))
    monkeypatch.setattr("spa.clock.now", lambda: at(9))

    page = text(desk.get("/check-in/"))

    assert f'id="charge-{late.code}"' in page
    assert "Take the deposit" in page
    assert f'id="check_in-{late.code}"' not in page
    assert f'id="no_show-{late.code}"' not in page


def test_an_expired_visit_tells_its_story_and_frees_its_place(desk, house, hold):
    booking.expire_due(now=at(7, 20))

    assert "Hold expired" in panel(desk, hold)
    wanted = [Wanted(house.massage.pk, house.paola.pk, house.room.pk)]
    booking.book(
        location=house.location, client=make_client(), wanted=wanted, starts_at=at(10),
        now=at(7, 30), actor=Actor(),
    )  # fmt: skip
