"""The product's settings; only the collected static files lie elsewhere than the demo's."""

from frontdesk.settings import *  # noqa: F403
from frontdesk.settings import BASE_DIR
from frontdesk.supervisor.sandbox import DEMO_KEYS

STATIC_ROOT = BASE_DIR / "var" / "bench-static"

# The gateway's stand-in's keys; nobody is called.
globals().update(DEMO_KEYS)
