// Moving a card by keyboard: `m` on a card lifts it, arrows carry it, Shift and an arrow turn to
// another day, Enter drops it, Escape puts it back.
import { clockOf, Move, step, timeOf } from "./moving.js";

let move = null;

document.addEventListener("keydown", (event) => {
  if (move) return carry(event);
  const card = event.target.closest?.(".appt[data-movable]");
  if (event.key !== "m" || !card || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (document.body.dataset.singleKeys === "off") return undefined;
  take(event);
  move = new Move(card);
  document.body.dataset.moving = "carry";
  move.draw();
  return tell();
}, { capture: true });

function carry(event) {
  if (event.key === "Tab") return put(event);
  const acts = {
    ArrowUp: () => move.to(move.staff, move.unit - step()),
    ArrowDown: () => move.to(move.staff, move.unit + step()),
    ArrowLeft: () => (event.shiftKey ? turn("ArrowLeft") : aside(-1)),
    ArrowRight: () => (event.shiftKey ? turn("ArrowRight") : aside(1)),
    Enter: drop,
    Escape: put,
    m: askForm,
  };
  if (!acts[event.key]) return undefined;
  take(event);
  acts[event.key](event);
  if (move) {
    move.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    tell();
  }
  return undefined;
}

function take(event) {
  event.preventDefault();
  event.stopPropagation();
}

function aside(by) {
  const columns = [...document.querySelectorAll(".cal-col[data-staff]")];
  const at = columns.indexOf(move.column()) + by;
  if (columns[at]) move.to(columns[at].dataset.staff, move.unit);
}

function turn(key) {
  document.querySelector(`.day-bar [aria-keyshortcuts="${key}"]`)?.click();
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (!move || event.target.id !== "day") return;
  move.lift();
  move.draw();
  tell();
});

function drop() {
  const moved = move;
  end();
  if (moved.isElsewhere) moved.drop();
  else moved.putBack();
}

function put() {
  const moved = move;
  end();
  moved.putBack();
  document.getElementById(`card-${moved.item}`)?.focus();
}

// `m` again: the form, which offers times and asks who wants it.
function askForm(event) {
  const { code } = move;
  put(event);
  if (document.querySelector(`#panel [data-appointment="${CSS.escape(code)}"]`)) {
    document.querySelector("#panel [data-move]")?.click();
  }
}

function end() {
  move = null;
  delete document.body.dataset.moving;
  tell();
}

// A screen reader hears where the card would stand.
function tell() {
  const region = document.getElementById("announce");
  region.textContent = move
    ? [document.querySelector(".day-bar h1")?.textContent.trim(), clockOf(timeOf(move.unit)), move.name].join(", ")
    : "";
}
