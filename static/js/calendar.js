// The open day: the now-line, the scroll position across redraws, the visit that is open,
// and a click into free time. Positions come from the server; this only keeps them true.
const UNIT = 5 * 60 * 1000;
const ROOM_ABOVE_NOW = 0.3; // of the height that can be seen

const calendar = () => document.querySelector(".cal");

function moveNowLine() {
  const cal = calendar();
  if (!cal || !("live" in cal.dataset)) return;
  const units = (Date.now() - clockSkew - Date.parse(cal.dataset.start)) / UNIT;
  cal.style.setProperty("--now", units.toFixed(2));
  const label = cal.querySelector("[data-now]");
  if (!label) return;
  label.textContent = new Intl.DateTimeFormat("es-CO", {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: cal.dataset.zone,
  }).format(new Date(Date.now() - clockSkew));
}

function showNow() {
  const cal = calendar();
  const label = cal?.querySelector(".cal-axis .now");
  if (label) cal.scrollTop = Math.max(0, label.offsetTop - cal.clientHeight * ROOM_ABOVE_NOW);
  const today = cal?.querySelector(".today"); // a week on a narrow screen begins there
  if (today) cal.scrollLeft = today.offsetLeft - cal.querySelector(".cal-axis").offsetWidth;
}

// The desk's computer may be wrong about the time; the server said what it was when it drew.
const drawnAt = Date.parse(calendar()?.dataset.drawn ?? "");
const clockSkew = Number.isNaN(drawnAt) ? 0 : Date.now() - drawnAt;

function markOpenVisit() {
  const { appointment: code, party } =
    document.querySelector("#panel [data-appointment]")?.dataset ?? {};
  for (const card of document.querySelectorAll(".appt")) {
    const isOfParty = party !== undefined && card.dataset.party === party;
    card.toggleAttribute("data-linked", card.dataset.appointment === code || isOfParty);
    card.removeAttribute("aria-current");
  }
  if (!code) return;
  const cards = document.querySelectorAll(`.appt[data-appointment="${CSS.escape(code)}"]`);
  const current = [...cards].find((card) => card.id === lastOpened) ?? cards[0];
  current?.setAttribute("aria-current", "true");
  current?.removeAttribute("data-linked");
}

let lastOpened = "";
let place = null;

document.addEventListener("click", (event) => {
  const opener = event.target.closest(".appt, .tick h3 a");
  if (opener) lastOpened = opener.id;
  if (event.target.closest("[data-close-panel]")) {
    event.preventDefault();
    closePanel();
  }
  const cell = event.target.closest(".cell");
  if (cell) openBooking(cell);
});

// A double click, even a slow one, is one step: when its answer is drawn, the next button or the
// next client's comes to stand where the first stood. A hand that has moved means another one.
const TWICE = 600; // milliseconds
const NEAR = 8; // pixels
let stepped = { at: 0, drawn: true };

document.addEventListener("click", (event) => {
  const inPanel = event.target.closest("#panel [data-step]");
  const onBoard = event.target.closest("#board :is(button, a)");
  if (!inPanel && !onBoard) return;
  const { detail: byPointer, clientX: x, clientY: y } = event;
  const samePlace = byPointer ? Math.hypot(x - stepped.x, y - stepped.y) < NEAR : inPanel;
  if (samePlace && Date.now() - stepped.at < TWICE) {
    event.preventDefault();
    event.stopPropagation();
  } else if (inPanel || onBoard.matches("form *")) {
    stepped = { at: Date.now(), x, y };
  }
}, { capture: true });

document.addEventListener("htmx:afterSwap", (event) => {
  if (stepped.drawn || !["board", "appointment", "panel"].includes(event.target.id)) return;
  stepped = { ...stepped, at: Date.now(), drawn: true };
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open], :popover-open")) return;
  closePanel();
});

function closePanel() {
  const panel = document.getElementById("panel");
  if (!panel.firstElementChild) return;
  panel.replaceChildren();
  markOpenVisit();
  document.getElementById(lastOpened)?.focus();
}

function openBooking(cell) {
  const link = document.querySelector("[data-new-appointment]");
  if (!link) return;
  const asked = new URLSearchParams({
    day: cell.closest("[data-day]").dataset.day,
    staff: cell.closest("[data-staff]")?.dataset.staff ?? "",
    start: cell.dataset.start,
  });
  window.htmx.ajax("GET", `${link.pathname}?${asked}`, { target: "#dialog", swap: "innerHTML" });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const cal = calendar();
  if (!["day", "week"].includes(event.detail.target.id) || !cal) return;
  place = { day: event.detail.target.dataset.day, left: cal.scrollLeft, top: cal.scrollTop };
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.closest?.("#day, #week")) {
    const cal = calendar();
    if (cal && place) cal.scrollTo(place.left, place.top);
    place = null;
    moveNowLine();
  }
  markOpenVisit();
  countHolds();
});

// Most days nobody waits for a deposit; the module comes with the first who does.
function countHolds() {
  if (document.querySelector("time.hold")) import("./holds.js");
}

countHolds();
if (calendar()) {
  moveNowLine();
  showNow();
  markOpenVisit();
  setInterval(moveNowLine, 15_000);
}
