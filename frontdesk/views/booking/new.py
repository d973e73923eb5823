"""The booking panel: put a visit together, look at the times, book it.

What is typed about a client travels by POST only, so that no address ever holds it.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid5

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk import client_search, places
from frontdesk.asked import start_is_of_its_day
from frontdesk.booking_panel import Panel
from frontdesk.forms.booking import BookingForm
from frontdesk.guest import Guest
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.paylink import PayLink
from frontdesk.views.booking.appointment import beside_its_day, changed, told
from frontdesk.views.booking.link import show_links
from spa import clock
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Appointment, AppointmentStatus, Client, OverrideReason, PaymentRequest
from spa.services import booking, clients, limits
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch
from spa.services.slots import Member

S = AppointmentStatus
TILL = "#charge"  # what holds.js opens on arrival
may_book = permission_required("spa.book_appointment", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_book
def new(request: HttpRequest) -> HttpResponse:
    """Show the panel with what the query string chooses, or book what was put together."""
    if request.method == "POST":
        return _book(request)
    # Today is the day that nobody chose: with nothing free it may give way to tomorrow.
    today = places.current(request).today(now=clock.now())
    given = {"auto_day": today, "q": "", "name": "", "phone": ""}
    return _show(request, _panel(request, request.GET, chosen=given))


@require_http_methods(["GET", "HEAD", "POST"])
@may_book
def choose(request: HttpRequest) -> HttpResponse:
    """Carry out one button of the panel and show it again; writes nothing."""
    if request.method != "POST":
        return redirect("new_appointment")
    return _show(request, _panel(request, request.POST), fragment="booking/_new_parts.html")


@require_POST
@may_book
def find_clients(request: HttpRequest) -> HttpResponse:
    """List who may be meant by what was typed: a name or a number, or exactly this phone."""
    location = places.current(request)
    context = {"here": location.pk, "today": location.today(now=clock.now())}
    if "phone" in request.POST:
        same = client_search.having_phone(request.POST["phone"], user=request.user)
        return render(request, "booking/_new_same_phone.html", {**context, "same": same})
    typed = request.POST.get("q", "")
    found = {"matches": client_search.matching(typed, user=request.user), "typed": typed.strip()}
    return render(request, "booking/_new_clients.html", {**context, **found})


def _panel(request: HttpRequest, data: QueryDict, **state: object) -> Panel:
    chosen = {**BookingForm(data).read(), **state.pop("chosen", {})}
    location, user = places.current(request), request.user
    return Panel(chosen, location=location, user=user, now=clock.now(), **state)


def _show(
    request: HttpRequest, panel: Panel, *, fragment: str = "booking/_new.html"
) -> HttpResponse:
    panel.times  # noqa: B018 — decides the day, by which prices and badges go
    context = {
        "panel": panel,
        "times": panel.times,
        "today": panel.location.today(now=panel.now),
        "offers_override": panel.enters_past or offers_override(request, panel.problem),
        "override_reasons": OverrideReason.choices,
    }
    status = panel.problem.http_status if panel.problem else 200
    return render_screen(
        request, page="booking/new.html", fragment=fragment, context=context, status=status
    )


def _book(request: HttpRequest) -> HttpResponse:
    panel = _panel(request, request.POST)
    written: dict[int, int] = {}  # the new clients, by the numbers of their guests
    number = None
    try:
        _insist(panel)
        members = []
        for number, guest in enumerate(panel.guests):
            client = guest.client or _create_client(request, panel, guest)
            written[number] = client.pk
            members.append(replace(guest.member, client=client))
        number = None
        _count_mails(request, panel)
        visits = _book_all(request, panel, members)
    except BusinessLogicError as refusal:
        about = refusal.facts.get("guest", number)
        return _show(request, _give_back(request, refusal, written, about))
    return _booked(request, panel, visits)


def _booked(request: HttpRequest, panel: Panel, visits: list[Appointment]) -> HttpResponse:
    """Lead to what was booked; to its till as well, or show its link, if that was pressed."""
    first = visits[0]
    if shown := _links(panel, visits):
        if wants_fragment(request):
            return changed(show_links(request, shown, booked=True))
        return redirect("payment_link", code=shown[0].visit.code)
    unpaid = next((one for one in visits if one.status == S.PENDING_PAYMENT), None)
    if unpaid is None:
        return went_to(request, first, _("Booked"), beside=visits[1:])
    until = unpaid.held_until.astimezone(first.location.tz)
    said = _("Kept until %(time)s for its deposit") % {"time": f"{until:%H:%M}"}
    then = TILL if panel.chosen["then"] == "charge" else ""
    return went_to(request, unpaid if then else first, said, beside=visits[1:], then=then)


def _links(panel: Panel, visits: list[Appointment]) -> list[PayLink]:
    """Return the links that were asked for with these visits. One query."""
    if not _asks_by_link(panel):
        return []
    codes = [visit.code for visit in visits]
    requests = PaymentRequest.objects.open().filter(appointment__in=codes)
    asked = {request.appointment: request for request in requests}
    return [PayLink(visit, asked[visit.code]) for visit in visits if visit.code in asked]


def _asks_by_link(panel: Panel) -> bool:
    pressed = panel.chosen["then"] == "link" and not panel.chosen["waive"]
    return pressed and panel.user.has_perm("spa.send_paymentrequest")


def _book_all(request: HttpRequest, panel: Panel, members: list[Member]) -> list[Appointment]:
    asked = {
        "location": panel.location,
        "starts_at": panel.chosen["start"],
        "now": panel.now,
        "actor": Actor(user=request.user, request_id=panel.request_id),
        "override": asked_override(request, panel.chosen),
        "terms": _terms(panel),
    }
    if panel.is_party:
        return booking.book_party_at(members=members, **asked)
    one = members[0]
    return [booking.book_at(client=one.client, wanted=one.wanted, **asked)]


def _count_mails(request: HttpRequest, panel: Panel) -> None:
    """Count the mails that this booking will send.

    :raises RateLimited: an address has had too many today; without a link it can be booked
    """
    if not _asks_by_link(panel):
        return
    for email in panel.emails:
        limits.count(limits.MAIL_TO, email.lower(), now=panel.now, actor=Actor(user=request.user))


def _terms(panel: Panel) -> booking.Terms:
    """Return what was decided about the deposit, as far as one was asked for."""
    chosen = panel.chosen
    return booking.Terms(
        keep_minutes=chosen["keep"],
        waived=chosen["waive"] or "",
        link=_asks_by_link(panel),
    )


def asked_override(request: HttpRequest, chosen: dict) -> booking.Override | None:
    """Return the override that was asked for, if it is the user's to give."""
    if not chosen["override"] or not request.user.has_perm("spa.override_policy"):
        return None
    return booking.Override(chosen["override"])


def offers_override(request: HttpRequest, problem: BusinessLogicError | None) -> bool:
    """Say whether the user may let pass what stands in the way."""
    may = problem is not None and booking.can_pass(problem)
    return may and request.user.has_perm("spa.override_policy")


def _insist(panel: Panel) -> None:
    """Refuse a form that is not complete.

    :raises BusinessLogicError: something is missing, or what was chosen is not to be had
    """
    chosen = panel.chosen
    if panel.problem:
        raise panel.problem
    for number, guest in enumerate(panel.guests):
        if not guest.is_somebody:
            sentence = _("Choose a client, or write down a new one.")
            raise RuleBroken(sentence, reason="client_missing", guest=number)
        if not guest.picks:
            raise RuleBroken(_("Choose a service."), reason="service_missing", guest=number)
    if not start_is_of_its_day(chosen, panel.location):
        raise RuleBroken(_("Choose one of the times of this day."), reason="start_missing")
    if chosen["request_id"] is None:
        raise RuleBroken(_("This form is out of date. Send it once more."), reason="request_id")


def _create_client(request: HttpRequest, panel: Panel, guest: Guest) -> Client:
    step = f"client {guest.number}" if guest.number else "client"
    return clients.create(
        name=guest.chosen["name"] or "",
        phone=guest.chosen["phone"] or "",
        now=panel.now,
        actor=Actor(user=request.user, request_id=uuid5(panel.request_id, step)),
    )


def _give_back(
    request: HttpRequest, refusal: BusinessLogicError, written: dict[int, int], about: int | None
) -> Panel:
    """Return the panel filled in as it was, open at the guest whom the refusal is `about`.

    A client who was written down stays chosen.
    """
    kept: dict = {"auto_start": None, "written": written}  # the time stays, whoever chose it
    if about is not None:
        kept["edit"] = about
    if isinstance(refusal, KeyMismatch):
        kept["request_id"] = None
    return _panel(request, request.POST, problem=refusal, chosen=kept)


def went_to(
    request: HttpRequest,
    visit: Appointment,
    done: str,
    *,
    beside: Sequence[Appointment] = (),
    then: str = "",
) -> HttpResponse:
    """Lead to the visit on its day, with a word about what was done to it and those `beside` it.

    `then` is a fragment of the address that opens something there.
    """
    messages.success(request, told(done, [visit, *beside]))
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": beside_its_day(visit) + then})
    return redirect(beside_its_day(visit) + then)
