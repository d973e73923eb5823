"""The hours in which no message leaves: the house's, in its own zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from spa import localtime
from spa.models import SpaPolicy


def quiet_until(now: datetime, *, zone: ZoneInfo, policy: SpaPolicy) -> datetime | None:
    """Return when the quiet hours end in which `now` lies; None outside them."""
    start, end = policy.quiet_from_hour, policy.quiet_until_hour
    local = now.astimezone(zone)
    over_midnight = start > end
    late, early = local.hour >= start, local.hour < end
    if not (late or early) or not (over_midnight or (late and early)):
        return None
    day = local.date() + timedelta(days=over_midnight and late)
    return localtime.moment(localtime.instant(day, end * 60, zone))
