// Why a place of a day, or of a week, is not free, and what can be done. Asked by resting the pointer, by a
// press or a tap, or by `q` in the grid: then arrows lead a frame from place to place, and Enter
// goes to what can be done. The server alone knows, and draws the answer.
import { calendar, step, unitsADay } from "./moving.js";
import { box, hide, placeAt, tell, told } from "./told.js";

const DWELL = 450; // milliseconds
const LEAVE = 300;

// -- The pointer ----------------------------------------------------------------------------
let timer = null;
let pressed = { x: -1, y: -1 }; // a layout that moves under a still pointer asks nothing

function placeOf(event) {
  const lane = event.target.closest?.(".day .cal-lane");
  if (!lane?.closest("[data-staff], [data-room]") || event.target.closest(".cell, .gap, .ghost")) return null;
  const { top, height } = lane.getBoundingClientRect();
  const unit = ((event.clientY - top) / height) * unitsADay();
  return placeAt(lane, Math.floor(unit / step()) * step(), event.target.closest(".appt"));
}

export function pointerover(event) {
  const still = event.clientX === pressed.x && event.clientY === pressed.y;
  if (event.pointerType === "touch" || event.buttons || told.pinned || still) return;
  const place = box.contains(event.target) ? told.place : placeOf(event);
  clearTimeout(timer);
  if (told.place && place?.address === told.place.address) return;
  if (place && !document.querySelector("dialog[open], :popover-open, body[data-moving]")) {
    timer = setTimeout(tell, DWELL, place);
  } else if (told.place) timer = setTimeout(hide, LEAVE);
}

document.addEventListener("pointermove", pointerover);
document.addEventListener("pointerdown", (event) => {
  pressed = { x: event.clientX, y: event.clientY };
  clearTimeout(timer);
  if (!box.contains(event.target)) hide();
});

// A card that is pressed opens its visit; any other place tells of itself.
export function click(event) {
  const place = placeOf(event);
  if (place && !place.card && !document.body.dataset.moving) tell(place, true);
}

// -- The keyboard ---------------------------------------------------------------------------
let frame = null;
let cameFrom = null;

export function ask(event) {
  const card = event.target.closest(".appt");
  const lane = card?.parentElement ?? document.querySelector(".day .today .cal-lane, .day .cal-lane");
  const unit = Number(/\bs-(\d+)/.exec((card ?? calendar()).className)?.[1] ?? 1) - 1;
  hide();
  cameFrom = event.target;
  frame = document.createElement("i");
  lead(lane, Math.floor(unit / step()) * step());
}

function lead(lane, unit) {
  if (!lane || unit < 0 || unit >= unitsADay()) return;
  frame.className = `why-at s-${unit + 1} n-${step()}`;
  lane.append(frame);
  frame.scrollIntoView({ block: "nearest", inline: "nearest" });
  tell(placeAt(lane, unit), true);
}

function aside(way) {
  const columns = [...document.querySelectorAll(".day .cal-col:is([data-staff], [data-room])")];
  return columns[columns.indexOf(told.place.lane.closest(".cal-col")) + way]?.querySelector(".cal-lane");
}

told.onHide = () => {
  clearTimeout(timer);
  if (box.contains(document.activeElement)) cameFrom?.focus();
  frame?.remove();
  frame = cameFrom = null;
};

const LEADS = {
  q: hide,
  ArrowUp: ({ lane, unit }) => lead(lane, unit - step()),
  ArrowDown: ({ lane, unit }) => lead(lane, unit + step()),
  ArrowLeft: ({ unit }) => lead(aside(-1), unit),
  ArrowRight: ({ unit }) => lead(aside(1), unit),
  Enter: () => box.querySelector("a, button")?.focus(),
};

document.addEventListener("keydown", (event) => {
  const { place, pinned } = told;
  if (!place || event.ctrlKey || event.metaKey || event.altKey) return;
  const leads = frame && !box.contains(event.target) ? LEADS[event.key] : null;
  const act = event.key === "Escape" ? hide : leads;
  if (!act) return;
  if (pinned) {
    event.preventDefault();
    event.stopPropagation();
  }
  act(place);
}, { capture: true });
