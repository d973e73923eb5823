"""The receipt of a visit (*comprobante*): on the screen and on paper."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from spa import clock
from spa.models import Appointment
from spa.services import audit
from spa.services import receipt as receipts
from spa.services.audit import Actor


@require_safe
@permission_required("spa.view_payment", raise_exception=True)
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a visit cost and how it was paid; opening it is audited."""
    visible = Appointment.objects.visible_to(request.user).select_related("location", "client")
    visit = get_object_or_404(visible, code=code)
    audit.record(
        "ADMIN_ENDPOINT_HIT",
        subject=f"appointment:{visit.code}",
        actor=Actor(user=request.user),
        now=clock.now(),
        view="receipt",
    )
    context = {"receipt": receipts.of(visit), "visit": visit}
    return render(request, "payments/receipt.html", context)
