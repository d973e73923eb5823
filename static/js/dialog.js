// Opens the dialog when HTMX has put something into it, and empties it when it is closed.
const dialog = document.getElementById("dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== dialog) return;
  if (!dialog.open && dialog.firstElementChild) dialog.showModal();
});

dialog.addEventListener("close", () => dialog.replaceChildren());

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
