"""A therapist is out: the question, her visits, whom to call."""

from e2e.screens.registry import screen, to
from tests.factories import TODAY


def look(page, house) -> None:
    to(page, f"/calendar/{TODAY}/out/?staff={house.paola.pk}")
    page.click('#out button.primary[value="try"]')
    page.wait_for_selector("#affected .affected")


@screen("a therapist who is out")
def _(page, house):
    to(page, f"/calendar/{TODAY}/out/?staff={house.paola.pk}")


@screen("the visits of a therapist who is out")
def _(page, house):
    look(page, house)


@screen("whom to call")
def _(page, house):
    look(page, house)
    for choice in page.locator('.affected [value="call"]').all():
        choice.check()
    page.click('#out button[value="save"]')
    page.wait_for_selector("#out-list .to-call")


@screen("whom to call, and who was called")
def _(page, house):
    to(page, f"/calendar/{TODAY}/out/")
    page.click("[aria-labelledby=out-now] a")
    page.locator(".to-call button[value='1']").first.click()
    page.wait_for_selector(".to-call[data-called]")


@screen("therapists who are out already")
def _(page, house):
    to(page, f"/calendar/{TODAY}/out/?staff={house.paola.pk}")
    page.wait_for_selector("[aria-labelledby=out-now]")
