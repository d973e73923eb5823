"""The pages of paying by link: what is asked for, what became of it (rule book §6, SEC-25…28).

A GET changes nothing but counters: mail programs and messengers open links before people do.
"""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk import address, pay_reading
from frontdesk.pay_page import UNDER_WAY
from frontdesk.pay_reading import Reading
from frontdesk.pay_words import named, status, why_refused, words
from frontdesk.token_pages import find, leads_to_the_checkout, token_page
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import Payment, PaymentRequest
from spa.services import gateway, limits, links, payment_requests
from spa.services.gateway import CannotPay
from spa.services.messages import calendar, ics
from spa.wompi import checkout, keys

# For so long after the last attempt the page is there to which Wompi sends its payer back.
BACK_WITHIN = timedelta(hours=24)
LANGUAGES = {"es": "es-co", "en": "en"}
MARK = "Pay-State"  # with it a page that is open asks whether there is anything new


@token_page
@leads_to_the_checkout
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked for; the button leads to Wompi, with nothing of the client."""
    now = clock.now()
    asked = find(links.PAY, token, request, now=now)
    if request.method != "POST":
        limits.count(limits.PAY_PAGE, links.PAY, asked.public_id, now=now)
        return _answer(request, _shown(asked))
    limits.count(limits.PAY_BUTTON, asked.public_id, now=now)
    limits.count(limits.PAY_BUTTON_FROM, address.counted(request), now=now)
    if "again" in request.POST:
        payment_requests.ask_again(request=asked, now=now)
        return _see_other(request.get_full_path())
    try:
        opened = gateway.open_attempt(request=asked, now=now)
    except CannotPay as refusal:
        return _answer(request, _shown(asked), refusal=refusal)
    return _see_other(_checkout(asked, opened))


@token_page
@require_safe
def visit_file(request: HttpRequest, token: str) -> HttpResponse:
    """Give the visit for a calendar, once nothing stands in its way."""
    now = clock.now()
    asked = find(links.PAY, token, request, now=now)
    limits.count(limits.PAY_PAGE, links.PAY, asked.public_id, now=now)
    reading = _shown(asked)
    if not reading.is_in_calendars:
        raise Http404
    with translation.override(reading.client.language):
        name, file = _("visit.ics"), ics.write(calendar.event_of(reading.visit, now=now))
    return HttpResponse(
        file,
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@token_page
@require_safe
def pay_return(request: HttpRequest, token: str) -> HttpResponse:
    """Tell who comes back from Wompi what became of it; whatever the address claims is ignored."""
    now = clock.now()
    asked = find(links.RETURN, token, request, now=now)
    limits.count(limits.PAY_PAGE, links.RETURN, asked.public_id, now=now)
    reading = pay_reading.read(asked, now=now, is_back=True)
    last = reading.facts.last
    if last is None or now >= last.at + BACK_WITHIN:
        raise Http404
    if last.is_undecided and reading.state in UNDER_WAY:
        payment = Payment.objects.filter(request=asked).latest("pk")
        gateway.hurry(payment=payment, now=now)
    return _answer(request, reading, is_back=True)


def _shown(asked: PaymentRequest) -> Reading:
    reading = pay_reading.read(asked, now=clock.now())
    if not pay_reading.is_shown(reading):
        raise Http404
    return reading


def _answer(
    request: HttpRequest,
    read: Reading,
    *,
    is_back: bool = False,
    refusal: BusinessLogicError | None = None,
) -> HttpResponse:
    """Draw the page in her language, or only what changed; 204 where nothing did."""
    mark = request.headers.get(MARK)
    if mark == read.mark:
        response = HttpResponse(status=204)
    else:
        said = LANGUAGES.get(request.GET.get("lang", ""), read.client.language)
        with translation.override(said):
            response = render(
                request,
                "pay/_main.html" if mark else "pay/page.html",
                {
                    "read": read,
                    "visit": read.visit,
                    "zone": read.house.tz,
                    "house": read.house,
                    "words": status(read)
                    if is_back
                    else named(words(read), read.client.first_name),
                    "why": why_refused(read),
                    "is_back": is_back,
                    "refusal": refusal,
                    "token": request.resolver_match.kwargs["token"],
                },
                status=refusal.http_status if refusal else 200,
            )
        response.headers["Content-Language"] = said
    patch_vary_headers(response, [MARK])
    return response


def _checkout(asked: PaymentRequest, opened: gateway.Opened) -> str:
    # Wompi learns of a page that tells the state, never of the one that pays (SEC-26).
    back = links.token(links.RETURN, asked.public_id, asked.token_version)
    return checkout.checkout_url(
        keys=keys.load(),
        reference=opened.payment.reference,
        amount_in_cents=opened.payment.amount_cents,
        expires_at=opened.ends_at,
        return_url=settings.SITE_URL + reverse("pay_return", args=[back]),
    )


def _see_other(where: str) -> HttpResponse:
    """Send a browser on by GET, whatever it posted."""
    return HttpResponse(status=303, headers={"Location": where})
