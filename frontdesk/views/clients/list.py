"""The list of clients. What is searched for is posted: names stand in no address (SEC-34)."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.timezone import get_default_timezone
from django.views.decorators.http import require_http_methods
from django_tables2 import RequestConfig

from frontdesk import places
from frontdesk.filters.clients import ClientFilter
from frontdesk.htmx import render_screen
from frontdesk.tables.base import PER_PAGE
from frontdesk.tables.clients import ClientTable
from spa import clock
from spa.models import Client
from spa.models.clients import LONGEST_SEARCH
from spa.services import clients
from spa.text import visible

MOST_FOUND = 25


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.view_client", raise_exception=True)
def client_list(request: HttpRequest) -> HttpResponse:
    """Show the clients by filters, sorted and in pages; or the best matches of a text."""
    now, location = clock.now(), places.of(request).current
    zone = location.tz if location else get_default_timezone()
    today = now.astimezone(zone).date()
    filters = ClientFilter(_asked(request), queryset=Client.objects.all(), today=today)
    text = visible(request.POST.get("q", "")[:LONGEST_SEARCH])
    table = _table(request, filters, text)
    shown = [row.record for row in table.paginated_rows]
    visits = clients.visits_of(shown, user=request.user, now=now) if shown else {}
    for client in shown:
        client.seen = visits.get(client.pk, clients.Visits())
    context = {
        "table": table,
        "chips": filters.chips(),
        "on": filters.on,
        "text": text,
        "found": len(shown),
        "most": MOST_FOUND,
        "today": today,
        "zone": zone,
    }
    return render_screen(
        request,
        page="clients/client_list.html",
        fragment="clients/_client_list.html",
        context=context,
    )


def _asked(request: HttpRequest) -> QueryDict:
    """Return the filters: in the address, or as the search form sends them along."""
    asked = request.GET.copy()
    asked.update(request.POST)
    return asked


def _table(request: HttpRequest, filters: ClientFilter, text: str) -> ClientTable:
    if text:
        return ClientTable(list(filters.qs.matching(text)[:MOST_FOUND]), orderable=False)
    table = ClientTable(filters.qs)
    return RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
