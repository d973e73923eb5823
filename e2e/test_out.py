"""Taking a therapist out by the keyboard alone: look, accept a colleague, call who is left."""

from datetime import timedelta

from e2e.axe import serious
from e2e.hands import reread, tab_to
from e2e.spa_house import book
from spa.models import AbsenceCall, AvailabilityExclusion
from tests.factories import TODAY, at, make_client


def test_her_visits_are_moved_or_called_when_she_is_out(desk, house):
    tatiana = make_client(name="Tatiana Cárdenas")
    asked_for_her = book(house.location, tatiana, [(house.massage, house.paola)], at(15))
    house.visit.items.update(staff_requested=False)

    desk.goto(f"{desk.url.rstrip('/')}/calendar/{TODAY}/out/?staff={house.paola.pk}")
    tab_to(desk, '#out button.primary[value="try"]')
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#affected")
    tab_to(desk, '#out button[value="save"]')
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#out-list")

    assert reread(house.visit).items.get().staff == house.camilo
    assert desk.locator(f'[data-appointment="{house.visit.code}"]').count() == 0
    left = desk.locator(f'[data-appointment="{asked_for_her.code}"]')
    assert "Camilo" in left.locator("blockquote").inner_text()
    tab_to(desk, '.to-call button[value="1"]')
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".to-call[data-called]")
    assert AbsenceCall.objects.get().appointment == asked_for_her
    exclusion = AvailabilityExclusion.objects.get()
    assert exclusion.ends_at == at(0, day=TODAY + timedelta(days=1))


def test_whom_to_call_is_worked_through_page_by_page(desk, house, monkeypatch):
    for module in ("frontdesk.calls", "frontdesk.views.out"):
        monkeypatch.setattr(f"{module}.AT_ONCE", 1)
    tatiana = make_client(name="Tatiana Cárdenas")
    later = book(house.location, tatiana, [(house.massage, house.paola)], at(15))

    desk.goto(f"{desk.url.rstrip('/')}/calendar/{TODAY}/out/?staff={house.paola.pk}")
    desk.click('#out button.primary[value="try"]')
    desk.locator(".further", has_text="Tatiana Cárdenas").wait_for()
    assert serious(desk) == []
    desk.click('#out button[value="save"]')
    desk.wait_for_selector("#out-list")
    assert serious(desk) == []
    desk.click('#out-list [rel="next"]')
    desk.wait_for_selector(f'[data-appointment="{later.code}"]')
    desk.click('.to-call button[value="1"]')

    desk.wait_for_selector(f'.to-call[data-called][data-appointment="{later.code}"]')
    assert AbsenceCall.objects.get().appointment == later
