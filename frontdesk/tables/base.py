"""What every list of the desk shares: one template, a caption, and, where it is wanted, ticks."""

from dataclasses import dataclass

import django_tables2 as tables
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A button that does something with all rows that are ticked."""

    label: str | Promise
    address: str  # where the ticked keys are posted to, as `chosen`
    icon: str
    confirm: str | Promise = ""


class TickColumn(tables.Column):
    """A box on each row; only for a table with `bulk_actions`."""

    def __init__(self) -> None:
        super().__init__(
            accessor="pk",
            orderable=False,
            verbose_name=_("Select"),
            attrs={"td": {"class": "ck"}, "th": {"class": "ck"}},
        )

    def render(self, value: int, record: object) -> str:
        return format_html(
            '<input type="checkbox" name="chosen" value="{}" aria-label="{}">', value, record
        )


class DeskTable(tables.Table):
    """Rendered by `tables/table.html`: names its columns and rows, says how it is sorted.

    `caption` is what the table shows, for who cannot see it; `heading` is the column that names
    a row. With `bulk_actions` it needs a column `tick`, a `TickColumn`.
    """

    caption: str | Promise = ""
    heading: str = ""
    bulk_actions: tuple[BulkAction, ...] = ()

    class Meta:
        template_name = "tables/table.html"
        attrs = {"class": "table"}
        default = "–"
