// Dragging a card by mouse, pen or finger. It snaps to the grid under the pointer; held at the
// left or right edge, the day before or after comes. Touch needs a long press, so that a finger
// can still scroll.
import { calendar, Move, step, swallowClick, unitsADay } from "./moving.js";

const THRESHOLD = 10; // pixels
const LONG_PRESS = 400; // milliseconds
const EDGE = 28; // pixels
const EDGE_WAIT = 700; // milliseconds

let press = null; // a card that the pointer is on: where, and since when
let move = null; // the card that is on its way
let edge = null;

document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest(".appt[data-movable]");
  if (!card || event.button !== 0 || move) return;
  press = {
    card, x: event.clientX, y: event.clientY, id: event.pointerId,
    grabbed: event.clientY - card.getBoundingClientRect().top,
    touch: event.pointerType === "touch",
  };
  if (press.touch) press.timer = setTimeout(() => begin(press), LONG_PRESS);
});

document.addEventListener("pointermove", (event) => {
  if (move && event.pointerId === press.id) return follow(event);
  if (!press || event.pointerId !== press.id) return undefined;
  if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < THRESHOLD) return undefined;
  if (press.touch) return letGo();
  begin(press);
  return follow(event);
});

document.addEventListener("pointerup", (event) => {
  if (!press || event.pointerId !== press.id) return;
  const moved = move;
  letGo();
  if (moved) finish(moved, event);
});

document.addEventListener("pointercancel", cancel);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && move) cancel();
});

function begin({ card }) {
  move = new Move(card);
  document.body.dataset.moving = "drag";
  move.draw();
}

function letGo() {
  clearTimeout(press?.timer);
  clearTimeout(edge?.timer);
  press = move = edge = null;
  delete document.body.dataset.moving;
}

function cancel() {
  move?.putBack();
  letGo();
}

function finish(moved, event) {
  swallowClick();
  const under = document.elementsFromPoint(event.clientX, event.clientY);
  if (under.some((element) => element.id === "tray")) moved.putAside();
  else if (!moved.isElsewhere) moved.putBack();
  else moved.drop();
}

function follow(event) {
  event.preventDefault();
  watchEdges(event);
  const under = document.elementsFromPoint(event.clientX, event.clientY);
  const lane = under.find((element) => element.matches?.(".cal-lane"));
  const staff = lane?.closest("[data-staff]")?.dataset.staff;
  if (!staff) return;
  const box = lane.getBoundingClientRect();
  const unit = ((event.clientY - press.grabbed - box.top) / box.height) * unitsADay();
  move.to(staff, Math.round(unit / step()) * step());
  scrollAlong(event);
}

// The grid scrolls when the pointer comes near its upper or lower end.
function scrollAlong(event) {
  const grid = calendar();
  const box = grid.getBoundingClientRect();
  if (event.clientY > box.bottom - EDGE) grid.scrollTop += 12;
  else if (event.clientY < box.top + EDGE * 3) grid.scrollTop -= 12;
}

function watchEdges(event) {
  const box = calendar().getBoundingClientRect();
  let key = "";
  if (event.clientX < box.left + EDGE) key = "ArrowLeft";
  else if (event.clientX > box.right - EDGE) key = "ArrowRight";
  if (edge?.key === key) return;
  clearTimeout(edge?.timer);
  edge = key ? { key, timer: setTimeout(() => turnTo(key), EDGE_WAIT) } : null;
}

function turnTo(key) {
  document.querySelector(`.day-bar [aria-keyshortcuts="${key}"]`)?.click();
  edge = null;
}

// The new day has been drawn under the pointer: the card comes along.
document.addEventListener("htmx:afterSettle", (event) => {
  if (move && event.target.id === "day") {
    move.lift();
    move.draw();
  }
});

document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".appt")) event.preventDefault();
});
document.addEventListener("contextmenu", (event) => {
  if (press?.touch && event.target.closest(".appt")) event.preventDefault();
});
document.addEventListener("touchmove", (event) => move && event.preventDefault(), { passive: false });
