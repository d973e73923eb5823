"""Wompi's stand-in beside the demo: how it is started, and what the others are told of it.

It is a program of `e2e/`, which the product starts here and imports nowhere.
"""

import os
import sys
from dataclasses import dataclass

# Away from the web server's port by this, so that several demos get in nobody's way.
DISTANCE = 100
# Secret from nobody, and of no use at Wompi itself.
DEMO_KEYS = {
    "WOMPI_PUBLIC_KEY": "pub_test_spaDemo0123456789abcdefghijkl",
    "WOMPI_PRIVATE_KEY": "prv_test_spaDemo0123456789abcdefghijkl",
    "WOMPI_EVENTS_SECRET": "test_events_spaDemo0123456789abcdefghij",
    "WOMPI_INTEGRITY_SECRET": "test_integrity_spaDemo0123456789abcdefghij",
}


@dataclass(frozen=True)
class Sandbox:
    """The stand-in for a demo whose web server has `web_port`; it has `port` and the next one."""

    web_port: int
    port: int

    @property
    def command(self) -> list[str]:
        # It finds the demo's clock in SPA_CLOCK_OFFSET by itself.
        return [
            *(sys.executable, "-m", "e2e.wompi_sandbox"),
            *("--port", str(self.port), "--api-port", str(self.api_port)),
            *("--events-url", f"http://127.0.0.1:{self.web_port}/webhooks/wompi/"),
        ]

    @property
    def api_port(self) -> int:
        """Where the product calls; a fault closes it and leaves the page for people open."""
        return self.port + 1

    @property
    def control_url(self) -> str:
        return f"http://localhost:{self.port}/_control/"

    @property
    def settings(self) -> dict[str, str]:
        """What the product has to know to take it for Wompi."""
        return DEMO_KEYS | {
            "WOMPI_API_URL": f"http://127.0.0.1:{self.api_port}/v1",
            "WOMPI_CHECKOUT_URL": f"http://localhost:{self.port}",
        }


def own_settings() -> list[str]:
    """Return the names of what was set of Wompi by whoever starts the demo."""
    return sorted(name for name, value in os.environ.items() if name.startswith("WOMPI_") and value)
