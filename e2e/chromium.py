"""How Chromium is started, and what is heard of it: for the journeys and for the random clicks."""

import os
import shutil

QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A refusal (4xx) and a network that somebody switched off are no errors of ours.
EXPECTED = ("Failed to load resource", "net::ERR", "htmx:", "Response Status Error Code 4")


def how_to_launch(arguments: list[str] | None = None) -> dict[str, object]:
    """Use the system's Chromium where there is one; Playwright's own needs a download."""
    arguments = [*(arguments or []), *QUIET]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    own = shutil.which("chromium")
    return {"args": arguments} | ({"executable_path": own} if own else {})


def watch(context, problems: list[str]) -> None:
    """Have `problems` hold what the scripts of that browser complain of."""
    context.on("weberror", lambda error: _complain_of(error.error, problems))
    context.on("console", lambda message: _complain(message, problems))


def _complain_of(error, problems) -> None:
    # HTMX rejects a promise of its own, with nothing in it, for a request without an answer.
    if str(error) != "undefined":
        problems.append(str(error))


def _complain(message, problems) -> None:
    if message.type == "error" and not any(text in message.text for text in EXPECTED):
        problems.append(message.text)
