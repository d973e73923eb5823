// The search in the bar: a combobox. HTMX brings what may be meant; this opens it, and moves in it.
const input = document.getElementById("search");
const popover = document.getElementById("search-popover");
let askedFor = ""; // what stood in the field when what is listed was asked for
let asking = "";

const options = () => [...popover.querySelectorAll('[role="option"]')];
const chosen = () => popover.querySelector('[role="option"][aria-selected="true"]');
const isOpen = () => popover.matches(":popover-open");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  input.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function open() {
  if (!isOpen()) popover.showPopover({ source: input });
  input.setAttribute("aria-expanded", "true");
  choose(options()[0]);
}

function close() {
  if (isOpen()) popover.hidePopover();
  input.setAttribute("aria-expanded", "false");
  choose(null);
}

function move(step) {
  const all = options();
  if (!all.length) return false;
  if (isOpen()) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  else open();
  return true;
}

const PRESSED = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  // What is listed is not what was meant while more is typed: the form then goes to its page.
  Enter: () => {
    if (!isOpen() || !chosen() || input.value.trim() !== askedFor) return false;
    chosen().click();
    return true;
  },
  Escape: () => {
    if (!isOpen()) return false;
    close();
    return true;
  },
};

if (input) {
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || !PRESSED[event.key]?.()) return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("focus", () => {
    if (askedFor && input.value.trim() === askedFor) open();
  });
  input.form.addEventListener("focusout", (event) => {
    if (!input.form.contains(event.relatedTarget)) close();
  });
  input.addEventListener("htmx:beforeRequest", () => {
    asking = input.value.trim();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "search-results") return;
    askedFor = asking;
    if (askedFor && document.activeElement === input) open();
    else close();
  });
}
