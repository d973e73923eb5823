"""What a client allows us to keep, and the alert that needs it (rule book §3, §4; SEC-13, 46)."""

from datetime import datetime

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from spa import encryption
from spa.errors import RuleBroken, Stale
from spa.models import Client, ClientChange, Consent, ConsentKind
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.clients.consent_texts import consent_text_version
from spa.services.clients.refusals import DetailInvalid
from spa.services.transactions import locked_transaction
from spa.text import visible

MAX_ALERT = 120


class HealthConsentMissing(RuleBroken):
    """Health data is kept only while the client's consent to it is in force."""

    default_detail = _("Ask the client for her consent to keep health data, then write it down.")


@locked_transaction
def record_consent(
    *, client: Client, kind: str, given: bool, channel: str, now: datetime, actor: Actor
) -> Consent:
    """Write down that a client allowed something, or takes it back: always a new row (SEC-46).

    Without consent there is no health data: taking it back deletes her alert, old ones too,
    and her health notes.
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="record_consent",
        now=now,
        client=client.pk,
        kind=kind,
        given=given,
        channel=channel,
    )
    if earlier:
        return Consent.objects.get(pk=earlier)
    client = Client.objects.locked().get(pk=client.pk)

    if kind == ConsentKind.HEALTH and not given:
        _forget_health(client, now=now, actor=actor)
    consent = _write_consent(client, kind, given=given, channel=channel, now=now, actor=actor)
    idempotency.settle(actor=actor, result=str(consent.pk))
    return consent


@locked_transaction
def set_alert(
    *,
    client: Client,
    text: str,
    version: int | None = None,
    consent_by: str = "",
    now: datetime,
    actor: Actor,
) -> Client:
    """Keep what whoever books or treats must know ("alergia: frutos secos"), sealed (SEC-38).

    An empty text clears it, which needs no consent. Nothing is written when it is the same.
    `consent_by` is the channel by which the client consents to it now, in the same step.

    :raises Stale: `version` is given and another user changed the client meanwhile
    :raises HealthConsentMissing: no consent to keep health data is in force
    :raises DetailInvalid: it is longer than 120 characters
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="set_client_alert",
        now=now,
        client=client.pk,
        version=version,
        # Keyed: a plain hash of a few words of health data could be guessed back.
        text=salted_hmac("spa.clients.alert", visible(text)).hexdigest(),
        consent_by=consent_by,
    )
    if earlier:
        return Client.objects.get(pk=earlier)
    client = Client.objects.locked().get(pk=client.pk)

    if version is not None and version != client.version:
        raise Stale(version=client.version)
    alert = _alert(text)
    if alert:
        need_health_consent(client, field="alert", consent_by=consent_by, now=now, actor=actor)

    if not _stands(client, alert):
        _write_alert(client, alert, now=now, actor=actor)
    idempotency.settle(actor=actor, result=str(client.pk))
    return client


def need_health_consent(
    client: Client, *, field: str, consent_by: str, now: datetime, actor: Actor
) -> None:
    """See that the locked client allows health data; write her consent down if she gives it now.

    :raises HealthConsentMissing: she has not, or took it back
    """
    if Consent.objects.in_force(client=client, kind=ConsentKind.HEALTH):
        return
    if not consent_by:
        raise HealthConsentMissing(field=field, reason="health_consent_missing")
    _write_consent(client, ConsentKind.HEALTH, given=True, channel=consent_by, now=now, actor=actor)


def _write_consent(
    client: Client, kind: str, *, given: bool, channel: str, now: datetime, actor: Actor
) -> Consent:
    audit.record(
        "CONSENT_GIVEN" if given else "CONSENT_WITHDRAWN",
        subject=f"client:{client.pk}",
        actor=actor,
        now=now,
        reason_code=kind,
        channel=channel,
    )
    return Consent.objects.create(
        client=client,
        kind=kind,
        given=given,
        text_version=_text_version(client, kind, given=given),
        channel=channel,
        at=now,
        recorded_by=actor.user,
    )


def _text_version(client: Client, kind: str, *, given: bool) -> str:
    """Return the version of the text shown; a withdrawal keeps that of what it takes back."""
    last = None if given else Consent.objects.filter(client=client, kind=kind).order_by("pk").last()
    return last.text_version if last else consent_text_version(kind)


def _alert(typed: str) -> str:
    alert = visible(typed)
    if len(alert) > MAX_ALERT:
        raise DetailInvalid(
            _("Shorten the alert to %(limit)s characters.") % {"limit": MAX_ALERT},
            field="alert",
            reason="too_long",
        )
    return alert


def _stands(client: Client, alert: str) -> bool:
    """Return whether that is the client's alert already; one that cannot be read never is."""
    try:
        return client.alert == alert
    except encryption.CannotDecrypt:
        return False


def _write_alert(client: Client, alert: str, *, now: datetime, actor: Actor) -> None:
    ClientChange.objects.create(
        client=client,
        at=now,
        user=actor.user,
        action="CLIENT_EDITED",
        field="alert",
        old_value=client.alert_sealed,
    )
    client.alert_sealed = (
        encryption.encrypt(alert, table="client", pk=client.pk, field="alert") if alert else ""
    )
    client.version += 1
    client.save(update_fields=["alert_sealed", "version"])
    audit.record(
        "CLIENT_EDITED", subject=f"client:{client.pk}", actor=actor, now=now, fields=["alert"]
    )


def _forget_health(client: Client, *, now: datetime, actor: Actor) -> None:
    client.health_notes.all().delete()
    if client.alert_sealed:
        _write_alert(client, "", now=now, actor=actor)
    ClientChange.objects.filter(client=client, field="alert").update(old_value="")
