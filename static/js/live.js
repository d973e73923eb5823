// What keeps the open page true: polls that never disturb a card on its way, notices that go
// by themselves, and an honest word, with a second try, when the network was away.
const SHOWN = 8_000; // milliseconds
const isCalendar = (element) => ["day", "week"].includes(element.id);

document.addEventListener("htmx:beforeRequest", (event) => {
  const polls = event.detail.requestConfig.triggeringEvent?.type === undefined;
  if (polls && isCalendar(event.detail.elt) && document.body.dataset.moving) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  // A poll that was already on its way when the card was lifted.
  const polled = event.detail.requestConfig?.path.includes("?v=");
  if (polled && isCalendar(event.detail.target) && document.body.dataset.moving) {
    event.detail.shouldSwap = false;
  }
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
let lost = null; // the request that got no answer

document.addEventListener("htmx:sendError", (event) => {
  const { verb, path, parameters } = event.detail.requestConfig;
  if (verb === "get" && path.includes("?v=")) return; // the next poll asks again
  lost = { verb, path, values: { ...parameters }, target: event.detail.target };
  toasts.replaceChildren(document.getElementById("not-saved").content.cloneNode(true));
  settle();
});

toasts.addEventListener("click", (event) => {
  if (!event.target.closest("[data-retry]") || !lost) return;
  const { verb, path, values, target } = lost;
  toasts.replaceChildren();
  lost = null;
  window.htmx.ajax(verb.toUpperCase(), path, { values, target, swap: "innerHTML" }).catch(() => {});
});

// A card whose move was refused, or never arrived, stands where it stood.
function settle() {
  for (const ghost of document.querySelectorAll(".ghost[aria-busy]")) ghost.remove();
  for (const card of document.querySelectorAll(".lifted")) card.classList.remove("lifted");
}
document.addEventListener("htmx:afterRequest", (event) => {
  const { path } = event.detail.requestConfig;
  if (path.endsWith("/drag/") && event.detail.xhr.status >= 400) settle();
});
