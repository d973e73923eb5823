"""The payments of a day as a file, as the list's filters show them."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from frontdesk import places, sheets
from frontdesk.sheets import Cell
from frontdesk.views.payments.list import day_asked, filters_of, record_look
from spa.models import Payment, PaymentState

MOST_ROWS = 10_000


@require_safe
@permission_required("spa.export_payment", raise_exception=True)
def export(request: HttpRequest, kind: str = "csv") -> HttpResponseBase:
    """Send the payments of a day as CSV or Excel, without formulas, 10,000 at most; audited."""
    location = places.current(request)
    day = day_asked(request, location)
    filters = filters_of(request, location, day)
    payments = list(filters.qs.order_by("at", "pk")[:MOST_ROWS])
    record_look(request, location, "export", filters, rows=len(payments), kind=kind)
    heads = (
        *(_("Code"), _("Time"), _("Visit"), _("Client"), _("Method"), _("Reference")),
        *(_("Amount"), _("Tip"), _("Given back"), _("State"), _("Taken by")),
    )
    rows = map(_row, payments)
    if kind == "xlsx":
        title = f"{day}"
        answer = HttpResponse(sheets.as_xlsx(title, heads, rows), content_type=sheets.XLSX)
    else:
        lines = sheets.as_csv(heads, rows)
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="payments-{day}.{kind}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _row(payment: Payment) -> tuple[Cell, ...]:
    # Who adds the columns up has what was taken: an attempt brought nothing, and what was taken
    # back is given back.
    amount = payment.amount_cents if payment.is_money else 0
    back = amount if payment.state == PaymentState.VOIDED else payment.refunded_cents
    zone = payment.location.tz
    return (
        payment.code,
        payment.at.astimezone(zone).replace(tzinfo=None),
        payment.appointment,
        payment.client.name,
        str(payment.get_method_display()),
        payment.reference,
        amount // 100,
        payment.tip_cents // 100,
        back // 100,
        str(payment.get_state_display()),
        payment.user.name if payment.user else "",
    )
