"""What axe holds against a page."""

from axe_playwright_python.base import AXE_SCRIPT

WIDTHS = {1366: 768, 1024: 768, 390: 844}

RUN = """
(rules) => axe.run(document, {resultTypes: ['violations'], ...rules})
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
OF_COLOUR = ["color-contrast", "link-in-text-block"]
ALL: dict = {}
ONLY_COLOUR = {"runOnly": OF_COLOUR}  # in the dark all else is as it was in the light
NO_COLOUR = {"rules": {name: {"enabled": False} for name in OF_COLOUR}}
# Colours take most of the time, and those of a middling screen are seen on the others.
LOOKS = {
    1366: (("light", ALL), ("dark", ONLY_COLOUR)),
    1024: (("light", NO_COLOUR),),
    390: (("light", ALL), ("dark", ONLY_COLOUR)),
}


def serious(page, rules: dict = ALL) -> list[str]:
    """Return each serious finding with the element it is about; transitions have ended."""
    page.evaluate(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{one['id']}: {node['html']}"
        for one in page.evaluate(RUN, rules)
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def serious_everywhere(page) -> list[str]:
    """Return the findings at each width, light and dark as `LOOKS` has it, of one loading."""
    found = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme, rules in LOOKS[width]:
            page.emulate_media(color_scheme=scheme)
            found += [f"{width} {scheme}: {finding}" for finding in serious(page, rules)]
    return found
