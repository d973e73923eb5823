"""The receipt of a visit (*comprobante*): on the screen and on paper."""

from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from frontdesk.till import Till
from spa import clock, money
from spa.models import Appointment
from spa.services import audit
from spa.services.audit import Actor


@dataclass(frozen=True, slots=True)
class Vat:
    """What of the price is base and what is VAT, at one rate. Cents."""

    percent: int
    base: int
    tax: int


@require_safe
@permission_required("spa.view_payment", raise_exception=True)
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a visit cost and how it was paid; opening it is audited."""
    visible = Appointment.objects.visible_to(request.user).select_related("location", "client")
    visit = get_object_or_404(visible, code=code)
    now = clock.now()
    audit.record(
        "ADMIN_ENDPOINT_HIT",
        subject=f"appointment:{visit.code}",
        actor=Actor(user=request.user),
        now=now,
        view="receipt",
    )
    till = Till(visit, user=request.user, now=now)
    context = {"till": till, "visit": visit, "vat": vat_of(till), "now": now}
    return render(request, "payments/receipt.html", context)


def vat_of(till: Till) -> list[Vat]:
    """Return base and VAT by rate; a discount lowers each item by its share of the price."""
    left = till.visit.discount_cents
    price = till.visit.price_cents
    by_rate: dict[int, int] = {}
    for number, item in enumerate(till.items):
        last = number == len(till.items) - 1
        off = left if last else _share(till.visit.discount_cents, item.price_cents, price)
        left -= off
        by_rate[item.vat_percent] = by_rate.get(item.vat_percent, 0) + item.price_cents - off
    return [
        Vat(percent, base, cents - base)
        for percent, cents in sorted(by_rate.items())
        for base in [money.before_vat(cents, percent)]
    ]


def _share(cents: int, part: int, whole: int) -> int:
    """Return the part of an amount in whole pesos, rounded down; the last item takes the rest."""
    return cents * part // whole // money.CENTS * money.CENTS if whole else 0
