// What keeps the open page true: polls that never disturb a card on its way, notices that go
// by themselves, and an honest word, with a second try, when the network was away.
const SHOWN = 8_000; // milliseconds
const isCalendar = (element) => ["day", "week"].includes(element.id);

// Two tabs may show two houses: what a page asks for is about the house that it shows.
document.addEventListener("htmx:configRequest", (event) => {
  const { location } = document.body.dataset;
  const { path, parameters } = event.detail;
  if (!location || path.includes("location=") || "location" in parameters) return;
  event.detail.path = `${path}${path.includes("?") ? "&" : "?"}location=${location}`;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const polls = event.detail.requestConfig.triggeringEvent?.type === undefined;
  if (polls && isCalendar(event.detail.elt) && document.body.dataset.moving) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  // A notice is shown whatever its status: an error is never met with silence.
  if (event.detail.xhr.getResponseHeader("HX-Retarget") === "#toasts") event.detail.shouldSwap = true;
  // A poll that was already on its way when the card was lifted.
  const polled = event.detail.requestConfig?.path.includes("?v=");
  if (polled && isCalendar(event.detail.target) && document.body.dataset.moving) {
    event.detail.shouldSwap = false;
  }
});

// Who asked may be gone when the answer comes: a dialog that was closed, a panel drawn anew. From
// there HTMX finds no toasts and nobody hears it: the body stands for them.
document.addEventListener("htmx:beforeSend", ({ detail: { elt, target, xhr } }) => {
  xhr.onreadystatechange = () => {
    for (const gone of [elt, target].filter((one) => !one.isConnected)) {
      gone.getRootNode = () => document;
      gone.dispatchEvent = (event) => document.body.dispatchEvent(event);
    }
  };
});

// -- Notices --------------------------------------------------------------------------------
const toasts = document.getElementById("toasts");

new MutationObserver((changes) => {
  for (const change of changes) {
    for (const added of change.addedNodes) {
      if (added.matches?.('[role="status"]')) setTimeout(() => added.remove(), SHOWN);
    }
  }
}).observe(toasts, { childList: true });

for (const toast of toasts.querySelectorAll('[role="status"]')) {
  setTimeout(() => toast.remove(), SHOWN);
}

toasts.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-toast]")) event.target.closest(".toast").remove();
});

// -- The network is away --------------------------------------------------------------------
let lost = []; // how to ask again for what got no answer, in order

document.addEventListener("htmx:sendError", (event) => {
  const { elt, requestConfig } = event.detail;
  if (requestConfig.verb === "get" && requestConfig.path.includes("?v=")) return; // polls go on
  if (elt.matches("input, select")) return; // the next letter asks again
  lost.push(again(event.detail));
  toasts.replaceChildren(document.getElementById("not-saved").content.cloneNode(true));
  settle();
});

// Presses once more what was pressed, so that the answer goes where it belongs; a request that
// nothing on the page stands for (a dropped card, a closed form) is sent as it was.
function again({ elt, target, requestConfig: { verb, path, parameters, triggeringEvent } }) {
  if (elt.matches("body form[hx-post]")) return () => elt.requestSubmit(triggeringEvent?.submitter);
  if (elt.matches("body :is([hx-get], [hx-post])")) return () => elt.click();
  const call = { values: { ...parameters }, target, swap: "innerHTML" };
  return () => window.htmx.ajax(verb.toUpperCase(), path, call).catch(() => {});
}

toasts.addEventListener("click", (event) => {
  if (!event.target.closest("[data-retry]")) return;
  const retries = lost;
  lost = [];
  toasts.replaceChildren();
  for (const retry of retries) retry();
});

// A card whose move was refused, or never arrived, stands where it stood.
function settle() {
  for (const ghost of document.querySelectorAll(".ghost[aria-busy]")) ghost.remove();
  for (const card of document.querySelectorAll(".lifted")) card.classList.remove("lifted");
}

document.addEventListener("htmx:afterRequest", (event) => {
  const { path } = event.detail.requestConfig;
  if (path.includes("/drag/") && event.detail.xhr.status >= 400) settle();
});

// A page that the browser kept in its memory may be somebody else's by now.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
