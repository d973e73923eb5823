"""The board at the front desk: who is on it, what it says, and what its buttons do."""

import gzip
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.models import Appointment, AppointmentItem, AppointmentStatus, Client, Service
from spa.services import booking
from spa.services.audit import Actor
from spa.services.board import Tick
from spa.services.slots import Wanted
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
)
from tests.frontdesk.people import worker
from tests.tills import pay

BOARD = "/check-in/"
HTMX = {"HX-Request": "true"}
S = AppointmentStatus


@pytest.fixture
def house(db):
    return make_location()


@pytest.fixture
def desk(client, house):
    client.force_login(worker("receptionist", house))
    return client


@pytest.fixture
def clock(monkeypatch):
    """Set what time it is; seven in the morning until a test says otherwise."""

    def turn(moment):
        monkeypatch.setattr("spa.clock.now", lambda: moment)

    turn(NOW)
    return turn


def book(house, starts_at, *, client=None, staff=None, services=1):
    staff = staff or make_staff(house)
    return booking.book(
        location=house,
        client=client or make_client(name="Mariana Echeverri"),
        wanted=[Wanted(make_service().pk, staff.pk) for _ in range(services)],
        starts_at=starts_at,
        now=NOW,
        actor=Actor(),
    )


def arrive(visit, moment):
    return booking.check_in(appointment=visit, now=moment, actor=Actor())


def start(visit, moment):
    return booking.start(appointment=arrive(visit, moment), now=moment, actor=Actor())


def finish(visit, now, *, paid=False):
    """Treat a visit until then; paid before, or left to be charged."""
    start(visit, now - timedelta(minutes=25))
    if paid:
        pay(visit, now=now)
    return booking.finish(appointment=visit, now=now, actor=Actor())


def lanes(html):
    """Return the codes in each lane, in the order in which they stand there."""
    found = {}
    for lane in re.findall(r'<section class="lane" data-status="(\w+)"(.*?)</section>', html, re.S):
        found[lane[0]] = re.findall(r'<li class="tick" data-appointment="([^"]+)"', lane[1])
    return found


def shown(desk, **headers):
    return desk.get(BOARD, headers=headers).content.decode()


def tick(html, visit):
    return re.search(
        rf'<li class="tick" data-appointment="{visit.code}".*?</li>', html, re.S
    ).group()


def version_of(html):
    return re.search(r'hx-get="/check-in/\?v=([^"&]+)&amp;location=\d+"', html)[1]


def press(desk, visit, command, *, version=None, headers=HTMX, **sent):
    sent = {"version": version or visit.version, "next": BOARD, **sent}
    return desk.post(f"/appointments/{visit.code}/{command}/", sent, headers=headers)


# -- Who may see it --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("receptionist", 200),
        ("manager", 200),
        ("administrator", 200),
        ("therapist", 403),
        ("nobody", 403),
    ],
)
def test_the_board_is_for_who_checks_in(client, house, role, status):
    client.force_login(worker(role, house))

    assert client.get(BOARD).status_code == status


def test_who_is_not_logged_in_is_sent_to_the_log_in(client, db):
    assert client.get(BOARD)["Location"] == f"/login/?next={BOARD}"


def test_another_locations_visits_are_not_on_it(desk, clock):
    visit = book(make_location(), at(8))
    clock(at(8))

    assert visit.code not in shown(desk)
    assert desk.get(f"{BOARD}?location={visit.location_id}").status_code == 404


def test_the_way_to_it_is_in_the_rail_of_who_may(client, house):
    client.force_login(worker("therapist", house))
    assert BOARD not in client.get("/").content.decode()

    client.force_login(worker("receptionist", house))
    page = client.get(BOARD).content.decode()
    assert f'<a href="{BOARD}" aria-current="page">' in page
    assert page.count('aria-current="page"') == 1


# -- What is on it ---------------------------------------------------------------------------
def test_each_visit_stands_in_the_lane_of_its_status(desk, house, clock):
    expected, arrived, treated, unpaid, done = (book(house, at(9)) for _ in range(5))
    arrive(arrived, at(8, 50))
    start(treated, at(8, 50))
    finish(done, at(8, 55), paid=True)
    finish(unpaid, at(8, 50))
    clock(at(9))

    assert lanes(shown(desk)) == {
        "confirmed": [expected.code],
        "arrived": [arrived.code],
        "service": [treated.code],
        "pending": [unpaid.code],
        "done": [done.code],
    }


def test_who_comes_within_two_hours_is_expected_and_the_late_stand_first(desk, house, clock):
    in_two_hours, late, soon = (book(house, at(h)) for h in (12, 9, 11))
    book(house, at(12, 15))
    book(house, at(9, day=TODAY + timedelta(days=1)))
    clock(at(10))

    assert lanes(shown(desk))["confirmed"] == [late.code, soon.code, in_two_hours.code]


def test_who_waits_longest_and_who_must_end_first_stand_first(desk, house, clock):
    second, first = book(house, at(10)), book(house, at(10))
    arrive(first, at(9, 30))
    arrive(second, at(9, 40))
    later, sooner = book(house, at(9, 30)), book(house, at(9))
    start(later, at(9))
    start(sooner, at(9))
    clock(at(9, 45))

    found = lanes(shown(desk))

    assert found["arrived"] == [first.code, second.code]
    assert found["service"] == [sooner.code, later.code]


def test_what_was_cancelled_or_missed_is_not_on_the_board(desk, house, clock):
    missed, cancelled = book(house, at(9)), book(house, at(9))
    booking.record_no_show(appointment=missed, now=at(9, 15), actor=Actor())
    booking.cancel(appointment=cancelled, cancelled_by="client", now=at(8), actor=Actor())
    clock(at(9, 20))

    assert not any(lanes(shown(desk)).values())


def test_a_treatment_that_goes_on_past_midnight_stays_on_the_board(desk, house, clock):
    house.opening_hours.update(from_minute=0, to_minute=1440)
    visit = book(house, at(23, 30), staff=make_staff(house, starts=0, ends=24))
    start(visit, at(23, 30))
    clock(at(0, 10, day=TODAY + timedelta(days=1)))

    assert lanes(shown(desk))["service"] == [visit.code]


def test_a_tick_says_who_what_when_and_to_whom(desk, house, clock):
    paola, camilo = make_staff(house), make_staff(house)
    paola.name, camilo.name = "Paola Rincón", "Camilo Betancur"
    paola.save()
    camilo.save()
    scrub, massage = make_service(), make_service()
    visit = booking.book(
        location=house,
        client=make_client(name="Mariana Echeverri", vip_until=TODAY),
        wanted=[Wanted(scrub.pk, paola.pk), Wanted(massage.pk, camilo.pk)],
        starts_at=at(10),
        now=NOW,
        actor=Actor(),
    )
    Client.objects.filter(pk=visit.client_id).update(alert_sealed="sealed")
    clock(at(9, 50))

    html = tick(shown(desk), visit)

    assert "Mariana Echeverri" in html
    assert f"{scrub.name} → {massage.name}" in html
    assert "10:00 · Paola, Camilo" in html
    assert all(badge in html for badge in ("VIP", "i-triangle-alert", "i-sparkles"))
    assert f'data-version="{visit.version}"' in html
    assert 'data-status="confirmed"' in html
    assert f'hx-get="/appointments/{visit.code}/"' in html


def test_services_side_by_side_are_one_step():
    services = [Service(name=name) for name in ("Manicure", "Pedicure", "Massage")]
    items = [
        AppointmentItem(service=service, starts_at=at(10 + number // 2))
        for number, service in enumerate(services)
    ]

    ticked = Tick(Appointment(), tuple(items), now=NOW, late_minutes=15)

    assert ticked.steps == [["Manicure", "Pedicure"], ["Massage"]]


def test_who_was_here_before_is_not_on_a_first_visit(desk, house, clock):
    regular = make_client()
    before = book(house, at(8), client=regular)
    finish(before, at(8, 30), paid=True)
    visit = book(house, at(10), client=regular)
    clock(at(9))

    assert "i-sparkles" not in tick(shown(desk), visit)


def test_in_service_shows_room_and_planned_end(desk, house, clock):
    cabin, paola = make_room(house), make_staff(house)
    service = make_service(room_kind=cabin.kind)
    visit = booking.book(
        location=house,
        client=make_client(),
        wanted=[Wanted(service.pk, paola.pk, cabin.pk)],
        starts_at=at(10),
        now=NOW,
        actor=Actor(),
    )
    start(visit, at(10))
    clock(at(10, 45))

    html = tick(shown(desk), visit)

    assert f"11:00 · {cabin.name}" in html
    assert "v-75" in html
    assert "15 min" in html


# -- Alarms: a tone and words ----------------------------------------------------------------
def test_who_is_late_is_told_in_words_and_tone_and_may_be_moved_or_given_up(desk, house, clock):
    visit = book(house, at(9))
    clock(at(9, 14))
    soon = tick(shown(desk), visit)
    clock(at(9, 15))
    late = tick(shown(desk), visit)

    assert 'data-tone="bad"' not in soon
    assert "no_show" not in soon
    assert "14 min" in soon
    assert late.startswith(
        f'<li class="tick" data-appointment="{visit.code}" data-status="confirmed" '
        f'data-version="{visit.version}" data-tone="bad">'
    )
    assert "15 min" in late
    assert f"/appointments/{visit.code}/move/" in late
    assert f"/appointments/{visit.code}/no_show/" in late


def test_who_waits_for_more_than_ten_minutes_is_told_in_words_and_tone(desk, house, clock):
    visit = arrive(book(house, at(9)), at(8, 50))
    clock(at(9))
    calm = tick(shown(desk), visit)
    clock(at(9, 1))
    long = tick(shown(desk), visit)

    assert 'data-tone="warn"' not in calm
    assert long.count('data-tone="warn"') == 2
    assert "11 min" in long


def test_overtime_is_told_in_words_and_tone(desk, house, clock):
    visit = start(book(house, at(9)), at(9))
    clock(at(10))
    on_time = tick(shown(desk), visit)
    clock(at(10, 5))
    over = tick(shown(desk), visit)

    assert 'data-tone="warn"' not in on_time
    assert 'data-tone="warn"' in over
    assert "5 min" in over


# -- What the buttons do ---------------------------------------------------------------------
def test_the_buttons_lead_a_visit_from_lane_to_lane(desk, house, clock):
    visit = book(house, at(9))
    clock(at(8, 55))

    for command, lane in (("check_in", "arrived"), ("start", "service"), ("finish", "pending")):
        visit.refresh_from_db()
        assert f"/appointments/{visit.code}/{command}/" in tick(shown(desk), visit)
        answer = press(desk, visit, command)
        assert (answer.status_code, answer["HX-Trigger"]) == (204, "visit-changed, panel-outdated")
        assert lanes(shown(desk))[lane] == [visit.code]


@pytest.mark.parametrize("command", ["check_in", "no_show", "cancel_client"])
def test_a_step_that_is_sent_twice_is_taken_once_and_answered_alike(desk, house, clock, command):
    visit = book(house, at(9))
    clock(at(9, 20))

    answers = [press(desk, visit, command, version=1) for _ in range(2)]

    first, second = ((answer.status_code, answer.content) for answer in answers)
    assert first == second
    assert first[0] == (204 if command == "check_in" else 200)
    assert visit.changes.count() == 2
    assert visit.changes.get(version=2).request_id is not None


def test_a_step_of_an_older_version_by_somebody_else_is_refused(desk, client, house, clock):
    visit = book(house, at(9))
    clock(at(8, 55))
    press(desk, visit, "check_in", version=1)
    client.force_login(worker("receptionist", house))

    assert press(client, visit, "check_in", version=1).status_code == 409


def test_without_script_a_button_leads_back_to_the_board(desk, house, clock):
    visit = book(house, at(9))
    clock(at(8, 55))

    answer = press(desk, visit, "check_in", headers={})

    assert (answer.status_code, answer["Location"]) == (302, BOARD)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x()", "/nowhere/"],
)
def test_a_button_leads_nowhere_but_to_our_own_pages(desk, house, clock, elsewhere):
    visit = book(house, at(9))
    clock(at(8, 55))

    answer = press(desk, visit, "check_in", headers={}, next=elsewhere)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/calendar/2026-11-19/")


def test_a_button_that_is_out_of_date_says_why_and_the_board_is_drawn_again(desk, house, clock):
    visit = book(house, at(9))
    stale = visit.version
    arrive(visit, at(8, 50))
    clock(at(8, 55))

    answer = press(desk, visit, "check_in", version=stale)

    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#toasts"
    assert answer["HX-Trigger"] == "visit-changed, panel-outdated"
    assert b'data-code="SPA-' in answer.content
    visit.refresh_from_db()
    assert visit.status == S.ARRIVED


def test_a_refusal_without_script_is_the_visits_page(desk, house, clock):
    visit = book(house, at(9, day=TODAY + timedelta(days=1)))

    answer = press(desk, visit, "check_in", headers={})

    assert answer.status_code == 422
    assert b"<!doctype html>" in answer.content
    assert b'data-code="SPA-RULE"' in answer.content


def test_a_therapist_may_not_check_in_from_anywhere(client, house, clock):
    paola = make_staff(house)
    paola.user = worker("therapist", house)
    paola.save()
    visit = book(house, at(9), staff=paola)
    client.force_login(paola.user)

    assert press(client, visit, "check_in").status_code == 403


# -- Live ------------------------------------------------------------------------------------
def test_an_unchanged_board_is_not_sent_again(desk, house, clock):
    book(house, at(10))
    clock(at(9))
    version = version_of(shown(desk))
    clock(at(9, 30))

    answer = desk.get(f"{BOARD}?v={version}", headers=HTMX)

    assert (answer.status_code, answer.content) == (204, b"")


def test_somebody_elses_change_is_sent(desk, house, clock):
    visit = book(house, at(10))
    clock(at(9))
    version = version_of(shown(desk))
    arrive(visit, at(9, 1))

    answer = desk.get(f"{BOARD}?v={version}", headers=HTMX)

    assert answer.status_code == 200
    assert lanes(answer.content.decode())["arrived"] == [visit.code]


@pytest.mark.parametrize("turn", [(9, 15), (8, 15), (19, 0)], ids=["late", "expected", "midnight"])
def test_what_time_alone_changes_is_sent(desk, house, clock, turn):
    book(house, at(9 if turn == (9, 15) else 10, 0 if turn != (8, 15) else 15))
    before = at(*turn) - timedelta(minutes=1)
    if turn == (19, 0):
        before = at(23, 59)
    clock(before)
    version = version_of(shown(desk))
    still = desk.get(f"{BOARD}?v={version}", headers=HTMX).status_code
    clock(before + timedelta(minutes=1))

    assert still == 204
    assert desk.get(f"{BOARD}?v={version}", headers=HTMX).status_code == 200


def test_a_long_wait_is_sent_the_minute_it_becomes_one(desk, house, clock):
    arrive(book(house, at(10)), at(9) + timedelta(seconds=50))
    clock(at(9, 10))
    version = version_of(shown(desk))
    clock(at(9, 11))

    answer = desk.get(f"{BOARD}?v={version}", headers=HTMX)

    assert answer.status_code == 200
    assert b'data-tone="warn"' in answer.content


@pytest.mark.parametrize("version", ["", "x", "1.2", "1.0-0.", "1.0-0.²"])
def test_a_version_that_means_nothing_gets_the_board(desk, house, version):
    assert desk.get(BOARD, {"v": version}, headers=HTMX).status_code == 200


def test_the_page_itself_is_always_sent(desk, house, clock):
    version = version_of(shown(desk))

    assert b"<!doctype html>" in desk.get(f"{BOARD}?v={version}").content


# -- What it costs ---------------------------------------------------------------------------
def fill(house, visits):
    paola = [make_staff(house) for _ in range(visits)]
    for number, staff in enumerate(paola):
        visit = book(house, at(9), staff=staff, client=make_client(name=f"Ana Sofía M {number}"))
        if number % 4 == 1:
            arrive(visit, at(8, 55))
        if number % 4 == 2:
            start(visit, at(8, 55))
        if number % 4 == 3:
            finish(visit, at(8, 55), paid=number % 8 == 3)


def test_the_board_costs_as_many_queries_when_it_is_full(desk, house, clock):
    clock(at(9))
    book(house, at(9))
    desk.get(BOARD)
    with CaptureQueriesContext(connection) as nearly_empty:
        desk.get(BOARD)
    fill(house, 12)
    with CaptureQueriesContext(connection) as full:
        desk.get(BOARD)

    assert len(full) == len(nearly_empty)
    assert len(full) <= 12


def test_a_poll_that_changes_nothing_is_cheap(desk, house, clock, django_assert_max_num_queries):
    version = version_of(shown(desk))

    with django_assert_max_num_queries(7):
        desk.get(f"{BOARD}?v={version}", headers=HTMX)


def test_twelve_visits_weigh_at_most_four_kilobytes(desk, house, clock):
    fill(house, 12)
    clock(at(9, 20))

    fragment = desk.get(BOARD, headers=HTMX).content

    assert fragment.count(b'<li class="tick"') == 12
    assert fragment.lstrip().startswith(b'<div class="board" id="board"')
    weight = len(gzip.compress(fragment, 6))
    assert weight <= 4 * 1024, f"{weight / 1024:.1f} KB"


def test_who_is_late_can_be_received_with_less_time(desk, house, clock):
    visit = book(house, at(10))
    step = f"/appointments/{visit.code}/check_in_shortened/"

    clock(at(10, 14))
    assert step not in desk.get(BOARD).content.decode()
    clock(at(10, 15))
    assert step in desk.get(BOARD).content.decode()
    clock(at(11))
    assert step not in desk.get(BOARD).content.decode()
