// A visit that is being put together outlives its panel: it is kept in this tab, for this user at
// this house, and offered when the panel opens again. Booking it, or logging out, forgets it.
const KEPT = "booking-"; // preferences.js takes away what begins so
const LASTS = 12 * 60 * 60 * 1000; // milliseconds: not until tomorrow
const NEVER = ["csrfmiddlewaretoken", "override"]; // a reason is given to what was refused
const WHEN = ["day", "auto_day", "first", "start", "auto_start", "staff"];

const form = () => document.querySelector("form[data-draft]");
const keyOf = (panel) => KEPT + panel.dataset.draft; // user.house

let offered = null; // the draft of before, until it is taken or thrown away

function summary(panel) {
  const names = [...panel.querySelectorAll(
    "#new-party b, #new-client .chosen b, #new-name, #client-search, #new-services .row-service b",
  )];
  const told = names.map((one) => (one.value ?? one.textContent).trim()).filter(Boolean);
  return [...new Set(told)].join(" · ");
}

function keep() {
  const panel = form();
  const told = panel && summary(panel);
  if (!told) return;
  const fields = [...new FormData(panel)].filter(([name]) => !NEVER.includes(name));
  sessionStorage.setItem(keyOf(panel), JSON.stringify({ at: Date.now(), told, fields }));
}

function read(panel) {
  const user = panel.dataset.draft.split(".")[0];
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(KEPT) && !key.startsWith(`${KEPT}${user}.`)) sessionStorage.removeItem(key);
  }
  const draft = JSON.parse(sessionStorage.getItem(keyOf(panel)) ?? "null");
  return draft && Date.now() - draft.at < LASTS ? draft : null;
}

function offer() {
  const panel = form();
  if (!panel || "drafted" in panel.dataset) return;
  panel.dataset.drafted = "";
  const note = panel.querySelector("#draft");
  offered = note && !summary(panel) ? read(panel) : null;
  if (!offered) return;
  note.querySelector("b").textContent = offered.told;
  note.hidden = false;
}

// A place of the day that was pressed since is where the visit shall be.
function takeBack(panel) {
  const values = new FormData();
  const chosen = [...new FormData(panel)].filter(([name]) => WHEN.includes(name));
  const moved = chosen.some(([name]) => name === "start");
  for (const [name, value] of offered.fields) {
    if (!moved || !WHEN.includes(name)) values.append(name, value);
  }
  if (moved) for (const [name, value] of chosen) values.append(name, value);
  values.set("edit", values.get("open") ?? "0"); // draws the client again, too
  const { action } = panel.querySelector("#draft").dataset;
  window.htmx.ajax("POST", action, { target: "#new", swap: "none", values }).catch(() => {});
}

function listen() {
  document.addEventListener("click", (event) => {
    const note = event.target.closest("#draft");
    const pressed = note && event.target.closest("button");
    if (!pressed) return;
    const panel = form();
    if ("take" in pressed.dataset) takeBack(panel);
    else sessionStorage.removeItem(keyOf(panel));
    note.hidden = true;
    panel.querySelector("#client-search")?.focus();
  });

  document.addEventListener("input", (event) => {
    if (event.target.closest("form[data-draft]")) keep();
  });

  document.addEventListener("htmx:afterSettle", () => {
    offer();
    keep();
  });

  // Booked: what comes next is another page, or the link by which it is paid.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    const booked = ["HX-Redirect", "HX-Trigger"].some((name) => xhr.getResponseHeader(name));
    if (!elt.matches("form[data-draft]") || !booked) return;
    sessionStorage.removeItem(keyOf(elt));
  });
}

if (!("draft" in document.documentElement.dataset)) {
  document.documentElement.dataset.draft = "";
  listen();
}
offer();
