"""How statuses and closed time look: an icon and a word for each (the same on every screen)."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

register = template.Library()

STATUSES: dict[str, tuple[str, str | Promise]] = {
    "pending": ("hourglass", _("Awaiting payment")),
    "offered": ("clock", _("Offered")),
    "paid": ("circle-dollar-sign", pgettext_lazy("appointment", "Paid")),
    "confirmed": ("circle-check", _("Confirmed")),
    "rescheduled": ("repeat-2", _("Rescheduled")),
    "arrived": ("door-open", _("Arrived")),
    "service": ("circle-dot", _("In service")),
    "done": ("check-check", _("Completed")),
    "noshow": ("user-round-x", _("No-show")),
    "cancelled": ("circle-x", _("Cancelled")),
    "expired": ("circle-x", pgettext_lazy("appointment", "Expired")),
}
CLOSED: dict[str, tuple[str, str | Promise]] = {
    "closed": ("", _("Closed")),
    "off_shift": ("moon", _("Off shift")),
    "holiday": ("sun", _("Holiday")),
    "lunch": ("coffee", _("Lunch")),
    "training": ("graduation-cap", _("Training")),
    "maintenance": ("wrench", _("Maintenance")),
    "absence": ("user-round-x", _("Absence")),
    "block": ("lock", _("Blocked")),
    "elsewhere": ("", _("Busy elsewhere")),
}
FLAGS = ("crown", "triangle-alert", "sparkles", "link-2", "calendar-off")


@register.filter
def status_icon(look: str) -> str:
    return STATUSES[look][0]


@register.filter
def status_label(look: str) -> str | Promise:
    return STATUSES[look][1]


@register.filter
def closed_icon(kind: str) -> str:
    return CLOSED[kind][0]


@register.filter
def closed_label(kind: str) -> str | Promise:
    return CLOSED[kind][1]


@register.simple_tag
def sprite() -> list[str]:
    """Return the icons that cards repeat: drawn once on a page, then referred to by `<use>`."""
    drawn = [*STATUSES.values(), *CLOSED.values()]
    return sorted({icon for icon, _label in drawn if icon} | set(FLAGS))


@register.filter
def sprite_id(name: str) -> str:
    return f"i-{name}"
