"""What a manager does with the schedule."""

from e2e.screens.registry import as_worker, screen, to
from spa.models import Room
from tests.factories import TODAY


@screen("the schedule")
def _(page, house):
    as_worker(page, house, "manager", "Ángela Rojas")
    to(page, "/schedule/")


@screen("a therapist's hours")
def _(page, house):
    to(page, f"/schedule/staff/{house.paola.pk}/")


@screen("hours that are tried")
def _(page, house):
    to(page, f"/schedule/staff/{house.paola.pk}/")
    until = page.locator(f"#to-{TODAY.isoweekday()}-0")
    until.fill("10:30")
    until.press("Enter")
    page.wait_for_selector(".report")


@screen("a room's closed times")
def _(page, house):
    room = Room.objects.filter(location=house.location).earliest("position", "pk")
    to(page, f"/schedule/rooms/{room.pk}/")


@screen("time taken away")
def _(page, house):
    to(page, "/schedule/exclusions/new/")


@screen("the opening hours")
def _(page, house):
    to(page, "/schedule/opening/")


@screen("the holidays")
def _(page, house):
    to(page, f"/schedule/holidays/{TODAY.year}/")
