"""The messages that have not left: those that wait, and those that could not be delivered."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from frontdesk.tables.base import DeskTable
from spa.models import MessageState


class MessageTable(DeskTable):
    """Its context needs zone and perms."""

    caption, heading = _("Messages that have not left"), "subject"
    subject = tables.TemplateColumn(
        template_name="messages/_subject_cell.html", verbose_name=_("Visit"), orderable=False
    )
    kind = tables.Column(accessor="get_kind_display", verbose_name=_("Message"), orderable=False)
    due_at = tables.TemplateColumn(
        template_name="messages/_due_cell.html",
        verbose_name=_("Leaves"),
        order_by=("due_at", "pk"),
        attrs={"td": {"class": "nw"}},
    )
    attempts = tables.Column(
        verbose_name=_("Attempts"),
        orderable=False,
        attrs={"td": {"class": "r"}, "th": {"class": "r"}},
    )
    state = tables.TemplateColumn(
        template_name="messages/_state.html",
        verbose_name=_("State"),
        order_by=("state", "due_at", "pk"),
    )
    again = tables.TemplateColumn(
        template_name="messages/_again_cell.html", verbose_name="", orderable=False
    )

    class Meta(DeskTable.Meta):
        order_by = "due_at"
        row_attrs = {
            "data-message": lambda record: record.pk,
            "class": lambda record: "flag" if record.state == MessageState.DEAD else None,
        }
        empty_text = _("Nothing waits. Whatever was to be told has left.")
