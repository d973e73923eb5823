"""What managers have to know at once, in words, with the way to act on it."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from frontdesk import places
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import Alert, GatewayTransaction
from spa.services import alert_words, alerts
from spa.services.audit import Actor

may_see = permission_required("spa.view_alert", raise_exception=True)
MOST = 100
# What the words need; an alert of before may not have all of it.
FACTS = {"cents": 0, "currency": "COP", "payment": "", "appointment": ""}


@require_safe
@may_see
def alert_list(request: HttpRequest) -> HttpResponse:
    """Show the alerts that are open, the newest first."""
    return _show(request)


@require_POST
@may_see
def close_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that an alert was seen."""
    places.current(request)
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    actor = Actor(user=request.user, request_id=_request_id(request))
    try:
        alerts.close(alert=alert, now=clock.now(), actor=actor)
    except BusinessLogicError as refusal:
        return _show(request, status=refusal.http_status, refusal=refusal)
    messages.success(request, _("Seen"))
    return redirect(f"{reverse('alerts')}{places.query(request)}")


def _show(
    request: HttpRequest, *, status: int = 200, refusal: BusinessLogicError | None = None
) -> HttpResponse:
    location = places.current(request)
    visible = Alert.objects.open().visible_to(request.user).select_related("location")
    found = list(visible.order_by("-opened_at", "-pk")[:MOST])
    waiting = GatewayTransaction.objects.homeless().visible_to(request.user)
    rows = waiting.filter(gateway_id__in=[alert.subject for alert in found])
    rows = dict(rows.values_list("gateway_id", "pk"))
    sees_all = request.user.has_perm("spa.view_gatewaytransaction")
    context = {
        "alerts": [
            {
                "alert": alert,
                "facts": FACTS | alert.facts,
                "happened": alert_words.happened(alert),
                "to_do": alert_words.to_do(alert),
                "row": rows.get(alert.subject),
                "can_be_closed": alert.subject not in rows
                and alert.kind not in alerts.END_BY_THEMSELVES
                and (sees_all or alert.kind in alerts.OF_THE_DESK),
                "request_id": uuid4(),
            }
            for alert in found
        ],
        "today": location.today(now=clock.now()),
        "zone": location.tz,
        "refusal": refusal,
    }
    return render(request, "unapplied/alerts.html", context, status=status)


def _request_id(request: HttpRequest) -> UUID:
    """Return the form's own number; a form without one is not a repeated one."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid4()
