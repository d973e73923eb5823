"""The front desk's board, and the calendar's other views: a week, the rooms, the month."""

import re
from datetime import timedelta

import pytest

from e2e.axe import serious, serious_everywhere
from e2e.hands import charge
from e2e.spa_house import MORNING, book, log_in
from spa.services import booking
from spa.services.audit import Actor
from tests.factories import at, make_client


@pytest.fixture
def desk(page, live_server, house):
    log_in(page, live_server)
    return page


@pytest.fixture
def board(desk, live_server):
    desk.goto(f"{live_server.url}/check-in/")
    desk.wait_for_selector("#board")
    return desk


@pytest.fixture
def busy(house):
    """Somebody who has waited, one whose treatment should be over, and one who is late."""

    def visit(hour, name, staff):
        client = make_client(name=name, vip_until=MORNING.date())
        return book(house.location, client, [(house.massage, staff)], hour)

    late = visit(at(8, 30), "Tatiana Cárdenas", house.camilo)
    waiting = visit(at(11, 30), "Estefanía Prieto", house.paola)
    treated = visit(at(8, 30), "Carlos Vélez", house.paola)
    booking.check_in(appointment=waiting, now=MORNING - timedelta(minutes=14), actor=Actor())
    booking.check_in(appointment=treated, now=at(8, 30), actor=Actor())
    booking.start(
        appointment=type(treated).objects.get(pk=treated.pk), now=at(8, 35), actor=Actor()
    )
    return late, waiting, treated


def lane(page, status, visit):
    return page.locator(f'.lane[data-status="{status}"] .tick[data-appointment="{visit.code}"]')


def redraw(page):
    page.evaluate("document.body.dispatchEvent(new Event('visit-changed'))")


def test_a_visit_goes_from_lane_to_lane_and_the_keyboard_goes_with_it(board, house):
    for command, status in (("check_in", "arrived"), ("start", "service"), ("finish", "pending")):
        board.locator(f"#{command}-{house.visit.code}").focus()
        board.keyboard.press("Enter")
        lane(board, status, house.visit).wait_for()
        board.wait_for_selector(f"#tick-{house.visit.code}:focus")
    charge(board, f"#charge-{house.visit.code}")
    lane(board, "done", house.visit).wait_for()

    house.visit.refresh_from_db()
    assert house.visit.status == "completed"


def test_a_double_click_is_one_step(board, house):
    board.locator(f"#check_in-{house.visit.code}").dblclick()
    lane(board, "arrived", house.visit).wait_for()

    assert board.locator("#toasts [data-code]").count() == 0
    assert house.visit.changes.count() == 2


def test_a_slow_double_click_checks_in_one_client_and_not_the_next(board, house):
    other = book(house.location, make_client(), [(house.facial, house.camilo)], at(10, 15))
    board.reload()
    board.clock.set_fixed_time(MORNING)
    sent = []
    board.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    box = board.locator(f"#check_in-{house.visit.code}").bounding_box()
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    board.mouse.click(*place)
    lane(board, "arrived", house.visit).wait_for()
    under_the_hand = f"document.elementFromPoint({place[0]}, {place[1]}).closest('button').id"
    assert board.evaluate(under_the_hand) == f"check_in-{other.code}"
    board.mouse.click(*place)
    board.wait_for_load_state("networkidle")
    assert len(sent) == 1

    board.clock.set_fixed_time(MORNING + timedelta(seconds=1))
    board.mouse.click(*place)
    lane(board, "arrived", other).wait_for()


def test_a_click_elsewhere_acts_at_once(board, house):
    other = book(house.location, make_client(), [(house.facial, house.camilo)], at(10, 15))
    board.reload()
    board.clock.set_fixed_time(MORNING)

    board.click(f"#check_in-{house.visit.code}")
    lane(board, "arrived", house.visit).wait_for()
    board.click(f"#check_in-{other.code}", position={"x": 12, "y": 6})

    lane(board, "arrived", other).wait_for()


def test_a_button_that_is_out_of_date_says_why_and_the_board_shows_the_truth(board, house):
    booking.check_in(appointment=house.visit, now=MORNING, actor=Actor())
    board.click(f"#check_in-{house.visit.code}")

    board.wait_for_selector('#toasts [data-code^="SPA-"]')
    lane(board, "arrived", house.visit).wait_for()


def test_a_client_opens_her_visit_beside_the_board_which_follows_its_steps(board, house):
    board.click(f"#tick-{house.visit.code}")
    board.wait_for_selector("#panel #appointment")
    board.click("#panel [data-step]")

    lane(board, "arrived", house.visit).wait_for()
    assert board.url.endswith("/check-in/")


def test_somebody_elses_change_appears_without_a_reload(board, house):
    board.clock.install()
    board.reload()
    booking.check_in(appointment=house.visit, now=MORNING, actor=Actor())

    board.clock.fast_forward(10_000)

    lane(board, "arrived", house.visit).wait_for()


def test_a_scrolled_lane_stays_where_it_was(board, house):
    board.set_viewport_size({"width": 1366, "height": 300})
    for hour in (10, 11):
        book(house.location, make_client(), [(house.facial, house.camilo)], at(hour))
    board.reload()
    top = "document.querySelector('.lane > ol').scrollTop"
    board.evaluate(f"{top} = 60")
    booking.check_in(appointment=house.visit, now=MORNING, actor=Actor())
    redraw(board)
    lane(board, "arrived", house.visit).wait_for()
    board.wait_for_timeout(100)  # until HTMX has settled

    assert board.evaluate(top) == 60


def test_the_timers_go_on_between_two_polls(page, live_server, house):
    page.clock.install()
    log_in(page, live_server)
    page.goto(f"{live_server.url}/check-in/")
    timer = lane(page, "confirmed", house.visit).locator(".timer")
    assert "10 min" in timer.inner_text()

    page.clock.fast_forward("01:05")

    assert " 9 min" in timer.inner_text()


def test_the_board_works_without_script(browser, live_server, house):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/login/")
    page.fill("#login", "marcela@spa.test")
    page.fill("#password", "una clave larga y propia")
    page.keyboard.press("Enter")
    page.wait_for_selector("#day")
    page.goto(f"{live_server.url}/check-in/")

    for command, status in (("check_in", "arrived"), ("start", "service"), ("finish", "pending")):
        page.click(f"#{command}-{house.visit.code}")
        lane(page, status, house.visit).wait_for()
        assert page.url.endswith("/check-in/")
    page.click(f"#charge-{house.visit.code}")
    page.fill('[name="card_reference"]', "0412")
    page.click("[data-book]")
    page.wait_for_selector(f'.appt[data-appointment="{house.visit.code}"][data-status="done"]')
    page.context.close()


def test_nothing_serious_is_wrong_with_a_busy_board(board, busy):
    board.reload()
    lane(board, "service", busy[2]).wait_for()

    assert board.locator('.tick[data-tone="bad"]').count() == 1
    assert board.locator('.tick[data-tone="warn"]').count() == 2
    assert serious_everywhere(board) == []


# -- The calendar's other views --------------------------------------------------------------
def test_the_week_of_a_therapist_opens_from_her_name_and_back_to_the_day(desk, house):
    desk.click(f'[data-staff="{house.paola.pk}"] h2 a')
    desk.wait_for_selector(f'[data-day="2026-11-19"] .appt[data-appointment="{house.visit.code}"]')
    assert serious(desk) == []

    desk.keyboard.press("ArrowLeft")
    desk.wait_for_selector('#week [data-day="2026-11-12"]')
    desk.keyboard.press("t")
    desk.wait_for_selector('#week [data-day="2026-11-19"]')
    desk.keyboard.press("d")
    desk.wait_for_selector('#day[data-day="2026-11-19"]')
    desk.keyboard.press("w")
    desk.wait_for_selector("#week")


def test_a_free_time_of_the_week_begins_a_booking_on_its_day(desk, live_server, house):
    desk.goto(f"{live_server.url}/calendar/week/{house.paola.pk}/2026-11-19/")
    desk.locator('[data-day="2026-11-21"] .cell').nth(9).click(force=True)

    desk.wait_for_selector("dialog[open]")
    assert "2026-11-21" in desk.locator("dialog").inner_html()


def test_a_visit_opens_beside_the_week_and_the_week_follows_its_steps(desk, live_server, house):
    desk.goto(f"{live_server.url}/calendar/week/{house.paola.pk}/2026-11-19/")
    desk.click(f'.appt[data-appointment="{house.visit.code}"]')
    desk.wait_for_selector("#panel #appointment")
    desk.click("#panel [data-step]")

    desk.wait_for_selector('#week .appt[data-status="arrived"]')


def test_the_day_is_turned_to_rooms_and_stays_so(desk, house):
    desk.click('.day-bar a[href$="?by=room"]')
    desk.wait_for_selector("section[data-room]")
    assert serious(desk) == []

    desk.keyboard.press("ArrowRight")
    desk.wait_for_selector('#day[data-day="2026-11-20"] section[data-room]')


def test_the_month_says_how_full_its_days_are_when_it_is_opened(desk, house):
    assert desk.locator("#month .meter").count() == 0
    desk.click('[popovertarget="month-menu"]')
    desk.wait_for_selector("#month .meter")
    assert serious(desk) == []

    desk.click("#month-after")
    desk.locator("#month b", has_text=re.compile("[Dd](iciembre|ecember)")).wait_for()
    desk.click('#month a[href="/calendar/2026-12-10/"]')
    desk.wait_for_selector('#day[data-day="2026-12-10"]')
