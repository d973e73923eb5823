"""The payment links of a house: who has one, who is paying, and who asks for another."""

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from frontdesk import link_words, places
from frontdesk.filters.links import LinkFilter
from frontdesk.htmx import render_screen
from frontdesk.tables.base import PER_PAGE
from frontdesk.tables.links import LinkTable
from spa import clock
from spa.models import Location, PaymentRequest
from spa.services import link_progress
from spa.services.payment_requests import SHOWN_AFTERWARDS


@require_safe
@permission_required("spa.view_paymentrequest", raise_exception=True)
def payment_links(request: HttpRequest) -> HttpResponse:
    """Show the links of a house, those that somebody asks for again first."""
    location, now = places.current(request), clock.now()
    filters = LinkFilter(request.GET, queryset=_of_house(location))
    table = LinkTable(filters.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    for row in table.paginated_rows:
        row.record.said = link_words.said(
            row.record, zone=location.tz, now=now, email=row.record.client.email
        )
    return render_screen(
        request,
        page="payments/link_list.html",
        fragment="payments/_link_list.html",
        context={"table": table, "filters": filters, "zone": location.tz, "now": now},
    )


def _of_house(location: Location) -> QuerySet[PaymentRequest]:
    """Return the links of the last days, with how far each has come."""
    now = clock.now()
    requests = PaymentRequest.objects.filter(
        location=location, created_at__gt=now - SHOWN_AFTERWARDS
    )
    known = link_progress.with_progress(requests).annotate(
        is_wanted=link_progress.is_wanted(now=now)
    )
    return known.select_related("client").order_by("-is_wanted", "until", "-pk")
