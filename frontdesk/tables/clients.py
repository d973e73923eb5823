"""The list of clients."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from frontdesk.tables.base import DeskTable


class ClientTable(DeskTable):
    """Each client has `seen`, her visits; its context needs today and zone."""

    caption, heading = _("Clients"), "name"
    name = tables.TemplateColumn(
        template_name="clients/_name_cell.html",
        verbose_name=_("Name"),
        order_by=("search_name", "pk"),
    )
    phone = tables.TemplateColumn(
        template_name="clients/_phone_cell.html", verbose_name=_("Mobile"), orderable=False
    )
    next_visit = tables.TemplateColumn(
        template_name="clients/_next_cell.html",
        verbose_name=_("Next visit"),
        orderable=False,
        attrs={"td": {"class": "nw"}},
    )
    last_visit = tables.TemplateColumn(
        template_name="clients/_last_cell.html",
        verbose_name=_("Last visit"),
        orderable=False,
        attrs={"td": {"class": "nw"}},
    )
    created_at = tables.TemplateColumn(
        template_name="clients/_since_cell.html",
        verbose_name=_("Client since"),
        order_by=("created_at", "pk"),
        initial_sort_descending=True,
        attrs={"td": {"class": "nw r"}, "th": {"class": "r"}},
    )

    class Meta(DeskTable.Meta):
        order_by = "name"
        row_attrs = {"class": lambda record: "flag" if record.is_blocked else None}
        empty_text = _("Nobody here fits.")
