"""How values are written on a screen: pesos, phones, times, lengths."""

from datetime import date, datetime, timedelta

from django import template
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

import spa.clock
from spa import money, phones
from spa.models import Client, PaymentMethod
from spa.models.people import initials
from spa.services import clients

register = template.Library()
NOON = 12
CAUSES = {
    "not_charged": gettext_lazy("A visit that was not charged"),
    "other_method": gettext_lazy("A payment entered by another method"),
    "taken_back": gettext_lazy("A payment that was taken back"),
    "by_hand": gettext_lazy("Cash moved by hand"),
}
# Why a message did not leave, by the codes of `spa/services/messages/send.py`.
FAILURES = {
    "refused": gettext_lazy("The mail server does not know this address"),
    "timeout": gettext_lazy("The mail server did not answer in time"),
    "no_connection": gettext_lazy("The mail server could not be reached"),
    "no_login": gettext_lazy("The mail server refuses our log-in"),
    "mail_server": gettext_lazy("The mail server refused it"),
    "bad_header": gettext_lazy("It could not be addressed"),
    "killed": gettext_lazy("Nobody finished sending it"),
}
register.filter("pesos", money.pesos)
register.filter("exact", money.exact)
register.filter("phone", phones.spoken)
register.filter("whatsapp", phones.whatsapp)
register.filter("initials", initials)
register.simple_tag(clients.consent_text)


@register.filter
def minus(cents: int) -> str:
    """Return an amount with its sign turned, as what is taken off stands in a bill."""
    return money.pesos(-cents)


@register.filter
def day_after(day: date, number: int) -> date:
    """Return the day so many days later; earlier if it is negative."""
    return day + timedelta(days=number)


@register.filter
def cause_name(kind: str) -> str | Promise:
    """Return what may have caused a difference, as it is said to a manager."""
    return CAUSES[kind]


@register.filter
def failure_name(code: str) -> str | Promise:
    """Return why a message did not leave, as it is said at the desk."""
    return FAILURES.get(code, _("Something went wrong"))


@register.filter
def method_name(method: str) -> str | Promise:
    """Return how a payment method is called."""
    return PaymentMethod(method).label


@register.filter
def minutes(length: int) -> str:
    """Return a length as it is said: `45 min`, `1 h 45`."""
    hours, rest = divmod(int(length), 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


@register.filter
def left_until(end: datetime, now: datetime) -> str:
    """Return how much time is left until a moment, in whole minutes; holds.js keeps it true."""
    return minutes(max(0, (end - now).total_seconds() // 60))


@register.filter
def length_of(appointment) -> str:
    """Return how long a visit or an item takes."""
    return minutes((appointment.ends_at - appointment.starts_at).total_seconds() // 60)


@register.filter
def clock(moment: datetime, zone) -> str:
    """Return the wall-clock time of a moment in a zone, 24 hours: `14:05`."""
    return moment.astimezone(zone).strftime("%H:%M")


@register.filter
def brief(moment: datetime, zone) -> str:
    """Return a moment as a list has it: today its time alone, else its day as well."""
    day, time = _day_and_time(moment, zone)
    return f"{day}, {time}" if day else time


@register.filter
def said_at(moment: datetime, zone) -> str:
    """Return a moment within a sentence: `at 11:42`, on another day `on 22 Nov at 11:42`."""
    day, time = _day_and_time(moment, zone)
    told = {"day": day, "time": time}
    return _("on %(day)s at %(time)s") % told if day else _("at %(time)s") % told


@register.filter
def said_until(moment: datetime, zone) -> str:
    """Return an end within a sentence: `until 11:42`, `until 22 Nov at 11:42`."""
    day, time = _day_and_time(moment, zone)
    told = {"day": day, "time": time}
    if day:
        return pgettext("moment", "until %(day)s at %(time)s") % told
    return pgettext("moment", "until %(time)s") % told


def _day_and_time(moment: datetime, zone) -> tuple[str, str]:
    """Return the day, unless it is today, and the wall-clock time of a moment in a zone."""
    local = moment.astimezone(zone)
    is_today = local.date() == spa.clock.now().astimezone(zone).date()
    return "" if is_today else day_as(local.date(), "j M"), f"{local:%H:%M}"


@register.filter
def told_clock(moment: datetime, zone) -> str:
    """Return the wall-clock time as clients are told it: `2:15 p. m.`, in English `2:15 p.m.`"""
    local = moment.astimezone(zone)
    time = f"{local.hour % 12 or 12}:{local:%M}"
    if local.hour < NOON:
        return _("%(time)s a.m.") % {"time": time}
    return _("%(time)s p.m.") % {"time": time}


@register.filter
def told_at(moment: datetime, zone) -> str:
    """Return the same within a sentence, unbroken, and in Spanish with its article: `las 2:15 …`"""
    time = {"time": told_clock(moment, zone).replace(" ", "\u00a0")}
    if moment.astimezone(zone).hour % 12 == 1:
        return pgettext("one o’clock", "%(time)s") % time
    return pgettext("o’clock", "%(time)s") % time


@register.filter
def told_hours(visit, zone) -> str:
    """Return from when to when, as clients are told it: `2:15 a 4:00 p. m.`"""
    moments = (visit.starts_at, visit.ends_at)
    start, end = (told_clock(moment, zone) for moment in moments)
    if len({moment.astimezone(zone).hour < NOON for moment in moments}) == 1:
        start = start.partition(" ")[0]
    return _("%(start)s to %(end)s") % {"start": start, "end": end}


@register.filter
def told_day(moment: datetime, zone) -> str:
    """Return a day as it stands within a sentence: `viernes 20 de noviembre`, `Friday 20 …`."""
    day = whole_day(local_day(moment, zone))
    return day[:1].lower() + day[1:] if get_language().startswith("es") else day


@register.filter
def hue(angle: int) -> str:
    """Return the class of `scale.css` for a colour angle, to the nearest ten degrees."""
    return f"h-{round(angle / 10) * 10 % 360}"


@register.filter
def after_first_name(name: str) -> str:
    """Return what follows the first name: shown where there is room for it."""
    return name.partition(" ")[2]


@register.filter
def month_name(day: date) -> str:
    """Return the month as it stands within a sentence: `noviembre`, `November`."""
    name = formats.date_format(day, "F")
    return name.lower() if get_language().startswith("es") else name


@register.filter
def of_month(day: date) -> str:
    """Return the month after the number of a day, with its year where that is not this one."""
    month = {"month": month_name(day), "year": day.year}
    return _("of %(month)s") % month if is_this_year(day) else _("of %(month)s %(year)s") % month


@register.filter
def day_as(day: date, pattern: str) -> str:
    """Return a day in one of Django's patterns; in Spanish a month has no capital.

    One that ends with the month goes on with the year where that is not this one.
    """
    if pattern.endswith("M") and not is_this_year(day):
        pattern += " Y"
    text = formats.date_format(day, pattern)
    return text.lower() if get_language().startswith("es") else text


@register.filter
def whole_day(day: date) -> str:
    """Return a day as a heading says it: `Jueves 19 de noviembre`, `Thursday 19 November`."""
    return capfirst(day_within(day))


@register.filter
def day_within(day: date) -> str:
    """Return the same within a sentence, where Spanish writes no capital: `jueves 19 de …`."""
    return f"{day_as(day, 'l j')} {of_month(day)}"


@register.filter
def is_this_year(day: date) -> bool:
    return day.year == timezone.localdate(spa.clock.now()).year


@register.filter
def days_before(earlier: datetime, later: datetime) -> int:
    """Return how many days lie between two moments, in whole days."""
    return (later - earlier).days


@register.filter
def local_day(moment: datetime, zone) -> date:
    """Return the local date of a moment in a zone."""
    return moment.astimezone(zone).date()


@register.filter
def iso(moment: datetime) -> str:
    """Return a moment as addresses and `data-start` carry it: ISO 8601 with its offset."""
    return moment.isoformat()


@register.filter
def masked(email: str) -> str:
    """Return an address by its edges, `m•••@gmail.com`: enough to know it, not to take it along."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}" if domain else ""


@register.filter
def vip_on(client: Client, day: date) -> bool:
    return client.is_vip(on=day)
