// How long each unpaid visit still waits: by the minute, and by the second in the last five. The
// server drew the minutes; when a hold is over it frees the time, and the day draws itself again.
import { inWords } from "./words.js";

const SECOND = 1000;
const LAST = 5 * 60; // seconds
const SAID = [10, 5, 1]; // minutes left at which a screen reader hears of it

// The desk's computer may be wrong about the time; the server said what it was when it drew.
const drawn = Date.parse(document.querySelector("[data-drawn]")?.dataset.drawn ?? "");
const skew = Number.isNaN(drawn) ? 0 : Date.now() - drawn;
const said = new Set();

const secondsLeft = (hold) =>
  Math.max(0, Math.floor((Date.parse(hold.dateTime) - Date.now() + skew) / SECOND));

function spoken(seconds) {
  if (seconds >= LAST) return inWords(Math.floor(seconds / 60));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tell(hold, seconds) {
  const card = hold.closest(".appt");
  const region = document.querySelector("[data-holds]");
  const minutes = seconds / 60;
  if (!card || !region || !SAID.includes(minutes)) return;
  const key = `${card.dataset.appointment} ${minutes}`;
  if (said.has(key)) return;
  said.add(key);
  const name = card.querySelector("b").textContent;
  region.textContent = region.dataset.say.replace("{name}", name).replace("{minutes}", minutes);
}

function tick() {
  for (const hold of document.querySelectorAll("time.hold")) {
    const seconds = secondsLeft(hold);
    const text = spoken(seconds);
    if (hold.textContent !== text) hold.textContent = text;
    tell(hold, seconds);
  }
}

// Whoever comes to take the deposit of what was just booked finds the till open.
if (location.hash === "#charge") {
  history.replaceState(null, "", location.pathname + location.search);
  const till = document.querySelector("#panel [data-charge]");
  // Not a click: HTMX may not have looked at the link yet.
  if (till) window.htmx.ajax("GET", till.pathname, { target: "#dialog", swap: "innerHTML" });
}

tick();
setInterval(tick, SECOND);
document.addEventListener("htmx:afterSettle", tick);
