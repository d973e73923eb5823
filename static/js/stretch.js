// A card is made longer or shorter: its lower edge by the pointer (quarter hours; with Shift five
// minutes), its grip by a finger (`grip.js`), or `+` and `-` on the card, Enter to keep it, Escape
// to let it be. The server decides.
import { calendar, clockOf, step, swallowClick, timeOf } from "./moving.js";

const EDGE = 7; // pixels of the card's lower edge
const STATES = '[data-status="confirmed"], [data-status="rescheduled"], [data-status="arrived"], [data-status="service"]';
let stretching = null;

const mayBook = () => document.querySelector("[data-new-appointment]");
export const onGrid = (target) => {
  const card = target.closest?.("#day .cal-lane > .appt");
  return card?.matches(STATES) && mayBook() ? card : null;
};
const gripped = (target) => document.getElementById(target.closest?.(".grip")?.dataset.card);
const numberOf = (card, letter) => Number(new RegExp(`\\b${letter}-(\\d+)`).exec(card.className)[1]);

class Stretch {
  constructor(card) {
    this.card = card;
    this.first = numberOf(card, "s") - 1;
    this.units = this.before = numberOf(card, "n");
    this.time = card.querySelector("time").textContent;
    this.drawn = [card, ...card.parentElement.querySelectorAll(".grip")];
    card.classList.add("stretching");
    document.body.dataset.moving = "stretch";
  }

  get end() {
    return timeOf(this.first + this.units);
  }

  to(units) {
    const last = Number(calendar().dataset.units) - this.first;
    this.units = Math.min(Math.max(1, units), last);
    for (const one of this.drawn) one.style.setProperty("--n", this.units);
    const words = `${clockOf(timeOf(this.first))}–${clockOf(this.end)}`;
    this.card.querySelector("time").textContent = words;
    document.getElementById("announce").textContent = `${words}, ${this.units * 5} min`;
  }

  putBack() {
    delete document.body.dataset.moving;
    for (const one of this.drawn) one.style.removeProperty("--n");
    this.card.querySelector("time").textContent = this.time;
    this.card.classList.remove("stretching");
  }

  send() {
    if (this.units === this.before) return this.putBack();
    delete document.body.dataset.moving;
    this.card.setAttribute("aria-busy", "true");
    const values = {
      item: this.card.id.replace("card-", ""),
      version: this.card.dataset.version,
      end: this.end.toISOString(),
      request_id: crypto.randomUUID(),
    };
    const sent = window.htmx.ajax("POST", `${this.card.pathname}stretch/`, {
      target: "#toasts", swap: "innerHTML", values,
    });
    return sent.catch(() => this.putBack()); // live.js says so, and offers a second try
  }
}

const isOnEdge = (card, event) => {
  const box = card.getBoundingClientRect();
  return box.height > EDGE * 2 && box.bottom - event.clientY <= EDGE;
};

function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function listen() {
  const early = { capture: true };

  document.addEventListener("pointermove", (event) => {
    if (stretching?.pointer === event.pointerId) {
      take(event);
      const lane = stretching.card.closest(".cal-lane").getBoundingClientRect();
      const unit = ((event.clientY - lane.top) / lane.height) * Number(calendar().dataset.units);
      const grid = event.shiftKey ? 1 : step();
      stretching.to(Math.round(unit / grid) * grid - stretching.first);
    } else if (!event.buttons) {
      const card = onGrid(event.target);
      card?.classList.toggle("on-edge", event.pointerType !== "touch" && isOnEdge(card, event));
    }
  }, early);

  document.addEventListener("pointerdown", (event) => {
    const held = gripped(event.target);
    const card = held ?? (event.pointerType === "touch" ? null : onGrid(event.target));
    if (!card || event.button !== 0 || !(held || isOnEdge(card, event))) return;
    take(event);
    stretching?.putBack();
    stretching = new Stretch(card);
    stretching.pointer = event.pointerId;
  }, early);

  document.addEventListener("pointerup", (event) => {
    if (stretching?.pointer !== event.pointerId) return;
    take(event);
    const done = stretching;
    stretching = null;
    swallowClick();
    done.send();
  }, early);

  document.addEventListener("pointercancel", (event) => stretching?.pointer === event.pointerId && stop());

  document.addEventListener("keydown", (event) => {
    if (stretching) return lead(event);
    const card = onGrid(event.target);
    if (!card || !["+", "-"].includes(event.key) || event.ctrlKey || event.metaKey) return undefined;
    if (document.body.dataset.singleKeys === "off" || document.body.dataset.moving) return undefined;
    stretching = new Stretch(card);
    return lead(event);
  }, early);

  document.addEventListener("focusout", () => stretching && !stretching.pointer && stop());
}

function stop() {
  stretching?.putBack();
  stretching = null;
}

function lead(event) {
  const acts = {
    "+": () => stretching.to(stretching.units + 1),
    "-": () => stretching.to(stretching.units - 1),
    ArrowDown: () => stretching.to(stretching.units + 1),
    ArrowUp: () => stretching.to(stretching.units - 1),
    Escape: stop,
    Enter: () => {
      const done = stretching;
      stretching = null;
      done.send();
    },
  };
  if (acts[event.key]) take(event);
  acts[event.key]?.();
}

if (!("stretch" in document.documentElement.dataset)) {
  document.documentElement.dataset.stretch = "";
  listen();
}
