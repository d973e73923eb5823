"""Health notes: written with consent, opened on the record (rule book §3; SEC-13, 46)."""

from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from spa import encryption
from spa.models import Client, HealthNote
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.clients.consents import HealthConsentMissing, need_health_consent
from spa.services.clients.refusals import DetailInvalid
from spa.services.transactions import locked_transaction
from spa.text import visible

MAX_NOTE = 2000


@locked_transaction
def write_health_note(
    *, client: Client, text: str, consent_by: str = "", now: datetime, actor: Actor
) -> HealthNote:
    """Keep a note about a client's health, sealed. Notes are added, never rewritten.

    `consent_by` is the channel by which she consents to it now, in the same step. Who may
    write about whom is decided by the view (`spa.write_health_note`, and her own visits).

    :raises HealthConsentMissing: no consent to keep health data is in force
    :raises DetailInvalid: it is empty, or longer than 2,000 characters
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="write_health_note",
        now=now,
        client=client.pk,
        # Keyed: a plain hash of a few words of health data could be guessed back.
        text=salted_hmac("spa.clients.health_note", visible(text)).hexdigest(),
        consent_by=consent_by,
    )
    if earlier:
        return _written(earlier)
    client = Client.objects.locked().get(pk=client.pk)

    note_text = _note(text)
    need_health_consent(client, field="note", consent_by=consent_by, now=now, actor=actor)

    # The seal names its row, so the row comes first.
    note = HealthNote.objects.create(client=client, at=now, written_by=actor.user)
    note.text_sealed = encryption.encrypt(note_text, table="healthnote", pk=note.pk, field="text")
    note.save(update_fields=["text_sealed"])

    audit.record("HEALTH_NOTE_WRITTEN", subject=f"client:{client.pk}", actor=actor, now=now)
    idempotency.settle(actor=actor, result=str(note.pk))
    return note


def open_health_notes(*, client: Client, now: datetime, actor: Actor) -> list[HealthNote]:
    """Return a client's notes, the latest first, once it stands in the log that they were opened.

    The entry is committed on its own before anything is read, so that it stays whatever
    happens to the page. Never call it inside a transaction.
    """
    with transaction.atomic(durable=True):
        audit.record("HEALTH_NOTES_VIEWED", subject=f"client:{client.pk}", actor=actor, now=now)
    return list(client.health_notes.select_related("written_by").order_by("-at", "-pk"))


def _written(key: str) -> HealthNote:
    """Return the note of a request that was carried out before.

    :raises HealthConsentMissing: it went when her consent was withdrawn
    """
    note = HealthNote.objects.filter(pk=key).first()
    if note is None:
        raise HealthConsentMissing(field="note", reason="health_consent_missing")
    return note


def _note(typed: str) -> str:
    note = visible(typed, keep_lines=True)
    if not note:
        raise DetailInvalid(_("Write the note."), field="note", reason="note_missing")
    if len(note) > MAX_NOTE:
        raise DetailInvalid(
            _("Shorten the note to %(limit)s characters.") % {"limit": MAX_NOTE},
            field="note",
            reason="too_long",
        )
    return note
