"""A visit's payment link at the desk: shown, sent, ended. The secret stands in no address."""

from datetime import datetime
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk import confirm, places
from frontdesk.forms.booking import LinkForm
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.paylink import PayLink
from frontdesk.templatetags.spa import masked
from frontdesk.views.booking.appointment import (
    beside_its_day,
    changed,
    find,
    show,
    visit_context,
)
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import Appointment, PaymentRequest
from spa.services import limits, payment_requests
from spa.services.audit import Actor

may_send = permission_required("spa.send_paymentrequest", raise_exception=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may_send
def link(request: HttpRequest, code: str) -> HttpResponse:
    """Show the visit's link; a POST opens one where none is."""
    visit = find(request.user, code)
    if request.method == "POST":
        return _open(request, visit)
    places.current(request)  # of another house there is nothing to see
    asked = PaymentRequest.objects.open().filter(appointment=visit.code).first()
    if asked is None:
        return redirect(beside_its_day(visit))
    return show_links(request, [PayLink(visit, asked)])


@require_POST
@may_send
def send_link(request: HttpRequest, code: str) -> HttpResponse:
    """Send the visit's link by email; the same form sends it once. Counted before it is tried."""
    visit, form, now = find(request.user, code), LinkForm(request.POST), clock.now()
    actor = Actor(user=request.user, request_id=form.asked("request_id", None) or uuid4())
    try:
        count(visit, now=now, actor=actor)
        payment_requests.send(appointment=visit, now=now, actor=actor)
    except BusinessLogicError as refusal:
        return _refused(request, visit, form, refusal)
    said = _("Payment link sent to %(email)s") % {"email": masked(visit.client.email)}
    return _done(request, visit, said)


@require_POST
@may_send
def end_link(request: HttpRequest, code: str) -> HttpResponse:
    """End the visit's link, once that was asked about."""
    visit, form = find(request.user, code), LinkForm(request.POST)
    if confirm.is_missing(request):
        return confirm.ask(
            request,
            _("End this payment link? Nobody can begin to pay by it any more."),
            label=_("End the link"),
            back=beside_its_day(visit),
        )
    actor = Actor(user=request.user, request_id=form.asked("request_id", None) or uuid4())
    try:
        payment_requests.end(appointment=visit, now=clock.now(), actor=actor)
    except BusinessLogicError as refusal:
        return _refused(request, visit, form, refusal)
    return _done(request, visit, _("The payment link is ended"))


def count(visit: Appointment, *, now: datetime, actor: Actor) -> None:
    """Count a mail with a link, by visit and by address; who has none gets no mail.

    :raises RateLimited: that is one too many
    """
    if visit.client.email:
        limits.count(limits.LINK_SENT, visit.code, now=now, actor=actor)
        limits.count(limits.MAIL_TO, visit.client.email.lower(), now=now, actor=actor)


def show_links(
    request: HttpRequest,
    links: list[PayLink],
    *,
    booked: bool = False,
    refusal: BusinessLogicError | None = None,
    visit: Appointment | None = None,
) -> HttpResponse:
    """Draw links in the dialog, or as a page: those of a party together, one with its code."""
    visit = visit or links[0].visit
    is_party = len(links) > 1
    context = {
        "visit": visit,
        "names": ", ".join(one.visit.client.first_name for one in links)
        if is_party
        else visit.client.first_name,
        "staff": "" if is_party else _staff(visit),
        "day": visit.location.today(now=visit.starts_at),
        "zone": visit.location.tz,
        "links": links,
        "booked": booked,
        "refusal": refusal,
        "now": clock.now(),
        "address": beside_its_day(visit),
    }
    return render_screen(
        request,
        page="booking/link.html",
        fragment="booking/_links.html",
        context=context,
        status=refusal.http_status if refusal else 200,
    )


def _staff(visit: Appointment) -> str:
    """Return who treats her, in their order. One query."""
    names = visit.items.order_by("position").values_list("staff__name", flat=True)
    return ", ".join(dict.fromkeys(filter(None, names)))


def _open(request: HttpRequest, visit: Appointment) -> HttpResponse:
    actor = Actor(user=request.user)
    try:
        asked = payment_requests.open_request(appointment=visit, now=clock.now(), actor=actor)
    except BusinessLogicError as refusal:
        return changed(show_links(request, [], visit=visit, refusal=refusal), elsewhere=True)
    if not wants_fragment(request):
        return redirect(f"{request.path}{places.query(request)}")
    return changed(show_links(request, [PayLink(visit, asked)]), elsewhere=True)


def _refused(
    request: HttpRequest, visit: Appointment, form: LinkForm, refusal: BusinessLogicError
) -> HttpResponse:
    shown = form.asked("version", 0)
    context = visit_context(request.user, visit.code, shown=shown) | {"refusal": refusal}
    response = show(request, context, status=refusal.http_status)
    if refusal.retry_after_seconds:
        response["Retry-After"] = str(refusal.retry_after_seconds)
    return changed(response)


def _done(request: HttpRequest, visit: Appointment, said: str) -> HttpResponse:
    if not wants_fragment(request):
        messages.success(request, said)
        return redirect(beside_its_day(visit))
    return changed(show(request, visit_context(request.user, visit.code) | {"done": said}))
