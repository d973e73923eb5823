// The tray of what is put aside: shown as a place to drop while a card is dragged; `a` on a card
// puts it there. A card in it is dragged and carried like any other.
const tray = () => document.getElementById("tray");

function showWhileDragging() {
  const dragging = document.body.dataset.moving === "drag";
  const section = tray();
  if (!section || section.querySelector("li")) return;
  section.hidden = !dragging;
}

function putAside(event) {
  const card = event.target.closest?.(".cal .appt[data-movable]");
  const { moving, singleKeys } = document.body.dataset;
  if (event.key !== "a" || !card || moving || singleKeys === "off") return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  window.htmx.ajax("POST", `${card.pathname}aside/`, { target: "#toasts", swap: "innerHTML" })
    .catch(() => {});
}

if (!("tray" in document.documentElement.dataset)) {
  document.documentElement.dataset.tray = "";
  new MutationObserver(showWhileDragging)
    .observe(document.body, { attributes: true, attributeFilter: ["data-moving"] });
  document.addEventListener("htmx:afterSettle", showWhileDragging);
  document.addEventListener("keydown", putAside, { capture: true });
}
