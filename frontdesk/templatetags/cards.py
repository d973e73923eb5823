"""A visit's card and the free starts beside it, written in Python.

A full day has 120 cards and up to 500 free starts. As an included template the cards alone took
two thirds of the page's time (docs/decisions/0010-cards-in-python.md); this is the one place
where HTML stands outside templates/.
"""

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from frontdesk.grid import Card, Lane
from frontdesk.templatetags.looks import STATUSES
from frontdesk.templatetags.spa import clock, left_until
from spa.models import Appointment
from spa.services.gateway_pulse import Pulse

register = template.Library()

CARD = """\
<a class="appt {scale}" id="card-{pk}" href="{href}" data-appointment="{code}" \
data-status="{look}" data-version="{version}"{marks}>
<span class="in"><b>{name}</b><span class="what"{room}><span>{service}</span>{part}</span>
<span class="meta"><svg class="i" aria-hidden="true"><use href="#i-{icon}"/></svg>\
<span class="sr">{status} </span><time datetime="{starts_at}">{starts}\
<span class="end-t">–{ends}</span></time>{hold}{flags}</span></span></a>"""
HOLD = '<time class="hold" datetime="{}" title="{}">{}</time>'
FLAG = """\
<span title="{}"><svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>\
<span class="sr">{}</span></span>"""
CELL = '<i class="cell s-{}" data-start="{}"></i>'
OPEN = format_html(' aria-current="{}"', "true")


@register.simple_tag(takes_context=True)
def draw_card(context: dict, card: Card) -> str:
    """Draw one item of a visit to scale.

    Needs: agenda, now, selected, can_book, sees_whole_names.
    """
    item, visit, zone = card.item, card.visit, context["agenda"].location.tz
    client = visit.client
    icon, status = STATUSES[visit.look]
    return format_html(
        CARD,
        scale=card.scale,
        pk=item.pk,
        href=_address(visit.code),
        code=visit.code,
        look=visit.look,
        version=visit.version,
        marks=_marks(context, card),
        name=client.name if context["sees_whole_names"] else client.short_name,
        room=format_html(' data-room="{}"', item.room.name) if item.room else "",
        service=item.service.name,
        part=_part(card),
        icon=icon,
        status=status,
        starts_at=item.starts_at.astimezone(zone).isoformat(),
        starts=clock(item.starts_at, zone),
        ends=clock(item.ends_at, zone),
        hold=_hold(context, visit),
        flags=_flags(card, context.get("pulse")),
    )


@register.simple_tag
def draw_cells(lane: Lane) -> str:
    """Draw the starts that are free in a column: nothing to see until the pointer is there."""
    return format_html_join("", CELL, ((unit, at.isoformat()) for unit, at in lane.cells))


@lru_cache(maxsize=10_000)
def _address(code: str) -> str:
    return reverse("appointment", args=[code])


def _marks(context: dict, card: Card) -> str:
    visit = card.visit
    movable = context["can_book"] and context["agenda"].by == "staff" and "weekday" not in context
    marks = [" data-movable"] if movable and visit.is_movable else []
    if card.item.in_party:
        marks.append(format_html(' data-party="{}"', visit.group.hex))
    if context.get("selected") == visit.code:
        marks.append(OPEN)
    return format_html_join("", "{}", ((mark,) for mark in marks))


def _part(card: Card) -> str:
    if card.parts < 2:
        return ""
    numbers = {"part": card.part, "parts": card.parts}
    title = _("Part %(part)s/%(parts)s of the visit") % numbers
    return format_html('<span class="n" title="{}">{}/{}</span>', title, card.part, card.parts)


def _hold(context: dict, visit: Appointment) -> str:
    """Return how long an unpaid visit still waits."""
    if visit.look != "pending":
        return ""
    until, now = visit.held_until, context["now"]
    title = _("Kept until %(time)s") % {"time": clock(until, context["agenda"].location.tz)}
    return format_html(HOLD, until.isoformat(), title, left_until(until, now))


def _flags(card: Card, pulse: Pulse | None) -> str:
    flags = _of_its_payment(card.visit, pulse) if pulse else []
    if card.outside:
        flags.append((_("Outside the hours: move it, or call"), "calendar-off"))
    if card.vip:
        flags.append(("VIP", "crown"))
    if card.visit.client.alert_sealed:
        flags.append((_("Alert"), "triangle-alert"))
    if card.item.in_party:
        flags.append((_("Comes with others"), "link-2"))
    if not card.item.returning:
        flags.append((_("First visit"), "sparkles"))
    if not flags:
        return ""
    drawn = format_html_join("", FLAG, ((word, icon, word) for word, icon in flags))
    return format_html('<span class="flags">{}</span>', drawn)


def _of_its_payment(visit: Appointment, pulse: Pulse) -> list[tuple[str, str]]:
    """Return what a payment by link has to do with how long an unpaid visit waits."""
    if visit.look != "pending":
        return []
    if visit.code in pulse.paying:
        return [(_("Wompi is processing a payment"), "circle-dollar-sign")]
    if visit.code in pulse.prolonged:
        return [(_("Kept for longer, since Wompi does not answer"), "clock")]
    return []
