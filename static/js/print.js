// Printing the day: as it hangs on the wall, or a sheet for each therapist.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print-page]")) window.print();
  const button = event.target.closest("[data-print]");
  if (!button) return;
  document.querySelector(":popover-open")?.hidePopover();
  document.body.classList.toggle("print-each", button.dataset.print === "each");
  window.print();
});

// Asked for by the address: tomorrow's sheet in one step.
if (new URLSearchParams(window.location.search).has("print")) window.print();
