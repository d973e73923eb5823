"""How values are written on a screen: pesos, phones, times, lengths."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from spa import money, phones

register = template.Library()
register.filter("pesos", money.pesos)
register.filter("phone", phones.spoken)


@register.filter
def minutes(length: int) -> str:
    """Return a length as it is said: `45 min`, `1 h 45`."""
    hours, rest = divmod(int(length), 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


@register.filter
def length_of(appointment) -> str:
    """Return how long a visit or an item takes."""
    return minutes((appointment.ends_at - appointment.starts_at).total_seconds() // 60)


@register.filter
def clock(moment: datetime, zone) -> str:
    """Return the wall-clock time of a moment in a zone, 24 hours: `14:05`."""
    return moment.astimezone(zone).strftime("%H:%M")
