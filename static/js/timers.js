// The board's timers: the server drew the minutes, this keeps them true from one poll to the
// next. It also keeps each lane where it was scrolled, and the keyboard where it was, when the
// board is drawn again.
import { inWords } from "./words.js";

const MINUTE = 60_000;
const board = () => document.getElementById("board");

// The desk's computer may be wrong about the time; the server said what it was when it drew.
let skew = 0;

function readClock() {
  const drawn = Date.parse(board()?.dataset.drawn ?? "");
  if (!Number.isNaN(drawn)) skew = Date.now() - drawn;
}

const minuteOf = (moment) => Math.floor(moment / MINUTE);

function count(timer, now) {
  const { ahead, past, zero } = timer.closest(".lane").dataset;
  const minutes = minuteOf(now) - minuteOf(Date.parse(timer.dateTime));
  const words = minutes < 0 ? ahead : past;
  const text = minutes && words ? words.replace("{}", inWords(Math.abs(minutes))) : zero;
  const label = timer.lastElementChild;
  if (label.textContent !== text) label.textContent = text;
}

function fill(timer, now) {
  const [since, until] = [Date.parse(timer.dataset.since), Date.parse(timer.dateTime)];
  const percent = until > since ? ((now - since) * 100) / (until - since) : 100;
  const meter = timer.closest(".tick").querySelector(".meter");
  meter.style.setProperty("--v", Math.max(0, Math.min(100, Math.round(percent))));
}

function tick() {
  const now = Date.now() - skew;
  for (const timer of document.querySelectorAll("#board .timer")) {
    count(timer, now);
    if (timer.dataset.since) fill(timer, now);
  }
  setTimeout(tick, MINUTE - (now % MINUTE)); // when the clock on the wall turns
}

// -- Drawn again ----------------------------------------------------------------------------
let places = [];
let pressed = "";

const lists = () => [...document.querySelectorAll("#board, #board .lane > ol")];
const keyOf = (list) => list.closest(".lane")?.dataset.status ?? "board";

document.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.target.closest("#board form")?.querySelector("button");
  if (button) pressed = button.id;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "board") return;
  places = lists().map((list) => [keyOf(list), list.scrollLeft, list.scrollTop]);
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "board") return;
  readClock();
  for (const list of lists()) {
    const place = places.find(([key]) => key === keyOf(list));
    if (place) list.scrollTo(place[1], place[2]);
  }
  // The button went with its lane; the visit it belonged to is where the keyboard goes on.
  if (pressed && document.activeElement === document.body) {
    const code = pressed.slice(pressed.indexOf("-") + 1);
    document.getElementById(`tick-${code}`)?.focus({ preventScroll: true });
  }
  pressed = "";
});

readClock();
tick();
