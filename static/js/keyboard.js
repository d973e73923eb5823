// The keyboard of the desk. Single letters act only outside fields, and only while the user
// leaves them switched on; each does what a visible button does.
const click = (selector) => {
  const found = document.querySelector(selector);
  found?.click();
  return Boolean(found);
};
const follow = (selector) => {
  const found = document.querySelector(selector);
  found?.focus();
  return Boolean(found);
};

const KEYS = {
  "/": () => follow("#search"),
  n: () => click("[data-new-appointment]"),
  t: () => click('.day-bar [aria-keyshortcuts="t"]'),
  d: () => click('[aria-keyshortcuts="d"]'),
  w: () => click('[aria-keyshortcuts="w"]'),
  l: () => click("#panel [data-step]"),
  m: () => click("#panel [data-move]"),
  i: () => click("#panel [data-items]"),
  a: () => click("#panel [data-aside]"),
  c: () => click("#panel [data-charge]"),
  b: () => click('[aria-keyshortcuts="b"]'),
  p: () => click("[data-print]"),
  P: () => click('[aria-keyshortcuts="Shift+P"]'),
  "?": () => click("[data-keys]"),
  q: (event) => event.target.closest(".day > .cal") && why("ask", event),
};

const typing = (target) =>
  target.isContentEditable || target.matches("input:not([type=radio], [type=checkbox]), select, textarea");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key.startsWith("Arrow")) {
    if (moveFocus(event)) event.preventDefault();
    return;
  }
  if (event.key === "Enter" && event.target.matches(".day > .cal")) return why("ask", event);
  if (event.repeat || document.body.dataset.singleKeys === "off") return;
  if (KEYS[event.key]?.(event)) event.preventDefault();
});

// -- Arrows: within the grid from card to card, outside it from day to day ------------------
function moveFocus(event) {
  const card = event.target.closest(".cal .appt");
  if (!card) return outsideTheGrid(event);
  const next = neighbour(card, event.key);
  if (!next) return true;
  card.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}

function outsideTheGrid(event) {
  const grid = event.target.closest(".cal");
  if (grid && event.key === "ArrowDown") return follow('.appt[tabindex="0"]');
  if (event.target.closest("[popover], [role=combobox], .cal")) return false;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    return click(`.day-bar [aria-keyshortcuts="${event.key}"]`);
  }
  return false;
}

const shown = (column) => [...column.querySelectorAll(".appt")].filter((card) => card.offsetParent);

function neighbour(card, key) {
  const column = card.closest(".cal-col");
  if (key === "ArrowUp" || key === "ArrowDown") {
    const cards = shown(column).sort((a, b) => a.offsetTop - b.offsetTop);
    return cards[cards.indexOf(card) + (key === "ArrowDown" ? 1 : -1)];
  }
  const way = key === "ArrowRight" ? "nextElementSibling" : "previousElementSibling";
  for (let other = column[way]; other?.matches(".cal-col"); other = other[way]) {
    const nearest = shown(other).sort(
      (a, b) => Math.abs(a.offsetTop - card.offsetTop) - Math.abs(b.offsetTop - card.offsetTop),
    )[0];
    if (nearest) return nearest;
  }
  return undefined;
}

// The list of what was found is led by keys; its script comes with the first step into the field.
document.addEventListener("focusin", (event) => {
  if (event.target.id === "search") import("./search.js").catch(() => {});
});

// What carries, stretches and puts aside a card comes when the first one is pointed at or focused.
// Keys that are pressed on it meanwhile wait, and are pressed again.
let replan = null;
let waiting = [];

async function fetchReplan() {
  await (replan ??= import("./replan.js").catch(() => {}));
  const pressed = waiting;
  waiting = null;
  for (const [key, shiftKey] of pressed) {
    const again = new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true });
    const { activeElement } = document;
    if (activeElement.dispatchEvent(again) && key === "Enter") activeElement.click();
  }
}

for (const touched of ["pointerover", "focusin", "htmx:afterSwap"]) {
  document.addEventListener(touched, (event) => {
    if (!replan && event.target.closest?.(".appt, .tray, #dialog")) fetchReplan();
  });
}

// A finger points at nothing before it holds.
if (matchMedia("(pointer: coarse)").matches && document.querySelector(".cal")) fetchReplan();

document.addEventListener("keydown", (event) => {
  if (!replan || !waiting || !event.target.closest?.(".appt")) return;
  if (event.key === "Tab" || event.key === "Escape") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting.push([event.key, event.shiftKey]);
}, { capture: true });

// Why a place of the day is not free is told by a script that comes with the first question.
const why = (what, event) => import("./why.js").then((told) => told[what](event)).catch(() => {});

for (const what of ["pointerover", "click"]) {
  document.addEventListener(what, (event) => event.target.closest?.(".day .cal-lane") && why(what, event));
}

// One card of the grid is in the tab order; arrows reach the others.
function rove() {
  const cards = [...document.querySelectorAll(".cal .appt")];
  if (!cards.length || cards.some((card) => card.tabIndex === 0 && card.hasAttribute("tabindex"))) return;
  for (const card of cards) card.tabIndex = -1;
  const first = cards.find((card) => card.getAttribute("aria-current")) ?? cards[0];
  first.tabIndex = 0;
}

document.addEventListener("htmx:afterSettle", rove);
rove();
