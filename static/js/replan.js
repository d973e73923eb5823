// What re-plans a day beside the drag of a card, fetched when one is first pointed at or focused:
// the keys that carry it, its lower edge, the tray, its party, and choosing the other of two that swap.
import "./carry.js";
import "./grip.js";
import "./party.js";
import "./pick.js";
import "./stretch.js";
import "./tray.js";

if (!("replan" in document.documentElement.dataset)) {
  document.documentElement.dataset.replan = "";
  const sheet = document.createElement("link");
  Object.assign(sheet, {
    rel: "stylesheet", href: new URL("../css/replan.css", import.meta.url).href,
  });
  document.head.append(sheet);
}
