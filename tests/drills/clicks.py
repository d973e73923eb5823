"""Hands without a plan, at the demo spa, in a real browser: nothing may break.

`CLICKS_SECONDS` says how long, `CLICKS_SEED` repeats a run's choices (not its timing).
"""

import os
import re
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random

from playwright.sync_api import BrowserContext, Error, Page, TimeoutError, sync_playwright

from e2e import chromium
from tests.drills import drill
from tests.drills.fingers import act
from tests.drills.places import Desk, desk

SECONDS = 60
SHIFTS = ["recepcion", "gerente", "recepcion", "terapeuta"]  # who is at the desk, a share each
PASSWORD = "demo-spa"  # noqa: S105
BUSY_HOUR = 16  # UTC: eleven in Bogotá
PAUSES = [0, 0, 0, 30, 150, 400]  # milliseconds between two actions
REST_EVERY = 40  # actions
PATIENCE = 20_000  # milliseconds
SHOWN = 20  # actions before a fault
LOG_INS = 3  # tries in a row

GONE = [
    *("context was destroyed", "interrupted by another", "ERR_ABORTED", "detached"),
    *("Not attached to an active page", "ERR_INTERNET_DISCONNECTED", "chrome-error"),
]

# What has been let go of must be let go: no card in the air, nothing open, nothing locked.
UNREST = """
() => {
  const found = [...document.querySelectorAll("dialog[open], :popover-open, .ghost, .lifted")];
  if ("moving" in (document.body?.dataset ?? {})) found.push(document.body);
  return found.map((one) => one.outerHTML.slice(0, 120)).join(" ");
}
"""
HAS_WORDS = (
    "() => location.protocol !== 'http:' || document.querySelector('main')?.innerText.trim()"
)


@drill("random clicks, keys and drags in a browser: no fault, verify finds nothing", quick=False)
def random_clicks() -> None:
    seconds = float(os.environ.get("CLICKS_SECONDS", SECONDS))
    seed = int(os.environ.get("CLICKS_SEED", time.time()))
    now = datetime.now(UTC)
    offset = str((BUSY_HOUR - now.hour) * 3600 - now.minute * 60)
    with desk(has_spa=True, SPA_CLOCK_OFFSET=offset) as place:
        told = Told()
        with browser() as chrome:
            for number, who in enumerate(SHIFTS):
                until = time.monotonic() + seconds / len(SHIFTS)
                shift = Shift(place, chrome.new_context(), who, Random(seed + number), told)
                shift.work(until)
        print(f"seed {seed}: {told}", end="  ", flush=True)
        verified = place.manage("verify")
        if verified.returncode:
            told.fault(f"verify: {verified.stdout}")
        if told.faults:
            told.fault((place.base / "var" / "log" / "web.log").read_text()[-3000:])
    assert not told.faults, f"{len(told.faults)} faults, written above as they were found"


@contextmanager
def browser() -> Iterator:
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(**chromium.how_to_launch())
        try:
            yield chrome
        finally:
            chrome.close()


class Told:
    """What was done and seen, and each fault once, with what was done before it."""

    def __init__(self) -> None:
        self.actions, self.faults = 0, {}
        self.pages: Counter[str] = Counter()
        self.recent: deque[str] = deque(maxlen=SHOWN)

    def __str__(self) -> str:
        seen = f"{self.actions} actions, {len(self.pages)} kinds of pages"
        return f"{seen}, {len(self.faults)} faults"

    def action(self, what: str) -> None:
        self.actions += 1
        self.recent.append(what)

    def fault(self, what: str) -> None:
        same = re.sub(r"[0-9a-f]{12}|\d+", "N", what)
        if same not in self.faults:
            self.faults[same] = "\n    ".join([what, *self.recent])
            print(f"\n{self.faults[same]}", file=sys.stderr, flush=True)


class Shift:
    """One person at one desk with two tabs, who logs in again whenever she finds herself out."""

    def __init__(self, place: Desk, context: BrowserContext, who: str, chance: Random, told: Told):
        self.origin, self.who = f"http://127.0.0.1:{place.port}", who
        self.context, self.chance, self.told = context, chance, told
        self.problems: list[str] = []
        chromium.watch(context, self.problems)
        context.set_default_timeout(PATIENCE)
        context.on("response", self._heard)
        context.on("dialog", self._asked)
        self.tabs = [context.new_page(), context.new_page()]

    def work(self, until: float) -> None:
        while time.monotonic() < until:
            tab = self.chance.choice(self.tabs)
            tab.bring_to_front()
            for _ in range(self.chance.randint(3, 30)):
                self._do_one(tab)
            self._close_others()
        self.context.close()

    def _do_one(self, tab: Page) -> None:
        where = tab.url.removeprefix(self.origin)
        try:
            self._be_somewhere(tab)
            what = act(tab, self.chance)
            tab.wait_for_timeout(self.chance.choice(PAUSES))
            if self.told.actions % REST_EVERY == 0:
                self._come_to_rest(tab)
        except Error as error:
            what = f"interrupted: {error.message.splitlines()[0]}"
            if not is_of_a_page_that_went(error):
                self.problems.append(what)
        self.told.action(f"{self.who} {where}  {what}")
        for problem in self.problems:
            self.told.fault(problem)
        self.problems.clear()

    def _be_somewhere(self, tab: Page) -> None:
        """Go to the desk from where there is nothing to press, and log in where that is asked."""
        if not tab.url.startswith(self.origin):
            tab.goto(self.origin)
        tab.wait_for_load_state("domcontentloaded")
        self.told.pages[kind(tab.url.removeprefix(self.origin))] += 1
        for _try in range(LOG_INS):
            if not tab.locator("#password").count():
                return
            self._log_in(tab)
        if tab.locator("#password").count():
            self.problems.append("cannot log in")

    def _log_in(self, tab: Page) -> None:
        """Log in, or come back to the form: it is too old once another tab has logged in."""
        tab.fill("#login", f"{self.who}@demo.test")
        tab.fill("#password", PASSWORD)
        with tab.expect_navigation():
            tab.press("#password", "Enter")
        if not tab.locator(".app").count():
            tab.goto(self.origin)

    def _come_to_rest(self, tab: Page) -> None:
        tab.mouse.up()
        until = time.monotonic() + PATIENCE / 1000
        while unrest := tab.evaluate(UNREST):
            if time.monotonic() > until:
                self.problems.append(f"does not come to rest: {unrest}")
                tab.goto(self.origin)
                return
            tab.keyboard.press("Escape")
            tab.wait_for_timeout(100)
        try:
            tab.wait_for_function(HAS_WORDS)
        except TimeoutError:
            self.problems.append(f"a page with nothing on it: {tab.url}")

    def _close_others(self) -> None:
        for page in self.context.pages:
            if page not in self.tabs:
                page.close()

    def _heard(self, response) -> None:
        if response.status >= 500:
            path = response.url.removeprefix(self.origin)
            self.problems.append(f"{response.status} {response.request.method} {path}")

    def _asked(self, dialog) -> None:
        if dialog.type == "confirm" and self.chance.random() < 0.5:  # before what cannot be undone
            return dialog.accept()
        if dialog.type != "confirm":
            self.problems.append(f"a dialog of the browser's own: {dialog.type} {dialog.message}")
        return dialog.dismiss()


def is_of_a_page_that_went(error: Error) -> bool:
    """Say whether a page only went away under the hand: another was on its way."""
    return any(words in error.message for words in GONE)


def kind(path: str) -> str:
    """Return an address without what tells one day, client or visit from another."""
    path = path.split("?")[0].split("#")[0]
    return re.sub(r"\d[\d-]*|(?<=/appointments/)(?!new/)[^/]+", "…", path)
