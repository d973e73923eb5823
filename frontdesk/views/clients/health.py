"""Health notes: one click away, for who books or treats the client, each opening on the record."""

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import get_default_timezone
from django.views.decorators.http import require_POST

from frontdesk import places
from frontdesk.forms.clients import NoteForm
from frontdesk.htmx import render_screen
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import Appointment, Client, Consent, ConsentKind, User
from spa.services import clients
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch


@require_POST
@permission_required("spa.view_health_note", raise_exception=True)
def health_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the notes. A POST, since it writes down who did."""
    return _open(request, _find(request, pk), NoteForm())


@require_POST
@permission_required(["spa.view_health_note", "spa.write_health_note"], raise_exception=True)
def write_health_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a note, and show all of them; a refusal gives the form back as it was typed."""
    client = _find(request, pk)
    form, status = NoteForm(request.POST), 422
    if form.is_valid():
        try:
            clients.write_health_note(
                client=client,
                text=form.cleaned_data["note"],
                consent_by=form.consent_by,
                now=clock.now(),
                actor=Actor(user=request.user, request_id=form.cleaned_data["request_id"]),
            )
        except BusinessLogicError as refusal:
            form.refuse(refusal)
            status = refusal.http_status
            if isinstance(refusal, KeyMismatch):
                form.forget_request()
        else:
            form, status = NoteForm(), 200
    return _open(request, client, form, status=status)


def may_open(user: User, pk: int, *, now: datetime) -> bool:
    """Return whether the user may know of a client's health (decision 13). One query or none."""
    if user.has_perm("spa.flag_client"):  # who decides about the clients of every house
        return True
    return Appointment.objects.telling_health_to(user, now=now).filter(client=pk).exists()


def _find(request: HttpRequest, pk: int) -> Client:
    """Return the client; one whom the user neither books nor treats does not exist."""
    if not may_open(request.user, pk, now=clock.now()):
        raise Http404
    return get_object_or_404(Client, pk=pk)


def _open(
    request: HttpRequest, client: Client, form: NoteForm, *, status: int = 200
) -> HttpResponse:
    now, location = clock.now(), places.of(request).current
    sees_whole_names = request.user.has_perm("spa.view_client")
    context = {
        "client": client,
        "opened": True,
        "client_name": client.name if sees_whole_names else client.short_name,
        "notes": clients.open_health_notes(client=client, now=now, actor=Actor(user=request.user)),
        "has_consent": Consent.objects.in_force(client=client, kind=ConsentKind.HEALTH),
        "form": form,
        "zone": location.tz if location else get_default_timezone(),
    }
    return render_screen(
        request,
        page="clients/health_notes.html",
        fragment="clients/_health_notes.html",
        context=context,
        status=status,
    )
