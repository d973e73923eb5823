// Buttons that stand in a row or a grid, days and first free times: arrows lead from one to the
// next, Tab past all of them. Without script each is a stop of its own.
const GROUP = "[data-arrows]";
const buttons = (group) => [...group.querySelectorAll("button")];

function stopAt(group, button) {
  for (const one of buttons(group)) one.tabIndex = one === button ? 0 : -1;
}

function prepare() {
  for (const group of document.querySelectorAll(GROUP)) {
    const all = buttons(group);
    const here = all.find((one) => one === document.activeElement);
    stopAt(group, here ?? all.find((one) => one.ariaPressed === "true") ?? all[0]);
  }
}

function target(all, at, key) {
  const columns = all.filter((one) => one.offsetTop === all[0].offsetTop).length;
  return {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at + columns,
    ArrowUp: at - columns,
    Home: 0,
    End: all.length - 1,
  }[key];
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const group = event.target.closest(GROUP);
  if (!group) return;
  const all = buttons(group);
  const to = target(all, all.indexOf(event.target.closest("button")), event.key);
  if (to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
}

if (!("leadsByArrows" in document.documentElement.dataset)) {
  document.documentElement.dataset.leadsByArrows = "";
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const group = event.target.closest(GROUP);
    if (group) stopAt(group, event.target);
  });
  document.addEventListener("htmx:afterSettle", prepare);
}
prepare();
