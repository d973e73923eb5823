"""The payments of a day. What is searched for is posted: names stand in no address."""

import csv
from datetime import date

from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from frontdesk import places
from frontdesk.asked import FARTHEST
from frontdesk.filters.payments import PaymentFilter
from frontdesk.htmx import render_screen
from frontdesk.tables.base import PER_PAGE
from frontdesk.tables.payments import PaymentTable
from spa import clock
from spa.models import Client, Location, Payment
from spa.models.clients import LONGEST_SEARCH
from spa.services import audit, payments
from spa.services.audit import Actor
from spa.text import visible

MOST_ROWS = 10_000


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.view_payment", raise_exception=True)
def payment_list(request: HttpRequest) -> HttpResponse:
    """Show the payments of a day by filters, or those of a client or code; audited."""
    location = places.current(request)
    day = _day(request, location)
    filters = _filters(request, location, day)
    text = visible(request.POST.get("q", "")[:LONGEST_SEARCH])
    _audit(request, location, "payments", filters)
    table = PaymentTable(_matching(filters.qs, text))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {
        "table": table,
        "filters": filters,
        "day": day,
        "today": location.today(now=clock.now()),
        "zone": location.tz,
        "text": text,
        "sums": payments.sums(location, day),
    }
    return render_screen(
        request,
        page="payments/payment_list.html",
        fragment="payments/_payment_list.html",
        context=context,
    )


@require_safe
@permission_required("spa.export_payment", raise_exception=True)
def export(request: HttpRequest) -> HttpResponse:
    """Send the payments of a day as CSV, without formulas, 10,000 rows at most; audited."""
    location = places.current(request)
    day = _day(request, location)
    filters = _filters(request, location, day)
    rows = list(filters.qs.order_by("at", "pk")[:MOST_ROWS])
    _audit(request, location, "export", filters, rows=len(rows))
    lines = csv.writer(_Echo())
    heads = (
        *(_("Code"), _("Time"), _("Visit"), _("Client"), _("Method"), _("Reference")),
        *(_("Amount"), _("Tip"), _("Given back"), _("State"), _("Taken by")),
    )
    body = (lines.writerow(map(harmless, line)) for line in (heads, *map(_line, rows)))
    answer = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="payments-{day}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def harmless(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(value).replace("\x00", "")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class _Echo:
    """A file that gives each line back."""

    def write(self, line: str) -> str:
        return line


def _line(payment: Payment) -> tuple:
    zone = payment.location.tz
    return (
        payment.code,
        payment.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        payment.appointment,
        payment.client.name,
        payment.get_method_display(),
        payment.reference,
        payment.amount_cents // 100,
        payment.tip_cents // 100,
        payment.refunded_cents // 100,
        payment.get_state_display(),
        payment.user.name if payment.user else "",
    )


def _filters(request: HttpRequest, location: Location, day: date) -> PaymentFilter:
    asked = request.GET.copy()
    asked.update(request.POST)
    found = payments.of_day(location, day).select_related("client", "user", "location", "session")
    return PaymentFilter(asked, queryset=found, location=location, day=day)


def _matching(found: QuerySet, text: str) -> QuerySet:
    """Narrow payments down to a client or a code."""
    if not text:
        return found
    clients = Client.objects.matching(text)[:PER_PAGE]
    code = text.strip().upper()
    return found.filter(
        Q(client__in=[client.pk for client in clients])
        | Q(code=code)
        | Q(appointment=code)
        | Q(reference__iexact=text.strip())
    )


def _day(request: HttpRequest, location: Location) -> date:
    today = location.today(now=clock.now())
    try:
        day = date.fromisoformat(request.GET.get("day") or request.POST.get("day") or "")
    except ValueError:
        return today
    return day if abs(day - today) <= FARTHEST else today


def _audit(
    request: HttpRequest, location: Location, view: str, filters: PaymentFilter, **facts: object
) -> None:
    audit.record(
        "ADMIN_ENDPOINT_HIT" if view == "payments" else "PAYMENTS_EXPORTED",
        subject=f"location:{location.pk}",
        actor=Actor(user=request.user),
        now=clock.now(),
        view=view,
        filter=filters.query,
        **facts,
    )
