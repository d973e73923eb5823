"""What the day answers to the question why a place is not free."""

from e2e.hands import card
from e2e.screens.registry import as_worker, screen, to
from spa.models import Skill, StaffMember
from spa.services import schedule
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, at, make_staff

MORNINGS = "Lucía Mora"  # goes home at noon, and is away from ten to eleven


def hire(house) -> None:
    her = make_staff(house.location, ends=12)
    StaffMember.objects.filter(pk=her.pk).update(name=MORNINGS, position=3)
    her.skills.set(Skill.objects.all())
    away = {"starts_at": at(10), "ends_at": at(11), "kind": "training"}
    schedule.block_time(location=house.location, staff=her, **away, now=NOW, actor=Actor())


def ask(page, which: str, reason: str) -> None:
    """Press a time of hers that is closed, and wait until it says why."""
    to(page, f"/calendar/{TODAY}/")
    her = StaffMember.objects.get(name=MORNINGS)
    page.click(f'[data-staff="{her.pk}"] {which}')
    page.wait_for_selector(f'.why:not([hidden]) [data-reason="{reason}"]')


@screen("why it is not free where a visit stands")
def _(page, house):
    card(page, house.visit).focus()
    page.keyboard.press("q")
    page.wait_for_selector('.why:not([hidden]) [data-reason="busy"]')


@screen("why a time is blocked")
def _(page, house):
    hire(house)
    ask(page, ".off >> nth=0", "excluded")


@screen("why nobody is there, for who may change it")
def _(page, house):
    as_worker(page, house, "manager", "Ángela Rojas")
    ask(page, ".off >> nth=-1", "not_working")
