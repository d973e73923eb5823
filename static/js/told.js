// What is told of a place of a day or a week: asked of the server once, and drawn beside the place.
import { timeOf, unitsADay } from "./moving.js";

const ASIDE = 8; // pixels between a column and what is told of it

export const box = Object.assign(document.createElement("div"), { className: "why", hidden: true });
box.setAttribute("role", "status");
document.body.append(box);

// `place`: what is told of, or asked about. `pinned`: until it is sent away.
export const told = { place: null, pinned: false, onHide: () => {} };
const answers = new Map();

export function placeAt(lane, unit, card = null) {
  // A column of a week has a day of its own, and begins at an hour of its own.
  const { staff, room, start, asks } = lane.closest(".cal-col").dataset;
  const day = document.querySelector(".day").getAttribute("hx-get").split("?")[0];
  const query = new URLSearchParams({
    start: timeOf(unit, start).toISOString(), location: document.body.dataset.location,
    ...(staff ? { staff } : { room }),
  });
  return { lane, unit, card, address: `${asks ?? `${day}why/`}?${query}` };
}

export async function tell(place, pinned = false) {
  Object.assign(told, { place, pinned });
  const answer = await ask(place.address);
  if (told.place !== place) return; // another was asked about meanwhile
  if (!answer || !place.lane.isConnected) return void hide();
  box.innerHTML = answer;
  await dress(box.firstElementChild.dataset.stylesheet);
  if (told.place !== place) return;
  window.htmx.process(box);
  place.card?.setAttribute("aria-describedby", "why");
  box.hidden = false;
  put(place);
}

async function ask(address) {
  if (!answers.has(address)) {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return "";
    answers.set(address, await answer.text());
  }
  return answers.get(address);
}

let dressed = null;

function dress(href) {
  dressed ??= new Promise((done) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    sheet.addEventListener("load", done);
    sheet.addEventListener("error", done); // unstyled is better than unseen
    document.head.append(sheet);
  });
  return dressed;
}

function put({ lane, unit }) {
  const { left, right, top, height } = lane.getBoundingClientRect();
  const { offsetWidth: wide, offsetHeight: high } = box;
  const fits = right + ASIDE + wide < window.innerWidth;
  const x = fits ? right + ASIDE : Math.min(left, window.innerWidth) - ASIDE - wide;
  const y = Math.min(top + (unit / unitsADay()) * height, window.innerHeight - high - ASIDE);
  box.style.left = `${Math.max(ASIDE, x)}px`;
  box.style.top = `${Math.max(ASIDE, y)}px`;
}

window.addEventListener("resize", () => box.hidden || put(told.place));

export function hide() {
  told.place?.card?.removeAttribute("aria-describedby");
  told.onHide();
  Object.assign(told, { place: null, pinned: false });
  box.hidden = true;
}

// What could be done was chosen; what the day shows was drawn anew.
box.addEventListener("click", (event) => event.target.closest("a, button") && setTimeout(hide));
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.matches?.(".day")) return;
  answers.clear();
  hide();
});
