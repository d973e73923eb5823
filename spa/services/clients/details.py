"""Who a client is and how she is reached (rule book §4, `Client`)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spa import phones, text
from spa.errors import Stale
from spa.models import Client, ClientChange, Consent, ConsentChannel, ConsentKind
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.clients.consent_texts import consent_text_version
from spa.services.clients.refusals import DetailInvalid
from spa.services.transactions import locked_transaction

MAX_NAME, MAX_EMAIL = 80, 254
EARLIEST_BIRTH = date(1900, 1, 1)


class Details(TypedDict, total=False):
    """What can be edited; what is left out stays as it is. `guardian` and a date may be None."""

    name: str
    phone: str
    email: str
    language: str
    birth_date: date | None
    guardian: Client | None


@locked_transaction
def create(
    *,
    name: str,
    phone: str,
    email: str = "",
    now: datetime,
    actor: Actor,
    channel: str = ConsentChannel.DESK,
) -> Client:
    """Write down a new client with her consent to keep her data (rule book §4; law 1581).

    A phone that another client has is no obstacle: families share one. A repeated
    `request_id` returns the first client.

    :raises DetailInvalid: name, phone or email cannot be kept; `facts["field"]` says which
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="create_client",
        now=now,
        name=name,
        phone=phone,
        email=email,
        channel=channel,
    )
    if earlier:
        return Client.objects.get(pk=earlier)

    kept = {"name": _name(name), "phone": _phone(phone), "email": _email(email)}

    client = Client.objects.create(created_at=now, **kept)
    Consent.objects.create(
        client=client,
        kind=ConsentKind.DATA,
        given=True,
        text_version=consent_text_version(ConsentKind.DATA),
        channel=channel,
        at=now,
        recorded_by=actor.user,
    )

    audit.record("CLIENT_CREATED", subject=f"client:{client.pk}", actor=actor, now=now)
    idempotency.settle(actor=actor, result=str(client.pk))
    return client


@locked_transaction
def edit(
    *,
    client: Client,
    version: int | None = None,
    shown: Mapping[str, str] | None = None,
    now: datetime,
    actor: Actor,
    **changes: Unpack[Details],
) -> Client:
    """Change what is known of a client; only what differs is written, each with its old value.

    `shown` is what the person at the desk had before her, as `as_texts` returns it: what she left
    as it was shown stays as another user left it meanwhile. Guardians are no wards themselves, so
    that they cannot form a ring.

    :raises Stale: `version` is given and another user edited her meanwhile; with `shown` only
        where both changed the same to different things, which `facts["fields"]` names
    :raises DetailInvalid: a value cannot be kept; `facts["field"]` says which
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="edit_client",
        now=now,
        client=client.pk,
        version=version,
        **{
            field: value.pk if isinstance(value, Client) else value
            for field, value in changes.items()
        },
    )
    if earlier:
        return Client.objects.get(pk=earlier)
    guardian = changes.get("guardian")
    # In one statement, by primary key: two that name each other do not wait in a ring.
    locked = {
        one.pk: one
        for one in Client.objects.locked().filter(pk__in={client.pk, guardian and guardian.pk})
    }
    client = locked[client.pk]

    kept = _touched(changes, shown)
    if "birth_date" in kept:
        kept["birth_date"] = _birth_date(kept["birth_date"], today=timezone.localdate(now))
    if "guardian" in kept:
        kept["guardian"] = _guardian(guardian and locked[guardian.pk], of=client)
    before = {field: getattr(client, field) for field in kept}
    if version is not None and version != client.version:
        both = [
            f for f in kept if kept[f] != before[f] and _as_text(before[f]) != (shown or {}).get(f)
        ]
        if both or shown is None:
            raise Stale(version=client.version, fields=both)

    changed = [field for field, value in kept.items() if value != before[field]]
    if changed:
        for field in changed:
            setattr(client, field, kept[field])
        client.version += 1
        client.save(update_fields=[*changed, "version"])
        ClientChange.objects.bulk_create(
            ClientChange(
                client=client,
                at=now,
                user=actor.user,
                action="CLIENT_EDITED",
                field=field,
                old_value=_as_text(before[field]),
            )
            for field in changed
        )
        audit.record(
            "CLIENT_EDITED", subject=f"client:{client.pk}", actor=actor, now=now, fields=changed
        )
    idempotency.settle(actor=actor, result=str(client.pk))
    return client


def as_texts(client: Client) -> dict[str, str]:
    """Return what can be edited of a client, by field, as texts that can be compared."""
    return {field: _as_text(getattr(client, field)) for field in Details.__annotations__}


def _touched(changes: Details, shown: Mapping[str, str] | None) -> dict[str, object]:
    """Return what was not left as it was shown, as it is kept."""
    if unknown := changes.keys() - Details.__annotations__.keys():
        raise TypeError(f"a client has no {', '.join(sorted(unknown))} to edit")
    kept = {field: CLEAN.get(field, _as_it_is)(value) for field, value in changes.items()}
    return {f: new for f, new in kept.items() if not shown or _as_text(new) != shown.get(f)}


def _name(typed: str) -> str:
    try:
        name = text.clean_name(typed)
    except ValidationError as error:
        reason = "name_missing" if error.code == "required" else "name_unfit"
        raise DetailInvalid(error.message, field="name", reason=reason) from error
    if len(name) > MAX_NAME:
        raise DetailInvalid(
            _("Shorten the name to %(limit)s characters.") % {"limit": MAX_NAME},
            field="name",
            reason="too_long",
        )
    return name


def _phone(typed: str) -> str:
    try:
        return phones.normalise(typed)
    except phones.PhoneInvalid as error:
        raise DetailInvalid(error.detail, field="phone", reason="phone_invalid") from error


def _email(typed: str) -> str:
    email = text.visible(typed).lower()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise DetailInvalid(
            _("That is no email address. Write one like ana@correo.com, or leave it empty."),
            field="email",
            reason="email_invalid",
        ) from error
    if len(email) > MAX_EMAIL:
        raise DetailInvalid(
            _("That email address is too long. Write another one, or leave it empty."),
            field="email",
            reason="too_long",
        )
    return email


def _language(code: str) -> str:
    if code not in dict(settings.LANGUAGES):
        raise DetailInvalid(
            _("Choose one of the languages in the list."),
            field="language",
            reason="language_unknown",
        )
    return code


def _birth_date(day: date | None, *, today: date) -> date | None:
    if day is not None and not EARLIEST_BIRTH <= day <= today:
        raise DetailInvalid(
            _("Nobody can be born on that day. Check the year."),
            field="birth_date",
            reason="birth_date_impossible",
        )
    return day


def _guardian(guardian: Client | None, *, of: Client) -> Client | None:
    """Return the guardian, who is somebody else and no ward; both rows are locked.

    With one step only, these two locks prove that there is no ring: neither can become a
    ward or a guardian meanwhile.
    """
    if guardian is None:
        return None
    if guardian == of:
        raise DetailInvalid(
            _("Nobody is her own guardian. Choose somebody else."),
            field="guardian",
            reason="guardian_is_self",
        )
    if guardian.guardian_id is not None:
        raise DetailInvalid(
            _("The guardian chosen has a guardian too. Choose an adult."),
            field="guardian",
            reason="guardian_is_a_ward",
        )
    if of.wards.exists():
        raise DetailInvalid(
            _("This client is the guardian of others. Give them another one first."),
            field="guardian",
            reason="ward_is_a_guardian",
        )
    return guardian


CLEAN: dict[str, Callable[[str], str]] = {
    "name": _name,
    "phone": _phone,
    "email": _email,
    "language": _language,
}


def check(**typed: str) -> Iterator[DetailInvalid]:
    """Yield what could not be kept of a name, phone or email, so that a form can mark it all."""
    for field, value in typed.items():
        try:
            CLEAN[field](value)
        except DetailInvalid as refusal:
            yield refusal


def _as_it_is(value: object) -> object:
    return value


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return str(value.pk) if isinstance(value, Client) else str(value)
