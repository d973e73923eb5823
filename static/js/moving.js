// What dragging and carrying a card share: where it would stand, how that is drawn, and asking
// the server, which alone decides. The card is put back, or drawn anew, by its answer.
const UNIT = 5 * 60 * 1000;

export const calendar = () => document.querySelector(".cal");
export const unitsADay = () => Number(calendar().dataset.units);
export const step = () => Number(calendar().dataset.step); // units between two starts

export const timeOf = (unit, start = calendar().dataset.start) => new Date(Date.parse(start) + unit * UNIT);

export function clockOf(moment) {
  return new Intl.DateTimeFormat("es-CO", {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: calendar().dataset.zone,
  }).format(moment);
}

// What began as a drag must not open the card as well.
export function swallowClick() {
  const swallow = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 0);
}

// A card that is being moved: from where, and where it would stand now.
export class Move {
  constructor(card) {
    const column = card.closest(".cal-col");
    this.code = card.dataset.appointment;
    this.url = `${card.pathname}drag/`;
    this.item = card.id.split("-").pop();
    this.version = card.dataset.version;
    // One of the tray knows its own day and therapist.
    const { day = this.day, staff = column?.dataset.staff ?? "" } = card.dataset;
    this.from = { day, staff, unit: unitOf(card) };
    this.staff = this.from.staff;
    this.unit = this.from.unit;
    this.ghost = card.cloneNode(true);
    this.ghost.removeAttribute("id");
    this.ghost.removeAttribute("href");
    this.ghost.classList.add("ghost");
    this.room = card.querySelector("[data-room]")?.dataset.room ?? "";
    this.lift();
  }

  get day() {
    return document.getElementById("day").dataset.day;
  }

  get isElsewhere() {
    const { day, staff, unit } = this.from;
    return day !== this.day || staff !== this.staff || unit !== this.unit;
  }

  get name() {
    const column = this.column();
    return column?.querySelector("h2")?.textContent.trim() ?? "";
  }

  column() {
    return document.querySelector(`.cal-col[data-staff="${CSS.escape(this.staff)}"]`);
  }

  // Where it came from stays visible, faintly; a redraw in between brings a new card.
  lift() {
    for (const card of document.querySelectorAll(`.appt[id$="-${CSS.escape(this.item)}"]`)) {
      card.classList.add("lifted");
    }
  }

  to(staff, unit) {
    const last = unitsADay() - step();
    this.staff = staff;
    this.unit = Math.min(Math.max(0, Math.round(unit / step()) * step()), last);
    this.draw();
  }

  draw() {
    const lane = this.column()?.querySelector(".cal-lane");
    if (!lane) return;
    this.ghost.style.setProperty("--s", this.unit + 1);
    const label = this.ghost.querySelector("time");
    label.textContent = [clockOf(timeOf(this.unit)), this.room].filter(Boolean).join(" · ");
    if (this.ghost.parentElement !== lane) lane.append(this.ghost);
  }

  // Into the tray: the visit stays where it is.
  putAside() {
    this.putBack();
    const url = this.url.replace("drag/", "aside/");
    window.htmx.ajax("POST", url, { target: "#toasts", swap: "innerHTML" }).catch(() => {});
  }

  putBack() {
    this.ghost.remove();
    for (const card of document.querySelectorAll(".lifted")) card.classList.remove("lifted");
  }

  // Sends the drop. Kept with its key, so that a retry after a lost answer cannot move twice.
  drop() {
    this.ghost.setAttribute("aria-busy", "true");
    this.values ??= {
      item: this.item,
      version: this.version,
      staff: this.staff,
      start: timeOf(this.unit).toISOString(),
      request_id: crypto.randomUUID(),
    };
    const sent = window.htmx.ajax("POST", this.url, {
      target: "#toasts", swap: "innerHTML", values: this.values,
    });
    return sent.catch(() => {}); // live.js says so, and offers a second try
  }
}

const unitOf = (card) => Number(/\bs-(\d+)/.exec(card.className)[1]) - 1;
