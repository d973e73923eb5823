"""What a client allows us to keep of her health, sealed, and gone when she takes it back."""

from uuid import uuid4

import pytest
from django.utils import translation

from spa import encryption
from spa.errors import Stale
from spa.models import AuditLog, Client, ClientChange, Consent, ConsentChannel, ConsentKind
from spa.services import clients, idempotency
from spa.services.audit import Actor
from spa.services.clients import consent_texts
from tests.factories import NOW, make_client, make_user

DESK = Actor()
# Spanish and English: data, health, promotional.
SHOWN_ONCE = (
    *("745e64a820808252", "5e48d30ae0b8f3f8", "f2707eca8e9b98ad"),
    *("5b661abdb14f2501", "5ce07673a6757d54", "3c470225b3c76863"),
    # Since the desk is spoken to as "tú": data, promotional.
    *("d441e205bff73469", "1e7fced86a2d3604"),
)


def allow_health(client, *, given=True):
    return clients.record_consent(
        client=client,
        kind=ConsentKind.HEALTH,
        given=given,
        channel=ConsentChannel.DESK,
        now=NOW,
        actor=DESK,
    )


def set_alert(client, text, actor=DESK):
    return clients.set_alert(client=client, text=text, now=NOW, actor=actor)


@pytest.mark.django_db
def test_a_withdrawal_is_a_new_row_and_the_last_word_counts():
    client = make_client()

    words = []
    for given_now in (True, False, True, False):
        allow_health(client, given=given_now)
        words.append(Consent.objects.in_force(client=client, kind=ConsentKind.HEALTH))

    assert words == [True, False, True, False]
    assert Consent.objects.filter(client=client, kind=ConsentKind.HEALTH).count() == 4
    assert not Consent.objects.in_force(client=client, kind=ConsentKind.PROMOTIONAL)
    log = AuditLog.objects.filter(action__startswith="CONSENT_").order_by("pk")
    assert [(entry.action, entry.reason_code) for entry in log[:2]] == [
        ("CONSENT_GIVEN", "health"),
        ("CONSENT_WITHDRAWN", "health"),
    ]


@pytest.mark.django_db
def test_a_consent_names_the_very_words_that_were_shown():
    versions = {}
    for language in ("es-co", "en"):
        with translation.override(language):
            versions[language] = allow_health(make_client()).text_version
            assert clients.consent_text_behind(versions[language]) == clients.consent_text("health")

    assert versions["es-co"] != versions["en"]
    assert clients.consent_text_behind("2026-11") is None


@pytest.mark.django_db
def test_another_word_is_another_version(monkeypatch):
    before = allow_health(make_client()).text_version
    changed = {**consent_texts.TEXTS, ConsentKind.HEALTH: "We keep what you say."}
    former = clients.consent_text("health")
    monkeypatch.setattr(consent_texts, "TEXTS", changed)
    monkeypatch.setattr(consent_texts, "FORMER", (former,))

    assert allow_health(make_client()).text_version != before
    assert clients.consent_text_behind(before) == former


@pytest.mark.django_db
def test_a_withdrawal_names_the_text_of_what_it_takes_back():
    client = make_client()
    with translation.override("en"):
        given = allow_health(client)

    with translation.override("es-co"):
        assert allow_health(client, given=False).text_version == given.text_version
        assert allow_health(client).text_version != given.text_version


@pytest.mark.parametrize("version", SHOWN_ONCE)
def test_a_text_that_was_ever_shown_stays_readable(version):
    """Fails for who changes a text: what it said goes to `FORMER`, its new versions here."""
    assert clients.consent_text_behind(version)


def test_every_text_that_is_shown_is_among_those_that_stay_readable():
    for language in ("es-co", "en"):
        with translation.override(language):
            assert {clients.consent_text_version(kind) for kind in ConsentKind} <= set(SHOWN_ONCE)


@pytest.mark.django_db
def test_a_consent_sent_twice_is_recorded_once():
    client, actor = make_client(), Actor(user=make_user(), request_id=uuid4())
    word = {"kind": ConsentKind.PROMOTIONAL, "given": True, "channel": ConsentChannel.PAPER}

    first = clients.record_consent(client=client, now=NOW, actor=actor, **word)

    assert clients.record_consent(client=client, now=NOW, actor=actor, **word) == first


@pytest.mark.django_db
def test_an_alert_is_refused_without_a_consent_to_health_data():
    client = make_client()

    with pytest.raises(clients.HealthConsentMissing) as refusal:
        set_alert(client, "Alergia: frutos secos")

    assert refusal.value.facts["reason"] == "health_consent_missing"
    client.refresh_from_db()
    assert client.alert == ""


@pytest.mark.django_db
def test_an_alert_is_sealed_and_its_words_stand_nowhere_in_clear():
    client = make_client()
    allow_health(client)

    set_alert(client, " Alergia: frutos secos ")
    set_alert(client, "Embarazo")

    client.refresh_from_db()
    assert client.alert == "Embarazo"
    assert "Embarazo" not in client.alert_sealed
    old = ClientChange.objects.order_by("pk").values_list("old_value", flat=True)
    assert old[0] == ""
    assert old[1]
    entries = AuditLog.objects.filter(action="CLIENT_EDITED")
    assert [(entry.fields, entry.facts) for entry in entries] == [(["alert"], {})] * 2
    written = [*ClientChange.objects.values(), *AuditLog.objects.values()]
    assert "frutos" not in str(written)


@pytest.mark.django_db
def test_an_alert_can_be_cleared_without_any_consent():
    client = make_client()
    # As an import of old data may leave it: an alert, and nobody who asked.
    sealed = encryption.encrypt("Alergia", table="client", pk=client.pk, field="alert")
    Client.objects.filter(pk=client.pk).update(alert_sealed=sealed)

    set_alert(client, "  ")

    client.refresh_from_db()
    assert client.alert_sealed == ""


@pytest.mark.django_db
def test_an_alert_never_overwrites_one_that_was_not_seen():
    client = make_client()
    allow_health(client)
    seen = client.version
    set_alert(client, "Alergia: frutos secos")

    with pytest.raises(Stale) as refusal:
        clients.set_alert(client=client, text="Embarazo", version=seen, now=NOW, actor=DESK)

    client.refresh_from_db()
    assert client.alert == "Alergia: frutos secos"
    assert refusal.value.facts == {"version": client.version}


@pytest.mark.django_db
def test_the_same_alert_again_writes_nothing():
    client = make_client()
    allow_health(client)
    set_alert(client, "Alergia")

    set_alert(client, "Alergia ")

    assert ClientChange.objects.count() == 1


@pytest.mark.django_db
def test_an_alert_is_short():
    client = make_client()
    allow_health(client)

    with pytest.raises(clients.DetailInvalid) as refusal:
        set_alert(client, "x" * 121)

    assert refusal.value.facts == {"field": "alert", "reason": "too_long"}
    assert set_alert(client, "x" * 120).alert == "x" * 120


@pytest.mark.django_db
def test_who_takes_back_her_consent_to_health_data_is_rid_of_it():
    client = make_client()
    allow_health(client)
    set_alert(client, "Alergia: frutos secos")
    set_alert(client, "Embarazo")

    allow_health(client, given=False)

    client.refresh_from_db()
    assert client.alert == ""
    assert set(ClientChange.objects.values_list("old_value", flat=True)) == {""}


@pytest.mark.django_db
def test_an_alert_sent_twice_is_kept_once_and_another_is_not_taken_for_it():
    client, actor = make_client(), Actor(user=make_user(), request_id=uuid4())
    allow_health(client)

    set_alert(client, "Alergia", actor=actor)
    set_alert(client, "Alergia", actor=actor)

    assert ClientChange.objects.count() == 1
    with pytest.raises(idempotency.KeyMismatch):
        set_alert(client, "Embarazo", actor=actor)
