"""What a manager makes of money without a home: three ways, each asked about before it is done."""

from collections.abc import Callable
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from frontdesk import client_search, confirm, places
from frontdesk.forms.unapplied import ApplyForm, CreditForm, DecisionForm, RefundedForm
from frontdesk.homeless import likely_clients, payer_of
from frontdesk.htmx import wants_fragment
from frontdesk.templatetags.spa import clock as clock_of
from frontdesk.templatetags.spa import day_within, local_day
from frontdesk.views.payments.unapplied import Look, find, may_look
from spa import clock, money
from spa.errors import BusinessLogicError
from spa.models import Appointment, Client, GatewayTransaction, SpaPolicy
from spa.services import gateway
from spa.services.audit import Actor

may_decide = permission_required("spa.resolve_gatewaytransaction", raise_exception=True)


@require_safe
@may_look
def unapplied_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one of it with its payer, and the ways to decide; audited."""
    return _show(request, find(request, pk))


@require_POST
@may_decide
def unapplied_clients(request: HttpRequest, pk: int) -> HttpResponse:
    """List who may be meant by what was typed; on the whole page for who has no script."""
    row = find(request, pk)
    if wants_fragment(request):
        typed = request.POST.get("q", "")
        clients = client_search.matching(typed, user=request.user)
        context = {
            "clients": clients or likely_clients(row, payer_of(row), user=request.user),
            "typed": typed if not clients else "",
            "today": places.current(request).today(now=clock.now()),
        }
        return render(request, "unapplied/_unapplied_clients.html", context)
    # What was typed so far is shown again, and blamed for nothing yet.
    return _show(request, row, CreditForm(initial=request.POST.dict()))


@require_POST
@may_decide
def unapplied_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it pay a visit."""
    row, form = find(request, pk), ApplyForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=422)
    visible = Appointment.objects.visible_to(request.user).select_related("client", "location")
    visit = visible.filter(code=form.chosen).first()
    if visit is None:
        form.add_error("code", _("No visit of yours has this code."))
        return _show(request, row, form, status=422)
    if visit.balance_cents > 0 and _is_to_be_asked(request, row):
        return _ask(request, row, _pays(row, visit), label=_("Apply to the visit"))

    def decide(**of: object) -> None:
        gateway.apply(appointment=visit, **of)

    said = _("%(amount)s was applied to %(code)s") % {
        "amount": money.pesos(row.posted_cents),
        "code": visit.code,
    }
    return _decide(request, row, form, decide, said)


@require_POST
@may_decide
def unapplied_credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to a client as credit."""
    row, form = find(request, pk), CreditForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=422)
    client = Client.objects.filter(pk=form.cleaned_data["client"]).first()
    if client is None:
        form.add_error("client", _("Choose whom it is given to."))
        return _show(request, row, form, status=422)
    amount = {"amount": money.pesos(row.posted_cents), "name": client.name}
    if _is_to_be_asked(request, row):
        days = {"days": SpaPolicy.current().credit_days}
        question = _(
            "%(amount)s becomes credit of %(name)s, to be spent within %(days)s days. "
            "It is not taken back from here."
        )
        return _ask(request, row, question % {**amount, **days}, label=_("Give as credit"))
    location = row.payment.location if row.payment else places.current(request)

    def decide(**of: object) -> None:
        gateway.give_as_credit(client=client, location=location, **of)

    said = _("%(amount)s is now credit of %(name)s") % amount
    return _decide(request, row, form, decide, said)


@require_POST
@may_decide
def unapplied_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that it was given back outside."""
    row, form = find(request, pk), RefundedForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=422)
    amount = {"amount": money.exact(row.amount_cents, row.currency)}
    if _is_to_be_asked(request, row):
        question = _(
            "You write down that %(amount)s went back to the payer already. Nothing is sent by "
            "this, neither at Wompi nor at a bank."
        )
        return _ask(request, row, question % amount, label=_("It was given back"))
    said = _("%(amount)s is written down as given back") % amount
    return _decide(request, row, form, gateway.record_refund, said)


def _pays(row: GatewayTransaction, visit: Appointment) -> str:
    """Return the question before a visit is paid: who, what she owes, and what is left then."""
    zone = visit.location.tz
    facts = {
        "amount": money.pesos(row.posted_cents),
        "code": visit.code,
        "name": visit.client.name,
        "day": day_within(local_day(visit.starts_at, zone)),
        "time": clock_of(visit.starts_at, zone),
        "owed": money.pesos(visit.balance_cents),
        "left": money.pesos(abs(visit.balance_cents - row.posted_cents)),
    }
    pays = _("%(amount)s pays %(code)s: %(name)s, %(day)s at %(time)s. She owes %(owed)s for it.")
    if row.posted_cents < visit.balance_cents:
        then = _("%(left)s is left to pay afterwards.")
    elif row.posted_cents > visit.balance_cents:
        then = _("It is paid by that, and the other %(left)s becomes her credit.")
    else:
        then = _("It is paid by that.")
    return f"{pays % facts} {then % facts}"


def _is_to_be_asked(request: HttpRequest, row: GatewayTransaction) -> bool:
    return confirm.FIELD not in request.POST and not row.resolution


def _ask(
    request: HttpRequest, row: GatewayTransaction, question: str, *, label: str
) -> HttpResponse:
    back = f"{reverse('unapplied_one', args=[row.pk])}{places.query(request)}"
    return confirm.ask(request, question, label=label, back=back)


def _decide(
    request: HttpRequest,
    row: GatewayTransaction,
    form: DecisionForm,
    decide: Callable,
    said: str,
) -> HttpResponse:
    """Carry out a decision, or give its form back as it was filled in."""
    read = form.cleaned_data
    try:
        decide(
            transaction=row,
            note=read["note"],
            now=clock.now(),
            actor=Actor(user=request.user, request_id=read["request_id"]),
        )
    except BusinessLogicError as refusal:
        form.refuse(refusal)
        return _show(request, find(request, row.pk), form, status=refusal.http_status)
    messages.success(request, said)
    return redirect(f"{reverse('unapplied')}{places.query(request)}")


def _show(
    request: HttpRequest,
    row: GatewayTransaction,
    form: DecisionForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    look = Look(request, row)
    forms = {
        one.name: one(initial={"request_id": uuid4()})
        for one in (ApplyForm, CreditForm, RefundedForm)
    }
    if form:
        forms[form.name] = form
    typed = (forms["credit"]["q"].value() or "") if look.is_open else ""
    clients = client_search.matching(typed, user=request.user)
    location = places.current(request)
    context = {
        "look": look,
        "row": row,
        "asked_cents": gateway.asked_of(row),
        "forms": forms,
        "refused": form if form and form.errors else None,
        "typed": typed if not clients else "",
        "clients": clients or (look.clients if look.is_open else []),
        "today": location.today(now=clock.now()),
        "zone": location.tz,
    }
    return render(request, "unapplied/unapplied.html", context, status=status)
