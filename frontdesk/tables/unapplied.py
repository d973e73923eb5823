"""The list of money without a home."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from frontdesk.tables.base import DeskTable


class UnappliedTable(DeskTable):
    """Its context needs zone."""

    caption, heading = _("Money to look at"), "figures"
    created_at = tables.TemplateColumn(
        template_name="unapplied/_at_cell.html",
        verbose_name=_("When"),
        order_by=("created_at", "pk"),
        attrs={"td": {"class": "nw"}},
    )
    figures = tables.TemplateColumn(
        template_name="unapplied/_figures_cell.html",
        verbose_name=_("Amount"),
        order_by=("amount_cents", "pk"),
        empty_values=(),
    )
    why = tables.TemplateColumn(
        template_name="unapplied/_why_cell.html",
        verbose_name=_("What is known"),
        orderable=False,
        empty_values=(),
    )
    reference = tables.TemplateColumn(
        template_name="unapplied/_reference_cell.html",
        verbose_name=_("Reference"),
        orderable=False,
    )
    decide = tables.TemplateColumn(
        template_name="unapplied/_decide_cell.html",
        verbose_name="",
        orderable=False,
        empty_values=(),
        attrs={"td": {"class": "r"}},
    )

    class Meta(DeskTable.Meta):
        order_by = "-created_at"
        row_attrs = {
            "data-transaction": lambda record: record.gateway_id,
            "class": lambda record: None if record.resolution else "flag",
        }
        empty_text = _("Nothing to decide. All money that came has a home.")
