"""Charging a visit: in the dialog over calendar, board or client, or on a page of its own."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk.forms.charge import ChargeForm
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.till import Till
from frontdesk.views.booking.appointment import beside_its_day, changed, find
from spa import clock, money
from spa.errors import BusinessLogicError
from spa.services import booking, payments
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch
from spa.services.payments import Charged
from spa.services.payments.charge import CHARGEABLE

may_charge = permission_required("spa.take_payment", raise_exception=True)
# Beside which field a refusal stands, by its reason.
FIELDS = {
    "discount_beyond_balance": "discount",
    "discount_without_reason": "discount_reason",
    "tendered_too_little": "tendered",
    "credit_was_spent": "use_credit",
    "not_enough_credit": "use_credit",
}


@require_http_methods(["GET", "HEAD", "POST"])
@may_charge
def charge(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is owed and how it may be paid, or take what is paid."""
    till = _till(request, code)
    if till.visit.status not in CHARGEABLE and not till.can_charge:
        raise booking.IllegalTransition(status=till.visit.status)
    if request.method != "POST":
        initial = {**till.proposal(), "request_id": uuid4()}
        form = _form(till, initial=initial)
        till.sums = till.add_up(initial, {})
        return _show(request, till, form)
    form = _form(till, request.POST)
    sound = form.is_valid()
    till.read(form)
    if not sound:
        return _show(request, till, form, status=422)
    try:
        done = _charge(request, till, form)
    except BusinessLogicError as refusal:
        return _refused(request, till, form, refusal)
    return _charged(request, done)


@require_POST
@may_charge
def sums(request: HttpRequest, code: str) -> HttpResponse:
    """Add up what is typed so far; writes nothing."""
    till = _till(request, code)
    form = _form(till, request.POST)
    form.is_valid()
    till.read(form)
    return render(request, "payments/_charge_sum.html", {"till": till, "form": form})


def _till(request: HttpRequest, code: str) -> Till:
    return Till(find(request.user, code), user=request.user, now=clock.now())


def _form(till: Till, data: QueryDict | None = None, **keywords) -> ChargeForm:
    company = {"therapists": till.therapists, "companions": till.companions}
    return ChargeForm(data, **company, **keywords)


def _charge(request: HttpRequest, till: Till, form: ChargeForm) -> list[Charged]:
    """Carry out what the form says; her own visit comes first in the answer."""
    read, sums = form.cleaned_data, till.sums
    bill = {
        "tenders": sums.tenders,
        "credit_cents": sums.credit,
        "tips": form.tips,
        "discount_cents": None if till.is_debt else read["discount"],
        "discount_reason": read["discount_reason"],
        "excess_to_credit": read["excess_to_credit"],
        "complete": read["close"] or bool(read["debt_reason"]),
        "debt_reason": read["debt_reason"],
    }
    common = {
        "asked": {name: str(value) for name, value in read.items() if name != "request_id"},
        "now": till.now,
        "actor": Actor(user=request.user, request_id=read["request_id"]),
    }
    if not sums.beside:
        version = read["version"]
        return [payments.charge(appointment=till.visit, version=version, **bill, **common)]
    return payments.charge_together(
        payer=till.visit,
        others=[visit for visit, _cents in sums.beside],
        bill=payments.Bill(**bill),
        deposit=till.pays_deposit(read),
        versions={**dict(read["versions"]), till.visit.pk: read["version"]},
        **common,
    )


def _refused(
    request: HttpRequest, till: Till, form: ChargeForm, refusal: BusinessLogicError
) -> HttpResponse:
    reason = str(refusal.facts.get("reason", ""))
    field = FIELDS.get(reason)
    if reason == "needs_a_manager":
        field = "debt_reason" if refusal.facts["permission"] == "spa.leave_debt" else "discount"
    if reason == "reference_missing":
        lacking = next(
            one for one in till.sums.tenders if one.method != "cash" and not one.reference
        )
        field = "card_reference" if lacking.method == "card_terminal" else "transfer_reference"
    form.add_error(field, refusal.detail)
    if isinstance(refusal, KeyMismatch):
        form.data = form.data.copy()
        form.data["request_id"] = str(uuid4())
    return _show(request, till, form, status=refusal.http_status, refusal=refusal)


def _charged(request: HttpRequest, done: list[Charged]) -> HttpResponse:
    visit = done[0].visit
    if not wants_fragment(request):
        messages.success(request, said_of(done))
        return redirect(beside_its_day(visit))
    context = {"visit": visit, "said": said_of(done)}
    response = render(request, "payments/_charged.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "innerHTML"
    response = changed(response, elsewhere=True)
    response["HX-Trigger"] += ", dialog-done"
    return response


def said_of(done: list[Charged]) -> str:
    """Return in a sentence what was taken, and what is handed back."""
    taken = sum(payment.amount_cents for one in done for payment in one.payments)
    said = _("%(name)s: %(amount)s charged") % {
        "name": ", ".join(one.visit.client.name for one in done),
        "amount": money.pesos(taken),
    }
    change = sum(one.change_cents for one in done)
    if change:
        said += " · " + _("%(amount)s change") % {"amount": money.pesos(change)}
    return said


def _show(
    request: HttpRequest,
    till: Till,
    form: ChargeForm,
    *,
    status: int = 200,
    refusal: BusinessLogicError | None = None,
) -> HttpResponse:
    return render_screen(
        request,
        page="payments/charge.html",
        fragment="payments/_charge.html",
        context={"till": till, "visit": till.visit, "form": form, "refusal": refusal},
        status=status,
    )
