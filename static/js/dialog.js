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

// Pressed twice, asked once: a second answer would wipe out what is being typed.
let awaited = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target !== dialog) return;
  dress();
  if (awaited || dialog.open) event.preventDefault();
  else awaited = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.target === dialog && !dialog.firstElementChild) awaited = false;
});

document.addEventListener("htmx:afterSwap", async (event) => {
  if (event.detail.target !== dialog) return;
  await dress();
  awaited = false;
  if (!dialog.open && dialog.firstElementChild) dialog.showModal();
});

dialog.addEventListener("close", () => dialog.replaceChildren());
document.addEventListener("dialog-done", (event) => {
  if (dialog.contains(event.detail.elt)) dialog.close(); // else it is another one's by now
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
