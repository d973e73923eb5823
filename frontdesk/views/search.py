"""The search in the bar. Its words are posted, so that names stand in no address (SEC-34)."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import get_default_timezone
from django.views.decorators.http import require_http_methods

from frontdesk import places
from frontdesk.htmx import render_screen
from frontdesk.views.booking.appointment import beside_its_day
from spa import clock
from spa.models.clients import LONGEST_SEARCH
from spa.services import finding
from spa.text import visible


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.view_client", raise_exception=True)
def search(request: HttpRequest) -> HttpResponse:
    """Show the clients and the visit that may be meant; `?q=` works, the bar posts."""
    asked = request.POST if request.method == "POST" else request.GET
    text = visible(asked.get("q", "")[:LONGEST_SEARCH])
    now, location = clock.now(), places.of(request).current
    zone = location.tz if location else get_default_timezone()
    visits = finding.visits_by_code(text, user=request.user)
    context = {
        "text": text,
        "visits": [(visit, beside_its_day(visit)) for visit in visits],
        "clients": finding.clients_by_words(text, user=request.user, now=now),
        "today": now.astimezone(zone).date(),
        "zone": zone,
    }
    return render_screen(
        request,
        page="search/search.html",
        fragment="search/_search_results.html",
        context=context,
    )
