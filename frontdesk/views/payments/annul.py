"""Having Wompi annul a card payment of today: asked for here, done when Wompi says so."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from frontdesk import confirm, places
from frontdesk.forms.single import SingleValues
from frontdesk.htmx import wants_fragment
from frontdesk.views.payments.payment import find, may_give_back, show
from spa import clock, money
from spa.errors import BusinessLogicError
from spa.services.audit import Actor
from spa.services.gateway import void


class AnnulForm(SingleValues):
    """That it is meant, once."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)


@require_POST
@may_give_back
def annul(request: HttpRequest, code: str) -> HttpResponse:
    """Ask Wompi to annul a payment whole."""
    found, form = find(request, code), AnnulForm(request.POST)
    there = f"{reverse('payment', args=[code])}{places.query(request)}"
    if not form.is_valid():
        return show(request, found, status=422)
    if confirm.is_missing(request):
        question = _("Have Wompi annul this payment? The payer gets %(amount)s back on her card.")
        amount = {"amount": money.pesos(found.amount_cents)}
        return confirm.ask(request, question % amount, label=_("Annul at Wompi"), back=there)
    actor = Actor(user=request.user, request_id=form.cleaned_data["request_id"])
    try:
        void.ask(payment=found, now=clock.now(), actor=actor)
    except BusinessLogicError as refusal:
        if wants_fragment(request):
            raise  # as a notice: the page stays
        return show(request, found, status=refusal.http_status, refusal=refusal)
    messages.success(request, _("Wompi was asked to annul it"))
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return redirect(there)
