"""One payment: what became of it, and a manager's ways of giving it back."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from frontdesk import places
from frontdesk.forms.refund import BY_THE_BANK, RefundForm
from frontdesk.htmx import wants_fragment
from spa import clock, money
from spa.errors import BusinessLogicError
from spa.models import AT_THE_DESK, GatewayTransaction, Payment, User
from spa.services import audit, payments
from spa.services.audit import Actor
from spa.services.gateway import void

may_give_back = permission_required("spa.refund_payment", raise_exception=True)
FIELDS = {
    "more_than_paid": "amount",
    "credit_was_spent": "amount",
    "amount_not_positive": "amount",
    "drawer_is_short": "amount",
    "no_open_drawer": "way",
    "is_credit_already": "way",
    "no_bank_in_cash": "way",
    "refund_without_reason": "reason",
    "reference_missing": "reference",
}


@require_safe
@permission_required("spa.view_payment", raise_exception=True)
def payment(request: HttpRequest, code: str) -> HttpResponse:
    """Show one payment; audited."""
    found = find(request, code)
    audit.record(
        "ADMIN_ENDPOINT_HIT",
        subject=f"payment:{found.code}",
        actor=Actor(user=request.user),
        now=clock.now(),
        view="payment",
    )
    return show(request, found)


@require_POST
@may_give_back
def give_back(request: HttpRequest, code: str) -> HttpResponse:
    """Refund a part of a payment, or enter that the bank took it back."""
    found = find(request, code)
    form = RefundForm(request.POST)
    if not form.is_valid():
        return show(request, found, form, status=422)
    read = form.cleaned_data
    actor = Actor(user=request.user, request_id=read["request_id"])
    try:
        if read["way"] == BY_THE_BANK:
            payments.charge_back(
                payment=found,
                cents=read["amount"],
                reference=read["reference"],
                now=clock.now(),
                actor=actor,
            )
        else:
            payments.refund(
                payment=found,
                cents=read["amount"],
                way=read["way"],
                reason=read["reason"],
                reference=read["reference"],
                location=places.current(request),
                now=clock.now(),
                actor=actor,
            )
    except BusinessLogicError as refusal:
        form.add_error(FIELDS.get(str(refusal.facts.get("reason"))), refusal.detail)
        return show(request, found, form, status=refusal.http_status)
    messages.success(request, _("%(amount)s given back") % {"amount": money.pesos(read["amount"])})
    return redirect(f"{reverse('payment', args=[code])}{places.query(request)}")


@require_POST
@may_give_back
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """Take a payment of today back whole: it was entered wrongly."""
    found = find(request, code)
    try:
        payments.void(payment=found, now=clock.now(), actor=Actor(user=request.user))
    except BusinessLogicError as refusal:
        if wants_fragment(request):
            raise  # as a notice: the page stays
        return show(request, found, status=refusal.http_status, refusal=refusal)
    messages.success(request, _("%(code)s was taken back") % {"code": code})
    there = f"{reverse('payment', args=[code])}{places.query(request)}"
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return redirect(there)


def find(request: HttpRequest, code: str) -> Payment:
    """Return a payment of the user's houses; else a 404."""
    visible = Payment.objects.visible_to(request.user).select_related(
        "client", "user", "location", "session__drawer"
    )
    return get_object_or_404(visible, code=code)


def show(
    request: HttpRequest,
    found: Payment,
    form: RefundForm | None = None,
    *,
    status: int = 200,
    refusal: BusinessLogicError | None = None,
) -> HttpResponse:
    """Show a payment with what became of it, and a form as it was filled in."""
    location, now = found.location, clock.now()
    is_of_today = location.today(now=found.at) == location.today(now=now)
    transactions = _transactions(request.user, found)
    brought_by = next((one for one in transactions if one.receipt_id == found.pk), None)
    context = {
        "payment": found,
        "tips": found.tips.select_related("staff").order_by("pk"),
        "refunds": found.refunds.select_related("user").order_by("pk"),
        "zone": location.tz,
        "transactions": transactions,
        "brought_by": brought_by,
        "waits_for_wompi": brought_by is not None and void.is_awaited(found, brought_by, now=now),
        "can_be_voided": void.can_be_voided(found, brought_by, now=now),
        "can_be_taken_back": found.method in AT_THE_DESK
        and is_of_today
        and not found.refunded_cents,
        "request_id": uuid4(),
        "form": form or RefundForm(initial={"request_id": uuid4()}),
        "refusal": refusal,
    }
    return render(request, "payments/payment.html", context, status=status)


def _transactions(user: User, found: Payment) -> list[GatewayTransaction]:
    """Return what Wompi reported of a payment, to whom that may be shown."""
    if found.method in AT_THE_DESK or not user.has_perm("spa.view_gatewaytransaction"):
        return []
    about = GatewayTransaction.objects.filter(Q(payment=found) | Q(receipt=found))
    return list(about.order_by("created_at", "pk"))
