// A payment link is copied by its button, which says so for a moment, to a screen reader as well.
const SAID = 2_500; // milliseconds

async function copy(field) {
  field.select();
  // Only a page that came over TLS may use the clipboard itself.
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

async function onClick(event) {
  const button = event.target.closest("[data-copy]");
  if (!button || "was" in button.dataset) return;
  if (!(await copy(document.getElementById(button.dataset.copy)))) return; // it is marked, to be copied by hand
  const word = button.lastElementChild;
  button.dataset.was = word.textContent;
  word.textContent = button.dataset.copied;
  const region = document.querySelector("[data-copy-said]");
  if (region) region.textContent = button.dataset.copied;
  setTimeout(() => {
    word.textContent = button.dataset.was;
    delete button.dataset.was;
    if (region) region.textContent = "";
  }, SAID);
}

if (!("links" in document.documentElement.dataset)) {
  document.documentElement.dataset.links = "";
  document.addEventListener("click", onClick);
}
