"""The one clock, which demo and tests may shift."""

from datetime import UTC, datetime, timedelta

import pytest

from spa import clock


@pytest.mark.parametrize("offset", [0, 3600, -86_400])
def test_the_clock_is_aware_and_shifted_by_its_setting(settings, offset):
    settings.SPA_CLOCK_OFFSET = offset

    now = clock.now()

    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC) - timedelta(seconds=offset)) < timedelta(seconds=5)
