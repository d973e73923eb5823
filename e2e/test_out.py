"""Taking a therapist out by the keyboard alone: look, accept a colleague, call who is left."""

from datetime import timedelta

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
