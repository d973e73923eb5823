"""What axe holds against a page."""

from axe_playwright_python.sync_playwright import Axe


def serious(page) -> list[str]:
    """Return each serious finding with the element it is about; transitions have ended."""
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
