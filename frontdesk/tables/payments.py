"""The list of payments."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from frontdesk.tables.base import DeskTable
from spa.models import PaymentState


class PaymentTable(DeskTable):
    """Its context needs zone."""

    caption, heading = _("Payments"), "client"
    at = tables.TemplateColumn(
        template_name="payments/_at_cell.html",
        verbose_name=_("Time"),
        order_by=("at", "pk"),
        initial_sort_descending=True,
        attrs={"td": {"class": "nw"}},
    )
    client = tables.TemplateColumn(
        template_name="payments/_client_cell.html",
        verbose_name=_("Client"),
        order_by=("client__search_name", "pk"),
    )
    method = tables.TemplateColumn(
        template_name="payments/_method_cell.html",
        verbose_name=_("Method"),
        order_by=("method", "pk"),
    )
    user = tables.Column(
        accessor="user__name",
        verbose_name=_("Taken by"),
        order_by=("user__name", "pk"),
        default=_("By link"),
    )
    amount_cents = tables.TemplateColumn(
        template_name="payments/_amount_cell.html",
        verbose_name=_("Amount"),
        order_by=("amount_cents", "pk"),
        attrs={"td": {"class": "nw r"}, "th": {"class": "r"}},
    )
    state = tables.TemplateColumn(
        template_name="payments/_state_cell.html", verbose_name=_("State"), orderable=False
    )

    class Meta(DeskTable.Meta):
        order_by = "-at"
        row_attrs = {
            "class": lambda record: "flag" if record.state == PaymentState.VOIDED else None
        }
        empty_text = _("No payment fits.")
