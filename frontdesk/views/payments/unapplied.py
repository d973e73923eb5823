"""Money of the gateway that belongs to no payment: the list, and one of it with its payer."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from frontdesk import places
from frontdesk.homeless import likely_clients, likely_visits, payer_of
from frontdesk.htmx import render_screen
from frontdesk.tables.base import PER_PAGE
from frontdesk.tables.unapplied import UnappliedTable
from spa import clock
from spa.models import Appointment, Client, GatewayTransaction, Home
from spa.services import audit
from spa.services.audit import Actor

may_look = permission_required("spa.view_gatewaytransaction", raise_exception=True)
RESOLVED = "resolved"


@require_safe
@may_look
def unapplied(request: HttpRequest) -> HttpResponse:
    """List what waits for a decision, or with `?show=resolved` what was decided; audited."""
    location = places.current(request)
    visible = GatewayTransaction.objects.without_home().visible_to(request.user)
    waiting = visible.homeless()
    shows_resolved = request.GET.get("show") == RESOLVED
    rows = visible.exclude(resolution="") if shows_resolved else waiting
    audit.record(
        "ADMIN_ENDPOINT_HIT",
        subject=f"location:{location.pk}",
        actor=Actor(user=request.user),
        now=clock.now(),
        view="unapplied",
    )
    table = UnappliedTable(rows.select_related("payment", "receipt", "resolved_by"))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    return render_screen(
        request,
        page="unapplied/unapplied_list.html",
        fragment="unapplied/_unapplied_list.html",
        context={
            "table": table,
            "zone": location.tz,
            "shows_resolved": shows_resolved,
            "waiting": waiting.count(),
        },
    )


class Look:
    """One transaction without a home, with who paid it and what it may be for.

    Made for a page that shows the payer: the look is written down first.
    """

    def __init__(self, request: HttpRequest, row: GatewayTransaction) -> None:
        self.row, self.user = row, request.user
        audit.record(
            "ADMIN_ENDPOINT_HIT",
            subject=f"transaction:{row.gateway_id}",
            actor=Actor(user=request.user),
            now=clock.now(),
            view="payer",
        )
        self.payer = payer_of(row)

    @property
    def is_open(self) -> bool:
        return not self.row.resolution

    @property
    def is_in_the_books(self) -> bool:
        """Whether it can become anything here; another currency can only be given back."""
        return self.row.home == Home.UNAPPLIED

    @cached_property
    def clients(self) -> list[Client]:
        return likely_clients(self.row, self.payer, user=self.user)

    @cached_property
    def visits(self) -> list[Appointment]:
        return likely_visits(self.row, self.clients, user=self.user)


def find(request: HttpRequest, pk: int) -> GatewayTransaction:
    """Return a transaction without a home that the user may see; else a 404."""
    places.current(request)  # whoever has no house has no money to look at
    visible = GatewayTransaction.objects.without_home().visible_to(request.user)
    return get_object_or_404(
        visible.select_related("payment__location", "payment__client", "receipt", "resolved_by"),
        pk=pk,
    )
