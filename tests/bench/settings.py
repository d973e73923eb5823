"""The product's settings; only the collected static files lie elsewhere than the demo's."""

from frontdesk.settings import *  # noqa: F403
from frontdesk.settings import BASE_DIR

STATIC_ROOT = BASE_DIR / "var" / "bench-static"
