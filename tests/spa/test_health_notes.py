"""Health notes: kept with consent, sealed, opened on the record, gone when consent is withdrawn."""

from uuid import uuid4

import pytest
from django.db import connection

from spa.models import AuditLog, Consent, ConsentChannel, ConsentKind, HealthNote
from spa.services import clients
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, make_client, make_user

NOTE = "Contractura en trapecio derecho"
DESK = Actor()


def consent(client, *, given=True):
    clients.record_consent(
        client=client,
        kind=ConsentKind.HEALTH,
        given=given,
        channel=ConsentChannel.DESK,
        now=NOW,
        actor=DESK,
    )


def write(client, text=NOTE, actor=DESK, **more):
    return clients.write_health_note(client=client, text=text, now=NOW, actor=actor, **more)


@pytest.mark.django_db
def test_a_note_is_kept_sealed_and_opens_as_it_was_written():
    client = make_client()
    consent(client)

    note = write(client, "  Dolor al girar\r\nno presionar  ")

    note.refresh_from_db()
    assert note.text == "Dolor al girar\nno presionar"
    assert "Dolor" not in note.text_sealed


@pytest.mark.django_db
def test_a_request_repeated_after_the_consent_was_withdrawn_is_refused():
    client, actor = make_client(), Actor(user=make_user(), request_id=uuid4())
    consent(client)
    write(client, actor=actor)
    consent(client, given=False)

    with pytest.raises(clients.HealthConsentMissing):
        write(client, actor=actor)

    assert not HealthNote.objects.exists()


@pytest.mark.django_db
def test_a_seal_opens_only_at_its_own_row():
    client = make_client()
    consent(client)
    first, second = write(client), write(client, "Otra")

    HealthNote.objects.filter(pk=second.pk).update(text_sealed=first.text_sealed)

    second.refresh_from_db()
    with pytest.raises(Exception, match="healthnote"):
        _ = second.text


@pytest.mark.django_db
def test_without_consent_nothing_is_kept():
    client = make_client()

    with pytest.raises(clients.HealthConsentMissing) as refusal:
        write(client)

    assert refusal.value.facts["field"] == "note"
    assert not HealthNote.objects.exists()


@pytest.mark.django_db
def test_consent_can_be_given_in_the_same_step():
    client = make_client()

    write(client, consent_by=ConsentChannel.PAPER)
    write(client, "Otra", consent_by=ConsentChannel.PAPER)

    given = Consent.objects.get(client=client, kind=ConsentKind.HEALTH)
    assert (given.given, given.channel) == (True, ConsentChannel.PAPER)
    assert AuditLog.objects.filter(action="CONSENT_GIVEN", reason_code="health").count() == 1


@pytest.mark.django_db
def test_a_refused_note_leaves_no_consent_behind():
    client = make_client()

    with pytest.raises(clients.DetailInvalid):
        write(client, "  ", consent_by=ConsentChannel.DESK)

    assert not Consent.objects.exists()


@pytest.mark.django_db
def test_withdrawing_the_consent_deletes_the_notes_of_this_client_only():
    client, other = make_client(), make_client()
    for each in (client, other):
        consent(each)
        write(each)

    consent(client, given=False)

    assert [note.client for note in HealthNote.objects.all()] == [other]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", " \n ", "\u200b", "x" * 2_001])
def test_a_note_that_cannot_be_kept_is_refused(text):
    client = make_client()
    consent(client)

    with pytest.raises(clients.DetailInvalid) as refusal:
        write(client, text)

    assert refusal.value.facts["field"] == "note"


@pytest.mark.django_db
def test_the_same_request_writes_one_note_and_another_text_is_refused():
    client = make_client()
    consent(client)
    actor = Actor(user=make_user(), request_id=uuid4())

    assert write(client, actor=actor) == write(client, actor=actor)
    with pytest.raises(KeyMismatch):
        write(client, "Otra cosa", actor=actor)

    assert HealthNote.objects.count() == 1


@pytest.mark.django_db
def test_each_opening_is_written_down_and_no_word_of_the_note_is():
    client, therapist = make_client(), make_user()
    consent(client)
    write(client, actor=Actor(user=therapist))

    for _ in range(2):
        notes = clients.open_health_notes(client=client, now=NOW, actor=Actor(user=therapist))

    assert [note.text for note in notes] == [NOTE]
    opened = AuditLog.objects.filter(action="HEALTH_NOTES_VIEWED", subject=f"client:{client.pk}")
    assert [entry.user_id for entry in opened] == [therapist.pk] * 2
    assert "Contractura" not in str(list(AuditLog.objects.values()))


@pytest.mark.django_db
def test_the_latest_note_comes_first():
    client = make_client()
    consent(client)
    first, second = write(client), write(client, "Otra")

    assert clients.open_health_notes(client=client, now=NOW, actor=DESK) == [second, first]


@pytest.mark.django_db(transaction=True)
def test_the_opening_stands_in_the_log_even_if_the_notes_cannot_be_read():
    client = make_client()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE spa_healthnote RENAME TO away")
    try:
        with pytest.raises(Exception, match="spa_healthnote"):
            clients.open_health_notes(client=client, now=NOW, actor=DESK)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO spa_healthnote")

    assert AuditLog.objects.filter(action="HEALTH_NOTES_VIEWED").count() == 1


@pytest.mark.django_db(transaction=True)
def test_notes_are_not_opened_inside_a_transaction_that_could_take_the_entry_back():
    client = make_client()

    with pytest.raises(RuntimeError), open_transaction():
        clients.open_health_notes(client=client, now=NOW, actor=DESK)


@pytest.mark.django_db(transaction=True)
def test_a_note_waits_for_the_withdrawal_of_its_consent_and_is_then_refused():
    client = make_client()
    consent(client)

    with open_transaction():
        consent(client, given=False)
        thread = Thread(lambda: write(client))
        thread.start()
        assert "spa_client" in wait_until_somebody_waits_for_a_lock()

    with pytest.raises(clients.HealthConsentMissing):
        thread.outcome()
    assert not HealthNote.objects.exists()
