// Who comes together: pointing at a card, or focusing it, marks those of the others.
function mark(card) {
  const { party, appointment } = card?.dataset ?? {};
  for (const other of document.querySelectorAll(".appt[data-with]")) {
    other.removeAttribute("data-with");
  }
  if (!party) return;
  for (const other of document.querySelectorAll(`.appt[data-party="${party}"]`)) {
    other.toggleAttribute("data-with", other.dataset.appointment !== appointment);
  }
}

for (const over of ["pointerover", "focusin"]) {
  document.addEventListener(over, (event) => mark(event.target.closest?.(".appt")));
}
mark(document.querySelector(".appt:is(:hover, :focus)"));
