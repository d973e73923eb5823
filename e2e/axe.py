"""What axe holds against a page."""

from axe_playwright_python.base import AXE_SCRIPT

WIDTHS = {1366: 768, 1024: 768, 390: 844}

RUN = """
(only) => axe.run(document, {resultTypes: ['violations'], ...(only && {runOnly: only})})
  .then((found) => found.violations)
"""
# What moves is put where it ends. Waiting would take seconds, and what a change of the window left
# hanging never ends.
SETTLED = """
() => {
  const moving = document.getAnimations();
  for (const one of moving) if (one.effect.getComputedTiming().endTime < Infinity) one.finish();
}
"""
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all else is as it was in the light


def serious(page, only: list[str] | None = None) -> list[str]:
    """Return each serious finding with the element it is about; transitions have ended."""
    page.evaluate(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{one['id']}: {node['html']}"
        for one in page.evaluate(RUN, only)
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def serious_everywhere(page) -> list[str]:
    """Return the findings at each width, light and dark; the page is loaded only once."""
    found = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme, rules in (("light", None), ("dark", OF_COLOUR)):
            page.emulate_media(color_scheme=scheme)
            found += [f"{width} {scheme}: {finding}" for finding in serious(page, rules)]
    return found
