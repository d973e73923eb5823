"""Every screen, light and dark, wide, middling and narrow: axe finds nothing serious on it."""

import pytest

from e2e.axe import WIDTHS, serious_everywhere
from e2e.screens import SCREENS, furnish, to


@pytest.mark.parametrize("subject", SCREENS)
def test_nothing_serious_is_wrong_with_any_screen(desk, house, subject):
    furnish(house)
    found = {}
    for name, open_it in SCREENS[subject].items():
        desk.set_viewport_size({"width": 1366, "height": WIDTHS[1366]})
        to(desk, "/")
        open_it(desk, house)
        found[name] = serious_everywhere(desk)

    assert {name: findings for name, findings in found.items() if findings} == {}


def test_nothing_serious_is_wrong_with_the_log_in(page, live_server, house):
    page.goto(live_server.url)
    page.fill("#login", "marcela@spa.test")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#login-error")

    assert serious_everywhere(page) == []
