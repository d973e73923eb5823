// The booking panel and the form that moves a visit: the client list by keyboard, the filter of
// services, Ctrl+Enter, and where the keyboard goes on after a redraw. The server draws it all.
import "./arrows.js";
import "./draft.js";
import "./links.js";

const form = () => document.querySelector("form[data-booking]");
const search = () => document.getElementById("client-search");
const options = () => [
  ...document.querySelectorAll('#new-clients [role="option"]:not([aria-disabled="true"])'),
];

// What the list on the screen answers, and whether Enter came before it did.
let listed = "";
let enterWaits = false;

function mark(option) {
  // The field has the focus and the arrows; Tab goes on to the next step.
  for (const one of options()) one.tabIndex = -1;
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  const field = search();
  field?.setAttribute("aria-expanded", String(options().length > 0));
  if (option) {
    field?.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else field?.removeAttribute("aria-activedescendant");
}

const marked = () => options().find((one) => one.getAttribute("aria-selected") === "true");

function step(by) {
  const all = options();
  if (!all.length) return;
  const at = all.indexOf(marked());
  mark(all[(at + by + all.length) % all.length]);
}

function onComboKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  }
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (event.target.value.trim() === listed) marked()?.click();
  else enterWaits = Boolean(event.target.value.trim());
}

function onListDrawn() {
  const field = search();
  if (!field) return;
  mark(options()[0]);
  if (!enterWaits || field.value.trim() !== listed) return;
  enterWaits = false;
  marked()?.click();
}

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function filterServices(field) {
  const words = folded(field.value).split(/\s+/).filter(Boolean);
  for (const option of document.querySelectorAll("#service-list .opt")) {
    const name = folded(option.textContent);
    option.hidden = !words.every((word) => name.includes(word));
  }
}

function onFilterKey(event) {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  document.querySelector("#service-list .opt:not([hidden])")?.click();
}

function isIdle(element) {
  return !element || element === document.body || element.id === "dialog";
}

function settle() {
  for (const filter of document.querySelectorAll("[data-filter]")) filter.hidden = false;
  const panel = form();
  if (!panel || panel.closest("dialog:not([open])")) return; // opening it looks for autofocus
  const asked = [...panel.querySelectorAll("[autofocus]")];
  for (const field of asked) field.removeAttribute("autofocus"); // once is enough
  if (!isIdle(document.activeElement)) return;
  const next = panel.querySelector('input[aria-invalid="true"], [aria-invalid="true"] input')
    ?? asked[0]
    ?? ["#service-search", "input:checked", "[data-book]"]
      .map((one) => panel.querySelector(one)).find(Boolean);
  next?.focus({ preventScroll: true });
}

function listen() {
  document.addEventListener("keydown", (event) => {
    const panel = form();
    if (!panel) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      // A click, since HTMX takes the button that was pressed last for the one that submits.
      panel.querySelector("[data-book]").click();
    } else if (event.target.id === "client-search") onComboKey(event);
    else if (event.target.id === "service-search") onFilterKey(event);
  });

  document.addEventListener("input", (event) => {
    if (event.target.id === "service-search") filterServices(event.target);
    if (event.target.id === "client-search") enterWaits = false;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const field = search();
    if (!field || event.detail.elt !== field) return;
    if (!event.detail.successful) enterWaits = false;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "new-clients") return;
    listed = String(event.detail.requestConfig.parameters.q ?? "").trim();
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (document.getElementById("new-clients")) onListDrawn();
    settle();
  });

  // A refusal is brought into view: on a phone it stands far below what was pressed. How many
  // times are free is said by a region that stays, since a screen reader misses one that is new.
  document.addEventListener("htmx:afterSettle", () => {
    const panel = form();
    if (!panel) return;
    panel.querySelector("#problem")?.scrollIntoView({ block: "nearest" });
    const count = panel.querySelector("[data-count]")?.textContent.trim() ?? "";
    const region = panel.querySelector("[data-announce]");
    if (region && region.textContent !== count) region.textContent = count;
  });
}

// The page and the dialog may both fetch this module, each by an address of its own.
if (!("booking" in document.documentElement.dataset)) {
  document.documentElement.dataset.booking = "";
  listen();
}
settle();
