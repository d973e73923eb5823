// Re-planning a day beyond the move of one card, fetched when a card is first touched: its lower
// edge, the tray for what is put aside, and choosing the other of two that swap.
import "./pick.js";
import "./stretch.js";

if (!("replan" in document.documentElement.dataset)) {
  document.documentElement.dataset.replan = "";
  const sheet = document.createElement("link");
  Object.assign(sheet, {
    rel: "stylesheet", href: new URL("../css/replan.css", import.meta.url).href,
  });
  document.head.append(sheet);
}
