// Choosing the other of two visits that swap by its card: the dialog steps aside until a card is
// pressed, by pointer or by Enter on it, or Escape brings it back without a choice.
let picking = null; // the address that asks for the swap

const dialog = document.getElementById("dialog");

function offer() {
  for (const button of document.querySelectorAll("#dialog [data-pick]")) {
    button.hidden = !document.querySelector(".cal .appt");
  }
}

function begin(button) {
  picking = button.dataset.pick;
  document.getElementById("announce").textContent = button.dataset.words;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.id = "picking";
  toast.textContent = button.dataset.words;
  document.getElementById("toasts").replaceChildren(toast);
  document.body.dataset.picking = "";
  dialog.close();
  document.querySelector('.cal .appt[tabindex="0"]')?.focus();
}

function end(code) {
  const asked = code ? `${picking}?with=${encodeURIComponent(code)}` : picking;
  picking = null;
  delete document.body.dataset.picking;
  document.getElementById("picking")?.remove();
  window.htmx.ajax("GET", asked, { target: "#dialog", swap: "innerHTML" });
}

function listen() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    if (button) return begin(button);
    const card = picking && event.target.closest(".appt");
    if (!card) return undefined;
    event.preventDefault();
    event.stopImmediatePropagation();
    return end(card.dataset.appointment);
  }, { capture: true });

  document.addEventListener("keydown", (event) => {
    if (!picking || event.key !== "Escape") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    end();
  }, { capture: true });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === dialog) offer();
  });
}

if (!("picks" in document.documentElement.dataset)) {
  document.documentElement.dataset.picks = "";
  listen();
}
offer();
