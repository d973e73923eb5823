"""One client: who she is, what she allows, her visits; and what can be decided about her."""

from collections.abc import Callable
from uuid import uuid4

from django.contrib.auth.decorators import permission_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from frontdesk import client_story, confirm, credit_story, places
from frontdesk.forms.clients import (
    AlertForm,
    ConsentForm,
    CreditForm,
    DeskForm,
    ReasonForm,
    is_minor,
)
from frontdesk.htmx import render_screen, wants_fragment
from frontdesk.views.booking.appointment import beside_its_day
from frontdesk.views.clients.health import may_open
from spa import clock
from spa.encryption import CannotDecrypt
from spa.errors import BusinessLogicError, Stale
from spa.models import (
    ACTIVE,
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    Client,
    Consent,
    ConsentKind,
)
from spa.services import clients, credit
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch

MOST_VISITS, ALL_VISITS, MOST_DUPLICATES = 12, 200, 5
WITHDRAW_HEALTH = _("Withdraw it? Her alert and her health notes are then deleted for good.")
LOST = (AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW, AppointmentStatus.EXPIRED)


@require_safe
@permission_required("spa.view_client", raise_exception=True)
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a client; `?visits=ahead` or `lost` narrows her visits, `all` shows more."""
    return _show(request, get_object_or_404(Client, pk=pk))


@require_POST
@permission_required("spa.change_client", raise_exception=True)
def set_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep or clear the alert, with her consent in the same step where she gives it now.

    What another user changed meanwhile is shown beside what was typed.
    """

    def call(shown: Client, form: AlertForm, **common: object) -> None:
        try:
            clients.set_alert(
                client=shown,
                text=form.cleaned_data["alert"],
                version=form.cleaned_data["version"],
                consent_by=form.consent_by,
                **common,
            )
        except Stale as refusal:
            form.show_again(version=refusal.facts["version"])
            raise

    return _decide(request, pk, "alert_form", AlertForm, call)


@require_POST
@permission_required("spa.change_client", raise_exception=True)
def record_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that she allows something, or takes it back."""
    if _withdraws_health(request.POST) and confirm.is_missing(request):
        there = reverse("client", args=[pk])
        return confirm.ask(request, WITHDRAW_HEALTH, label=_("Withdraw"), back=there)

    def call(shown: Client, form: ConsentForm, **common: object) -> None:
        form.cleaned_data.pop("request_id")
        clients.record_consent(client=shown, **form.cleaned_data, **common)

    return _decide(request, pk, "consent_form", ConsentForm, call)


@require_POST
@permission_required("spa.flag_client", raise_exception=True)
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Make her persona non grata, for a written reason."""

    def call(shown: Client, form: ReasonForm, **common: object) -> None:
        clients.flag(client=shown, reason=form.cleaned_data["reason"], **common)

    return _decide(request, pk, "block_form", ReasonForm, call)


@require_POST
@permission_required("spa.flag_client", raise_exception=True)
def unblock(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift the block, for a written reason."""

    def call(shown: Client, form: ReasonForm, **common: object) -> None:
        clients.lift(client=shown, reason=form.cleaned_data["reason"], **common)

    return _decide(request, pk, "block_form", ReasonForm, call)


@require_POST
@permission_required("spa.issue_clientcredit", raise_exception=True)
def give_credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give her credit by hand, if she still has what the page showed."""
    location = places.current(request)

    def call(shown: Client, form: CreditForm, **common: object) -> None:
        try:
            credit.issue(
                client=shown,
                cents=form.cleaned_data["amount"],
                origin=form.cleaned_data["reason"],
                seen_cents=form.cleaned_data["seen"],
                location=location,
                **common,
            )
        except Stale as refusal:
            form.show_again(seen=refusal.facts["available_cents"])
            raise

    return _decide(request, pk, "credit_form", CreditForm, call)


def _withdraws_health(sent: QueryDict) -> bool:
    return (sent.get("kind"), sent.get("given")) == (ConsentKind.HEALTH, "0")


def _decide(
    request: HttpRequest,
    pk: int,
    name: str,
    kind: type[DeskForm],
    call: Callable[..., None],
) -> HttpResponse:
    """Carry out one command of the page; a refusal gives its form back, the others as new."""
    shown = get_object_or_404(Client, pk=pk)
    form, status = kind(request.POST), 422
    if form.is_valid():
        actor = Actor(user=request.user, request_id=form.cleaned_data["request_id"])
        try:
            call(shown, form, now=clock.now(), actor=actor)
        except BusinessLogicError as refusal:
            form.refuse(refusal)
            status = refusal.http_status
            if isinstance(refusal, KeyMismatch):
                form.forget_request()
        else:
            if not wants_fragment(request):
                return redirect("client", pk=pk)
            return _show(request, Client.objects.get(pk=pk))
    return _show(request, Client.objects.get(pk=pk), status=status, **{name: form})


def _show(
    request: HttpRequest, shown: Client, *, status: int = 200, **forms: DeskForm
) -> HttpResponse:
    return render_screen(
        request,
        page="clients/client.html",
        fragment="clients/_client.html",
        context=_context(request, shown) | forms,
        status=status,
    )


def _context(request: HttpRequest, shown: Client) -> dict:
    """Return what `_client.html` needs. Sixteen queries, one more for who may read the log."""
    user, now, location = request.user, clock.now(), places.of(request).current
    zone = location.tz if location else get_default_timezone()
    today = now.astimezone(zone).date()
    which = request.GET.get("visits", "")
    consents = _consents(shown)
    most = ALL_VISITS if which == "all" else MOST_VISITS
    visits = _visits(request, shown, which, most + 1)
    balance = credit_story.tell(shown, today=today, user=user)
    return {
        "client": shown,
        "zone": zone,
        "today": today,
        "is_vip": shown.is_vip(on=today),
        "needs_guardian": is_minor(shown, today=today) and not shown.guardian_id,
        "seen": clients.visits_of([shown], user=user, now=now).get(shown.pk, clients.Visits()),
        "usual": clients.usual_therapist(shown, user=user),
        "balance": balance,
        "which": which,
        "rows": [_row(visit) for visit in visits[:most]],
        "more": len(visits) > most and which != "all",
        "consents": consents,
        "has_health_consent": any(
            one["kind"] == ConsentKind.HEALTH and one["last"] and one["last"].given
            for one in consents
        ),
        "duplicates": Client.objects.same_as(shown)[:MOST_DUPLICATES],
        "history": client_story.tell(shown, user=user),
        "alert_form": AlertForm(initial={"alert": _readable(shown), "version": shown.version}),
        "block_form": ReasonForm(),
        "credit_form": CreditForm(initial={"seen": balance.cents}),
        "sees_health": may_open(user, shown.pk, now=now),
    }


def _readable(shown: Client) -> str:
    """Return the alert to be edited; none where its seal does not open, which the page says."""
    try:
        return shown.alert
    except CannotDecrypt:
        return ""


def _visits(request: HttpRequest, shown: Client, which: str, most: int) -> list[Appointment]:
    visits = Appointment.objects.visible_to(request.user).filter(client=shown)
    if which == "ahead":
        visits = visits.filter(status__in=ACTIVE)
    elif which == "lost":
        visits = visits.filter(status__in=LOST)
    items = AppointmentItem.objects.select_related("service", "staff").order_by("position")
    return list(
        visits.select_related("location")
        .prefetch_related(Prefetch("items", items))
        .order_by("-starts_at", "-pk")[:most]
    )


def _row(visit: Appointment) -> dict:
    items = list(visit.items.all())
    people = dict.fromkeys(item.staff.first_name for item in items if item.staff)
    return {
        "visit": visit,
        "day": visit.location.today(now=visit.starts_at),
        "address": beside_its_day(visit),
        "services": " + ".join(item.service.name for item in items),
        "people": ", ".join(people),
        "cents": sum(item.price_cents for item in items),
    }


def _consents(shown: Client) -> list[dict]:
    """Return for each kind what the client said last about it. One query."""
    last: dict[str, Consent] = {}
    for consent in shown.consents.order_by("pk"):
        last[consent.kind] = consent
    return [
        {
            "kind": kind,
            "label": label,
            "last": last.get(kind),
            "words": kind in last and clients.consent_text_behind(last[kind].text_version),
            "request_id": uuid4(),
            "question": WITHDRAW_HEALTH if kind == ConsentKind.HEALTH else "",
        }
        for kind, label in ConsentKind.choices
    ]
