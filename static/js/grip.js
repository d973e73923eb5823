// A finger meets no edge: a card that is held, and let go where it is, shows a grip at its lower
// end that is large enough for one; `stretch.js` then draws it as it does the edge.
import { swallowClick } from "./moving.js";
import { onGrid } from "./stretch.js";

const HOLD = 400; // milliseconds, as for a drag
const STILL = 10; // pixels

let press = null;

const hide = () => document.querySelector(".grip")?.remove();

function show(card) {
  hide();
  const grip = document.createElement("i");
  grip.className = `grip ${card.className.match(/\b[sn]-\d+/g).join(" ")}`;
  grip.dataset.card = card.id;
  card.parentElement.append(grip);
}

function letGo() {
  clearTimeout(press?.timer);
  press = null;
}

function listen() {
  const early = { capture: true };

  document.addEventListener("pointerdown", (event) => {
    letGo();
    if (event.target.closest?.(".grip")) return;
    hide();
    const card = event.pointerType === "touch" ? onGrid(event.target) : null;
    if (!card) return;
    const held = { card, x: event.clientX, y: event.clientY, id: event.pointerId, long: false };
    held.timer = setTimeout(() => { held.long = true; }, HOLD);
    press = held;
  }, early);

  document.addEventListener("pointermove", (event) => {
    if (press?.id !== event.pointerId) return;
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) >= STILL) letGo();
  }, early);

  document.addEventListener("pointerup", (event) => {
    if (press?.id !== event.pointerId) return;
    const { card, long } = press;
    letGo();
    if (!long) return;
    swallowClick();
    show(card);
  });

  document.addEventListener("pointercancel", letGo);
  document.addEventListener("contextmenu", (event) => press && event.preventDefault());
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

if (!("grip" in document.documentElement.dataset)) {
  document.documentElement.dataset.grip = "";
  listen();
}
