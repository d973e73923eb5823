"""Whether a screen fits its window: nothing runs out of it sideways, nothing lies on a button."""

# A control counts as fit when it can be scrolled to, lies inside the window sideways, and is what
# a pointer at its middle would hit. What moves under its own scroll bar (the calendar's columns,
# rows of days) may lie outside, and an open visit may lie on what is behind it.
FAULTS = """
() => {
  const faults = [];
  const name = (one) => one.outerHTML.replace(/\\s+/g, " ").slice(0, 110);
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`page: ${root.scrollWidth} px wide`);
  const top = document.querySelector("dialog[open]") ?? document.body;
  const controls = "a.btn, button, input:not([type=hidden]), select, .rail a, .tick h3 a";
  for (const one of top.querySelectorAll(controls)) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest(".sr, .cal")) continue;
    if (one.matches("input.sr, [hidden]")) continue;
    one.scrollIntoView({ block: "center", inline: "nearest" });
    const box = one.getBoundingClientRect();
    if (!box.width) continue;
    if (box.left < -1 || box.right > innerWidth + 1) {
      faults.push(`outside: ${name(one)}`);
      continue;
    }
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (hit?.closest("#panel") && !one.closest("#panel")) continue;
    if (!hit || !(one.contains(hit) || hit.contains(one) || hit.closest("label")?.contains(one))) {
      faults.push(`covered: ${name(one)} by ${hit ? name(hit) : "nothing"}`);
    }
  }
  return faults;
}
"""


def faults(page) -> list[str]:
    return page.evaluate(FAULTS)
