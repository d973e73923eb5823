"""The one place that reads the clock. Called by views, tasks and commands only.

Services and queries take `now` as an argument. `SPA_CLOCK_OFFSET` shifts every process of
a demo or a test alike; production refuses it (`spa/checks.py`).
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings


def now() -> datetime:
    """Return the moment it is for the product: aware, in UTC."""
    return datetime.now(UTC) + timedelta(seconds=settings.SPA_CLOCK_OFFSET)
