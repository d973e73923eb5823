"""The payments of a day. What is searched for is posted: names stand in no address."""

from datetime import date

from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods
from django_tables2 import RequestConfig

from frontdesk import places
from frontdesk.asked import FARTHEST
from frontdesk.filters.payments import PaymentFilter
from frontdesk.htmx import render_screen
from frontdesk.tables.base import PER_PAGE
from frontdesk.tables.payments import PaymentTable
from spa import clock
from spa.models import Client, Location
from spa.models.clients import LONGEST_SEARCH
from spa.services import audit, payments
from spa.services.audit import Actor
from spa.text import visible


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.view_payment", raise_exception=True)
def payment_list(request: HttpRequest) -> HttpResponse:
    """Show the payments of a day by filters, or those of a client or code; audited."""
    location = places.current(request)
    day = day_asked(request, location)
    filters = filters_of(request, location, day)
    text = visible(request.POST.get("q", "")[:LONGEST_SEARCH])
    record_look(request, location, "payments", filters)
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


def filters_of(request: HttpRequest, location: Location, day: date) -> PaymentFilter:
    """Return the payments of a day, narrowed as asked."""
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


def day_asked(request: HttpRequest, location: Location) -> date:
    """Return the day that is asked for; today where it is none, or too far away."""
    today = location.today(now=clock.now())
    try:
        day = date.fromisoformat(request.GET.get("day") or request.POST.get("day") or "")
    except ValueError:
        return today
    return day if abs(day - today) <= FARTHEST else today


def record_look(
    request: HttpRequest, location: Location, view: str, filters: PaymentFilter, **facts: object
) -> None:
    """Write down who looked at which payments, or took them along as a file."""
    audit.record(
        "ADMIN_ENDPOINT_HIT" if view == "payments" else "PAYMENTS_EXPORTED",
        subject=f"location:{location.pk}",
        actor=Actor(user=request.user),
        now=clock.now(),
        view=view,
        filter=filters.query,
        **facts,
    )
