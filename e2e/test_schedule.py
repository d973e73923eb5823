"""A manager changes a therapist's week: by keys and pointer, tried, confirmed, and saved."""

import pytest

from e2e.axe import serious
from e2e.spa_house import log_in, make_worker
from spa.services import schedule
from tests.factories import TODAY

THURSDAY = TODAY.isoweekday()


@pytest.fixture
def manager(page, live_server, house):
    make_worker(house.location, "manager", "angela@spa.test", name="Ángela Rojas")
    log_in(page, live_server, email="angela@spa.test")
    page.goto(f"{live_server.url}/schedule/staff/{house.paola.pk}/")
    return page


def thursdays(house):
    hours = schedule.week_of(house.paola, house.location, TODAY)
    return [(one.from_minute, one.to_minute) for one in hours if one.weekday == THURSDAY]


def test_a_row_is_added_where_the_hand_is_and_removed_again(manager):
    manager.click(f'button[value="add-{THURSDAY}"]')
    manager.wait_for_selector(f"#from-{THURSDAY}-1")
    assert manager.evaluate("document.activeElement.id") == f"from-{THURSDAY}-1"

    manager.click(f'button[value="remove-{THURSDAY}-1"]')
    manager.wait_for_selector(f"#from-{THURSDAY}-1", state="detached")


def test_enter_tries_and_saves_nothing_and_the_visits_are_confirmed(manager, house, other_visit):
    before = thursdays(house)

    manager.fill(f"#to-{THURSDAY}-0", "13:00")
    manager.press(f"#to-{THURSDAY}-0", "Enter")
    manager.wait_for_selector(".report")
    assert other_visit.code in manager.inner_text(".report")
    assert thursdays(house) == before
    assert serious(manager) == []

    manager.check("[name=confirmed]")
    manager.click("button[value=save]")
    manager.wait_for_url("**/schedule/?location=*")
    assert thursdays(house) == [(before[0][0], 13 * 60)]
