"""The receipt of a visit (*comprobante*): on the screen, on paper, and by mail."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from frontdesk import places
from frontdesk.companions import companions
from frontdesk.views.booking.appointment import find
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import OCCUPYING, Appointment, MessageKind, OutboxMessage
from spa.services import audit
from spa.services import receipt as receipts
from spa.services.audit import Actor
from spa.services.messages import tell


@require_safe
@permission_required("spa.view_payment", raise_exception=True)
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a visit cost and how it was paid; `?party=` all of her party. Audited, each."""
    visit = find(request.user, code)
    party = companions(visit, user=request.user)
    others = [one for one in party if one.status in OCCUPYING]
    shown = [visit, *others] if "party" in request.GET else [visit]
    for one in shown:
        audit.record(
            "ADMIN_ENDPOINT_HIT",
            subject=f"appointment:{one.code}",
            actor=Actor(user=request.user),
            now=clock.now(),
            view="receipt",
        )
    return _show(request, visit, shown=shown, has_party=bool(others))


@require_POST
@permission_required("spa.send_outboxmessage", raise_exception=True)
def send(request: HttpRequest, code: str) -> HttpResponse:
    """Send the receipt to the client's email; the same form sends it once."""
    visit = find(request.user, code)
    actor = Actor(user=request.user, request_id=_request_id(request))
    try:
        message = tell.receipt(visit=visit, now=clock.now(), actor=actor)
    except BusinessLogicError as refusal:
        return _show(request, visit, status=refusal.http_status, refusal=refusal)
    messages.success(request, _said_of(message, visit))
    return redirect(f"{reverse('receipt', args=[code])}{places.query(request)}")


def _said_of(message: OutboxMessage, visit: Appointment) -> str:
    if message.due_at > clock.now():
        at = message.due_at.astimezone(visit.location.tz)
        return _("The receipt leaves at %(time)s, when the quiet hours end") % {
            "time": f"{at:%H:%M}"
        }
    return _("The receipt is on its way to %(email)s") % {"email": visit.client.email}


def _request_id(request: HttpRequest) -> UUID:
    """Return the form's own number; a form without one is not a repeated one."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid4()


def _show(
    request: HttpRequest,
    visit: Appointment,
    *,
    shown: Sequence[Appointment] = (),
    has_party: bool = False,
    status: int = 200,
    refusal: BusinessLogicError | None = None,
) -> HttpResponse:
    context = {
        "receipts": [receipts.of(one) for one in shown or [visit]],
        "total_cents": sum(one.total_cents for one in shown),
        "visit": visit,
        "is_party": len(shown) > 1,
        "has_party": has_party,
        "message": OutboxMessage.objects.filter(subject=visit.code, kind=MessageKind.RECEIPT)
        .order_by("-pk")
        .first(),
        "request_id": uuid4(),
        "refusal": refusal,
    }
    return render(request, "payments/receipt.html", context, status=status)
