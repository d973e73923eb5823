"""A client's details: written down for the first time, and changed."""

from collections.abc import Collection

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk.forms.clients import DeskForm, EditClientForm, NewClientForm
from spa import clock, phones
from spa.errors import BusinessLogicError, Stale
from spa.models import Client
from spa.services import clients
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch

MOST_SAME = 5


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.change_client", raise_exception=True)
def new(request: HttpRequest) -> HttpResponse:
    """Write down a new client; who has the same phone is shown, and is no obstacle."""
    form, status = NewClientForm(), 200
    if request.method == "POST":
        form, status = NewClientForm(request.POST), 422
        if _can_be_kept(form):
            details = {field: form.cleaned_data[field] for field in ("name", "phone", "email")}
            try:
                made = clients.create(**details, now=clock.now(), actor=_actor(request, form))
            except BusinessLogicError as refusal:
                status = _refuse(form, refusal)
            else:
                return redirect("client", pk=made.pk)
    context = {"form": form, "same": _having(form["phone"].value())}
    return render(request, "clients/client_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("spa.change_client", raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a client's details; what another user changed meanwhile is shown beside them."""
    client = get_object_or_404(Client.objects.select_related("guardian"), pk=pk)
    form, status, clashes = EditClientForm.about(client), 200, []
    if request.method == "POST":
        form, status = EditClientForm(request.POST, client=client), 422
        if _can_be_kept(form):
            try:
                clients.edit(
                    client=client,
                    version=form.cleaned_data["version"],
                    shown=form.shown,
                    **form.details,
                    now=clock.now(),
                    actor=_actor(request, form),
                )
            except Stale as refusal:
                client.refresh_from_db()
                clashes = _clashes(form, client, refusal.facts["fields"])
                form.show_again(client, clashing=refusal.facts["fields"])
                status = _refuse(form, refusal)
            except BusinessLogicError as refusal:
                status = _refuse(form, refusal)
            else:
                return redirect("client", pk=pk)
    context = {"form": form, "client": client, "clashes": clashes}
    return render(request, "clients/client_edit.html", context, status=status)


@require_POST
@permission_required("spa.change_client", raise_exception=True)
def same_phone(request: HttpRequest) -> HttpResponse:
    """Show whose number that is already, while it is typed."""
    return render(request, "clients/_same_phone.html", {"same": _having(request.POST.get("phone"))})


def _actor(request: HttpRequest, form: DeskForm) -> Actor:
    return Actor(user=request.user, request_id=form.cleaned_data["request_id"])


def _can_be_kept(form: NewClientForm) -> bool:
    """Mark each field that cannot be kept: the service would stop at the first."""
    form.is_valid()
    typed = {field: form.cleaned_data.get(field) for field in ("name", "phone", "email")}
    for refusal in clients.check(**{k: text for k, text in typed.items() if text is not None}):
        form.refuse(refusal)
    return form.is_valid()


def _refuse(form: DeskForm, refusal: BusinessLogicError) -> int:
    form.refuse(refusal)
    if isinstance(refusal, KeyMismatch):
        form.forget_request()
    return refusal.http_status


def _having(typed: str | None) -> list[Client]:
    try:
        number = phones.normalise((typed or "")[:40])
    except phones.PhoneInvalid:
        return []
    return list(Client.objects.filter(phone=number).order_by("search_name", "pk")[:MOST_SAME])


def _clashes(form: EditClientForm, client: Client, fields: Collection[str]) -> list[dict]:
    """Return what was typed and what is stored now where two users changed the same."""
    typed = form.details
    return [
        {"label": form[field].label, "typed": typed[field], "stored": getattr(client, field)}
        for field in fields
    ]
