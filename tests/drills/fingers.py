"""Hands without a plan: each does one thing to a page, and says what it was."""

from collections.abc import Callable
from random import Random
from urllib.parse import urljoin

from playwright.sync_api import Page

HANDS: list[tuple[int, Callable[[Page, Random], str]]] = []  # how often, and what
KEYS = [
    *("/", "n", "t", "d", "w", "l", "m", "b", "p", "Shift+P", "?"),
    *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageDown"),
    *("Shift+ArrowLeft", "Shift+ArrowRight", "Tab", "Tab", "Shift+Tab"),
    *("Enter", "Enter", "Escape", "Space", "Control+Enter", "Backspace"),
]
JUNK = [
    *("mari", "ana lucía", "Ñandú Ñíguez", "300 456 12 78", "+57", "1", "0", "-1", "60"),
    *("99999999999999999999", "3.5e400", "10:77", "31/02/2027", "2026-11-24", "24:00"),
    *("<script>alert(1)</script>", "' OR 1=1 --", "%_%", "\\", "../../etc", "{{ 7*7 }}"),
    *("a@b", "ana@example.com", "\N{NULL}", "🧖‍♀️💆🏽", "\N{RIGHT-TO-LEFT OVERRIDE}abc"),
    *("   ", "x" * 3000, "María Fernanda de los Ángeles Echeverri Santamaría"),
]
WINDOWS = [(360, 740), (683, 384), (820, 1180), (1366, 768), (1920, 1080)]
ADDRESSES = [
    *("/", "/?by=room", "/?by=nobody", "/?appointment=NOTHERE1", "/?v=x", "/?location=999999"),
    *("/check-in/", "/clients/", "/clients/?q=%00", "/clients/?page=-1", "/clients/999999999/"),
    *("/schedule/", "/calendar/0001-01-01/", "/calendar/9999-12-31/", "/calendar/2026-02-30/"),
    *("/calendar/month/9999-12/", "/appointments/new/?start=x&staff=x&day=x", "/nothing/"),
    *("/cash/", "/cash/9999-12-31/", "/payments/", "/payments/?day=x&method=x&sort=x"),
    *("/payments/PG-99999/", "/schedule/holidays/9999/", "/calendar/2026-11-19/out/?staff=x"),
]
# All that can be pressed, in the dialog while one is open. What leaves the desk is not pressed.
# The kind is chosen first: there are many more free times than buttons.
CONTROLS = """
([share, ofKinds]) => {
  const top = document.querySelector("dialog[open]") ?? document;
  const leaves = (one) => one.matches("a") && (one.origin !== location.origin || one.target);
  const seen = (kind) => [...top.querySelectorAll(kind)].filter(
    (one) => one.checkVisibility({ visibilityProperty: true }) && !leaves(one) && !one.disabled,
  );
  const kinds = ["a[href]:not(.appt)", "button", "input:not([type=hidden]), select, textarea",
    "label, summary, [role=option]", ".appt", ".cell"].map(seen).filter((all) => all.length);
  const all = kinds[Math.floor(ofKinds * kinds.length)] ?? [];
  const one = all[Math.floor(share * all.length)];
  if (!one) return null;
  one.scrollIntoView({ block: "nearest", inline: "nearest" });
  const { left, top: up, width, height } = one.getBoundingClientRect();
  const name = one.getAttribute("aria-label") ?? one.textContent.trim();
  return {
    x: left + width / 2, y: up + height / 2,
    name: `${one.localName}${one.id && "#" + one.id} ${name.replace(/\\s+/g, " ").slice(0, 50)}`,
  };
}
"""
FIELDS = """
(share) => {
  const top = document.querySelector("dialog[open]") ?? document;
  const kinds = "[type=hidden], [type=radio], [type=checkbox], [type=submit]";
  const fields = [...top.querySelectorAll(`input:not(${kinds}), textarea, select`)].filter(
    (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled,
  );
  const one = fields[Math.floor(share * fields.length)];
  one?.focus();
  return one ? { name: one.name || one.id, isList: one.matches("select") } : null;
}
"""
CARD = """
(share) => {
  const cards = [...document.querySelectorAll(".appt[data-movable]")];
  const card = cards[Math.floor(share * cards.length)];
  if (!card || document.querySelector("dialog[open]")) return null;
  card.scrollIntoView({ block: "center", inline: "center" });
  const { left, top } = card.getBoundingClientRect();
  card.focus();
  return { x: left + 20, y: top + 4, name: card.dataset.appointment };
}
"""


def hand(often: int) -> Callable:
    def register(act: Callable[[Page, Random], str]) -> Callable[[Page, Random], str]:
        HANDS.append((often, act))
        return act

    return register


def act(page: Page, chance: Random) -> str:
    """Do something, and say what."""
    (_, chosen), *_ = chance.choices(HANDS, weights=[often for often, _ in HANDS])
    return chosen(page, chance)


@hand(45)
def press_a_control(page: Page, chance: Random) -> str:
    control = page.evaluate(CONTROLS, [chance.random(), chance.random()])
    if not control:
        return "nothing to press"
    times = chance.choices([1, 2, 3], weights=[8, 2, 1])[0]
    page.mouse.click(control["x"], control["y"], click_count=times)
    return f"press ×{times} {control['name']}"


@hand(20)
def press_a_key(page: Page, chance: Random) -> str:
    key, times = chance.choice(KEYS), chance.choice([1, 1, 1, 2])
    for _ in range(times):
        page.keyboard.press(key)
    return f"key ×{times} {key}"


@hand(12)
def type_junk(page: Page, chance: Random) -> str:
    field = page.evaluate(FIELDS, chance.random())
    if not field:
        return "no field"
    if field["isList"]:
        for _ in range(times := chance.randint(1, 4)):
            page.keyboard.press(chance.choice(["ArrowDown", "ArrowUp"]))
        return f"choose in {field['name']} ×{times}"
    junk = chance.choice(JUNK)
    page.keyboard.press("Control+a")
    if len(junk) < 30 and chance.random() < 0.5:
        page.keyboard.type(junk)
    else:
        page.keyboard.insert_text(junk)
    if chance.random() < 0.3:
        page.keyboard.press("Enter")
    return f"type {junk[:30]!r} into {field['name']}"


@hand(8)
def drag_a_card(page: Page, chance: Random) -> str:
    card = page.evaluate(CARD, chance.random())
    if not card:
        return "no card to drag"
    page.mouse.move(card["x"], card["y"])
    page.mouse.down()
    x, y = somewhere(page, chance)
    page.mouse.move(x, y, steps=chance.randint(1, 8))
    if chance.random() < 0.2:
        page.keyboard.press(chance.choice(["Escape", "ArrowRight", "m", "n", "t"]))
    page.mouse.up()
    return f"drag {card['name']} to {x:.0f},{y:.0f}"


@hand(4)
def carry_a_card(page: Page, chance: Random) -> str:
    card = page.evaluate(CARD, chance.random())
    if not card:
        return "no card to carry"
    ways = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift+ArrowRight"]
    keys = ["m", *chance.choices(ways, k=chance.randint(1, 6))]
    keys.append(chance.choice(["Enter", "Enter", "Escape", "m", "Tab", "n"]))
    for key in keys:
        page.keyboard.press(key)
    return f"carry {card['name']}: {' '.join(keys)}"


@hand(3)
def press_anywhere(page: Page, chance: Random) -> str:
    x, y = somewhere(page, chance)
    page.mouse.click(x, y, button=chance.choice(["left", "left", "right"]))
    return f"press at {x:.0f},{y:.0f}"


@hand(5)
def go_back_or_on(page: Page, chance: Random) -> str:
    way = chance.choice(["history.back()", "history.back()", "history.forward()"])
    page.evaluate(f"() => {{ {way} }}")
    return way


@hand(1)
def load_again(page: Page, _chance: Random) -> str:
    page.reload(wait_until="commit")
    return "reload"


@hand(3)
def go_to_an_address(page: Page, chance: Random) -> str:
    if not page.url.startswith("http"):  # it went back to before the desk: there is no address yet
        return "nowhere to go from"
    address = chance.choice(ADDRESSES)
    page.goto(urljoin(page.url, address), wait_until="commit")
    return f"go to {address}"


@hand(2)
def resize(page: Page, chance: Random) -> str:
    width, height = chance.choice(WINDOWS)
    page.set_viewport_size({"width": width, "height": height})
    return f"resize to {width} × {height}"


@hand(2)
def lose_the_network(page: Page, chance: Random) -> str:
    page.context.set_offline(True)
    try:
        done = chance.choice([press_a_control, press_a_key, drag_a_card])(page, chance)
        page.wait_for_timeout(chance.choice([50, 300]))
    finally:
        page.context.set_offline(False)
    return f"without network: {done}"


def somewhere(page: Page, chance: Random) -> tuple[float, float]:
    window = page.viewport_size
    return chance.random() * window["width"], chance.random() * window["height"]
