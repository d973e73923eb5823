"""Clients, their consents, and who logs in."""

from uuid import uuid4

from django.db.models import F

from spa.models import Client, Consent, ConsentKind, IdempotencyKey, User
from tests.factories import NOW, make_client, make_user
from tests.spa.constraints.attempts import allowed, breaks


def make_consent(**fields) -> Consent:
    return Consent.objects.create(
        **{
            "client": make_client(),
            "kind": ConsentKind.HEALTH,
            "given": True,
            "text_version": "2026-11",
            "channel": "desk",
            "at": NOW,
            **fields,
        }
    )


def make_key(user, request_id) -> IdempotencyKey:
    return IdempotencyKey.objects.create(
        user=user, request_id=request_id, operation="book", created_at=NOW
    )


@breaks("client_has_a_name", "", " ", "\n\t")
def a_client_without_a_name(name):
    make_client(name=name)


@breaks(
    "client_phone_is_e164",
    *(
        "",
        "3004561278",
        "+0300456127",
        "+57300",
        "+57 300 456",
        "+57300456a278",
    ),
)
def a_client_with_a_phone_as_it_was_typed(phone):
    make_client(phone=phone)


@allowed("+573004561278", "+14155552671")
def two_clients_with_the_same_phone(phone):
    make_client(phone=phone)
    make_client(phone=phone)


@breaks("client_language_is_known", "", "de", "ES-CO", "es")
def a_client_whom_nobody_can_write_to(language):
    make_client(language=language)


@breaks("client_is_not_her_own_guardian")
def a_client_who_is_her_own_guardian():
    client = make_client()
    Client.objects.filter(pk=client.pk).update(guardian=F("pk"))


@breaks("client_flag_is_manual_only_when_set")
def a_flag_by_hand_that_is_not_set():
    make_client(persona_non_grata_manual=True)


@breaks("consent_kind_is_known")
def a_consent_to_something_unheard_of():
    make_consent(kind="everything")


@breaks("consent_channel_is_known")
def a_consent_by_carrier_pigeon():
    make_consent(channel="pigeon")


@breaks("user_theme_is_known", "", "sepia")
def a_user_with_a_theme_that_nobody_drew(theme):
    make_user(theme=theme)


@breaks("user_email_is_in_lower_case")
def a_user_whose_email_has_a_capital():
    User.objects.create(email="Marcela@spa.test", name="Marcela")


@breaks("request_id_is_used_once_by_a_user")
def one_request_kept_twice():
    user, request_id = make_user(), uuid4()
    make_key(user, request_id)
    make_key(user, request_id)


@allowed()
def the_same_request_id_of_two_users():
    request_id = uuid4()
    make_key(make_user(), request_id)
    make_key(make_user(), request_id)
