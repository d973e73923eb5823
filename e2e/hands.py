"""What hands do at the desk, and a pair of them that counts."""

from contextlib import contextmanager
from dataclasses import dataclass, field

# Counts what the browser felt by itself: keys (not the ones held), and presses of the pointer.
# Kept with the window, so that it outlives the page.
FEEL = """
if (location.protocol.startsWith("http")) {
  const felt = (event) => {
    if (!event.isTrusted || ["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
    sessionStorage.felt = Number(sessionStorage.felt ?? 0) + 1;
  };
  addEventListener("keydown", felt, { capture: true });
  addEventListener("pointerdown", felt, { capture: true });
}
"""


def card(page, visit):
    return page.locator(f'.cal .appt[data-appointment="{visit.code}"]')


def reread(row):
    row.refresh_from_db()
    return row


def cell(page, staff, at):
    return page.locator(f'[data-staff="{staff.pk}"] .cal-lane [data-start="{at.isoformat()}"]')


def lift(page, source):
    """Press the pointer on a card and carry it over the threshold."""
    box = source.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 30, steps=3)


def drag(page, source, target):
    goal = target.bounding_box()
    lift(page, source)
    page.mouse.move(goal["x"] + 20, goal["y"] + 6, steps=6)
    page.mouse.up()


class Finger:
    """One finger on a screen that can be touched."""

    def __init__(self, page) -> None:
        self._cdp = page.context.new_cdp_session(page)

    def down(self, x, y):
        self._touch("touchStart", x, y)

    def move(self, x, y):
        self._touch("touchMove", x, y)

    def up(self):
        self._touch("touchEnd")

    def _touch(self, kind, *at):
        points = [dict(zip("xy", at, strict=True))] if at else []
        self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def go_back(page):
    """Go back as the browser's button does; HTMX has the page before loaded anew."""
    with page.expect_event("load"):
        page.evaluate("history.back()")


def charge(page, button: str = "#panel [data-charge]") -> None:
    """Charge the open visit by card, with the keyboard from the dialog on."""
    page.click(button)
    page.wait_for_selector('#charge [name="card_reference"]:focus')
    page.keyboard.type("0412")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-charged]")


def step(page, status):
    """Press the button for the visit's next step and wait for it; the next press is no double."""
    page.click("#appointment [data-step]")
    page.wait_for_selector(f'#appointment[data-status="{status}"]')
    page.wait_for_selector(f'.appt[data-status="{status}"]')
    page.clock.fast_forward(1000)


def tab_to(page, selector, most=80):
    """Press Tab until the focus is there: nobody who has no mouse can do more.

    :raises AssertionError: it is not reached
    """
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector}")


@dataclass
class Task:
    """One task that was timed: what was done for it, and how much of that is allowed."""

    name: str
    limit: int
    steps: list[str] = field(default_factory=list)
    ways_in: int = 0  # keys and clicks that only led into a field

    def __str__(self) -> str:
        apart = f" (+{self.ways_in} into a field)" if self.ways_in else ""
        return f"{self.actions} of {self.limit}{apart}: {' · '.join(self.steps)}"

    @property
    def actions(self) -> int:
        return len(self.steps)


class Hands:
    """Hands that count: a click, a key chord, a filled field and a drag are one action each.

    What leads into a field, its click or its key, is part of filling it, as the guide counts it
    ("`n` and type"); the table tells how often that was. What the browser felt is counted too,
    so that nothing can be done past these hands.
    """

    def __init__(self, page) -> None:
        self.page, self._now = page, None
        self.tasks: list[Task] = []
        page.add_init_script(FEEL)

    @contextmanager
    def task(self, name: str, *, limit: int):
        self._now = Task(name, limit)
        self.tasks.append(self._now)
        self.page.evaluate("sessionStorage.felt = 0")
        yield
        felt = int(self.page.evaluate("sessionStorage.felt ?? 0"))
        filled = sum(step.endswith("…") for step in self._now.steps)
        assert felt == self._now.actions - filled + self._now.ways_in, "not all was counted"
        assert self._now.actions <= limit, f"{name}: {' · '.join(self._now.steps)}"

    def press(self, chord: str) -> None:
        self._now.steps.append(chord)
        self.page.keyboard.press(chord)

    def click(self, target) -> None:
        self._now.steps.append("click")
        self._locate(target).click()

    def fill(self, field: str, text: str, *, key: str = "", by_pointer: bool = False) -> None:
        """Type into a field, led there by its key or the pointer, or where the cursor is in it."""
        self._now.steps.append(f"{key} {text}…".strip())
        if key:
            self._now.ways_in += 1
            self.page.keyboard.press(key)
        if by_pointer:
            self._now.ways_in += 1
            self.page.click(field)
        self.page.wait_for_selector(f"{field}:focus")
        self.page.keyboard.insert_text(text)

    def drag(self, source, target) -> None:
        self._now.steps.append("drag")
        drag(self.page, self._locate(source), self._locate(target))

    def _locate(self, target):
        return self.page.locator(target) if isinstance(target, str) else target
