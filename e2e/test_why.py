"""Asking the calendar why a place is not free: by the pointer, by a press, by the keyboard."""

from datetime import timedelta

from e2e.axe import serious
from e2e.hands import card
from spa.models import AvailabilityExclusion
from spa.services import schedule
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, at


def test_a_place_that_is_not_free_says_why_and_what_can_be_done(desk, house):
    whom = {"location": house.location, "staff": house.paola}
    lunch = {"starts_at": at(13), "ends_at": at(14), "kind": "lunch"}
    schedule.block_time(**whom, **lunch, now=NOW, actor=Actor())
    desk.reload()

    # The pointer rests on a visit, goes into what is told, and leaves.
    box = card(desk, house.visit).bounding_box()
    desk.mouse.move(box["x"] + 30, box["y"] + 10)
    desk.mouse.move(box["x"] + 34, box["y"] + 12)
    told = desk.locator(".why:not([hidden])")
    told.get_by_text("Mariana Echeverri").wait_for()
    assert card(desk, house.visit).get_attribute("aria-describedby") == "why"
    told.hover()
    told.get_by_role("link").first.wait_for()
    desk.mouse.move(2, 2)
    told.wait_for(state="hidden")

    # By the keyboard alone: from the visit down to lunch, and lunch is given back.
    card(desk, house.visit).focus()
    desk.keyboard.press("q")
    told.get_by_text("10:00 ·").wait_for()
    for _ in range(13):
        desk.keyboard.press("ArrowDown")
    told.locator('[data-reason="excluded"]').wait_for()
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#why button:focus")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#toasts [role=status]")
    told.wait_for(state="hidden")
    assert not AvailabilityExclusion.objects.exists()


def test_what_is_told_stays_in_a_window_that_becomes_smaller(desk, house, other_visit):
    desk.reload()
    card(desk, other_visit).focus()
    desk.keyboard.press("q")
    told = desk.locator(".why:not([hidden])")
    told.wait_for()

    desk.set_viewport_size({"width": 720, "height": 500})

    desk.wait_for_function(IS_INSIDE)


IS_INSIDE = """
() => {
  const { left, top, right, bottom } = document.querySelector(".why").getBoundingClientRect();
  return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
}
"""


def test_a_tap_on_closed_time_tells_of_it_and_escape_sends_it_away(desk, house):
    whom = {"location": house.location, "staff": house.camilo}
    away = {"starts_at": at(15), "ends_at": at(17), "kind": "absence"}
    schedule.block_time(**whom, **away, now=NOW, actor=Actor())
    desk.reload()

    desk.locator(f'[data-staff="{house.camilo.pk}"] .off').last.click()
    told = desk.locator(".why:not([hidden])")
    told.locator('[data-reason="excluded"]').wait_for()
    desk.keyboard.press("Escape")

    told.wait_for(state="hidden")


def test_a_week_tells_it_too_of_any_of_its_days(desk, house):
    tomorrow = TODAY + timedelta(days=1)
    whom = {"location": house.location, "staff": house.paola}
    away = {"starts_at": at(8, day=tomorrow), "ends_at": at(10, day=tomorrow), "kind": "training"}
    schedule.block_time(**whom, **away, now=NOW, actor=Actor())
    desk.goto(f"{desk.url.split('/calendar')[0]}/calendar/week/{house.paola.pk}/{TODAY}/")

    # By a press on what was taken away tomorrow.
    desk.locator('[data-day="2026-11-20"] .off').first.click()
    told = desk.locator(".why:not([hidden])")
    told.locator('[data-reason="excluded"]').wait_for()
    assert serious(desk) == []
    desk.keyboard.press("Escape")
    told.wait_for(state="hidden")

    # By the keyboard: from today's visit to the same hour of tomorrow, and up.
    card(desk, house.visit).focus()
    desk.keyboard.press("q")
    told.locator('[data-reason="busy"]').wait_for()
    desk.keyboard.press("ArrowRight")
    told.get_by_text("10:00 ·").wait_for()
    desk.keyboard.press("ArrowUp")
    told.locator('[data-reason="excluded"]').wait_for()
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#why button:focus")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#toasts [role=status]")
    assert not AvailabilityExclusion.objects.exists()
