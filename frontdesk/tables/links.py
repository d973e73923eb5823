"""The list of payment links."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from frontdesk.tables.base import DeskTable


class LinkTable(DeskTable):
    """Its records know what `said` says of them; its context needs zone and now."""

    caption, heading = _("Payment links"), "client"
    client = tables.TemplateColumn(
        template_name="payments/_link_client_cell.html",
        verbose_name=_("Client"),
        order_by=("client__search_name", "pk"),
    )
    purpose = tables.Column(
        accessor="get_purpose_display", verbose_name=_("For"), order_by=("purpose", "pk")
    )
    amount_cents = tables.TemplateColumn(
        "{{ record.amount_cents|pesos }}",
        verbose_name=_("Amount"),
        order_by=("amount_cents", "pk"),
        attrs={"td": {"class": "nw r"}, "th": {"class": "r"}},
    )
    state = tables.TemplateColumn(
        template_name="payments/_link_state_cell.html", verbose_name=_("State"), orderable=False
    )
    until = tables.TemplateColumn(
        template_name="payments/_link_until_cell.html",
        verbose_name=_("Time left"),
        order_by=("until", "pk"),
        attrs={"td": {"class": "nw"}},
    )

    class Meta(DeskTable.Meta):
        row_attrs = {
            "data-link": lambda record: record.appointment,
            "class": lambda record: "flag" if record.is_wanted else None,
        }
        empty_text = _("No payment link fits.")
