// Opens the dialog when HTMX has put something into it, and empties it when it is closed. What
// only the dialog needs, its stylesheet and the booking panel's script, is fetched with the first
// content that comes: the page itself stays light.
const dialog = document.getElementById("dialog");
let dressed = null; // a promise: both have arrived

const styled = () => new Promise((done) => {
  const sheet = document.createElement("link");
  Object.assign(sheet, { rel: "stylesheet", href: dialog.dataset.stylesheet });
  sheet.addEventListener("load", done);
  sheet.addEventListener("error", done); // unstyled is better than unseen
  document.head.append(sheet);
});

function dress() {
  dressed ??= Promise.allSettled([styled(), import("./booking.js")]);
  return dressed;
}

// A visit is booked on the day that is open.
document.addEventListener("htmx:configRequest", (event) => {
  const day = document.getElementById("day")?.dataset.day;
  if (day && event.detail.elt.matches("[data-new-appointment]")) event.detail.parameters.day = day;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === dialog) dress();
});

document.addEventListener("htmx:afterSwap", async (event) => {
  if (event.detail.target !== dialog) return;
  await dress();
  if (!dialog.open && dialog.firstElementChild) dialog.showModal();
});

dialog.addEventListener("close", () => dialog.replaceChildren());

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
