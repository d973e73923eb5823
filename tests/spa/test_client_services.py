"""Clients: what can be kept of them, what is refused, and what the log may know."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from spa import encryption, phones
from spa.models import AuditLog, Client, ClientChange, Consent, ConsentChannel, ConsentKind
from spa.services import clients, idempotency
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, make_client, make_user

DESK = Actor()
PHONE = "300 456 1278"


def create(name="Mariana Echeverri", phone=PHONE, actor=DESK, **fields):
    return clients.create(name=name, phone=phone, now=NOW, actor=actor, **fields)


def edit(client, actor=DESK, **changes):
    return clients.edit(client=client, now=NOW, actor=actor, **changes)


def allow_health(client, *, given=True):
    return clients.record_consent(
        client=client,
        kind=ConsentKind.HEALTH,
        given=given,
        channel=ConsentChannel.DESK,
        now=NOW,
        actor=DESK,
    )


def set_alert(client, text):
    return clients.set_alert(client=client, text=text, now=NOW, actor=DESK)


def refused(function, *args, **kwargs):
    """Return the field and the reason for which a call is refused."""
    with pytest.raises(clients.DetailInvalid) as refusal:
        function(*args, **kwargs)
    assert str(refusal.value.detail)
    return refusal.value.facts["field"], refusal.value.facts["reason"]


# -- Creating -------------------------------------------------------------------------------
@pytest.mark.django_db
def test_name_and_phone_are_enough_and_consent_is_recorded_with_who_asked():
    desk = make_user()

    client = create(actor=Actor(user=desk))

    client.refresh_from_db()
    assert (client.name, client.phone, client.email) == ("Mariana Echeverri", "+573004561278", "")
    consent = Consent.objects.get(client=client)
    assert (consent.kind, consent.given, consent.channel) == ("data", True, "desk")
    assert (consent.text_version, consent.at) == (clients.CONSENT_TEXT_VERSION, NOW)
    assert consent.recorded_by == desk


@pytest.mark.django_db
def test_the_log_knows_that_a_client_was_created_but_not_who_she_is():
    client = create(email="Mariana@Correo.com")

    entry = AuditLog.objects.get()
    assert (entry.action, entry.subject) == ("CLIENT_CREATED", f"client:{client.pk}")
    assert (entry.fields, entry.facts) == ([], {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana   María\n", "Ana María"),
        ("Ana\tMaría\r\nRuiz", "Ana María Ruiz"),
        ("\u202eAna\u202c Ruiz", "Ana Ruiz"),
        ("A\u200bn\u200da\x00", "Ana"),
        ("Jose\u0301", "José"),
        ("Ana 🌸", "Ana 🌸"),
        ("Ñ", "Ñ"),
        ("李小龙", "李小龙"),
        ("O'Neill-Gómez, Ana", "O'Neill-Gómez, Ana"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_name_is_kept_as_a_person_reads_it(typed, kept):
    assert create(name=typed).name == kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "name_missing"),
        (" \t\n", "name_missing"),
        ("\u200b\u202e", "name_missing"),
        ("\u3164", "name_missing"),
        ("🌸🌸", "name_missing"),
        ("12345", "name_missing"),
        ("Ana <b>", "name_unfit"),
        ("Ana https://x.co", "name_unfit"),
        ("x" * 81, "too_long"),
        ("x" * 10_000, "too_long"),
    ],
)
def test_what_is_no_name_is_refused_and_nothing_is_written(typed, reason):
    assert refused(create, name=typed) == ("name", reason)
    assert not Client.objects.exists()
    assert not AuditLog.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "   ", "Ana", "300 456 12 7B", "x3004561278", "1" * 10_000])
def test_what_is_no_phone_is_refused(typed):
    assert refused(create, phone=typed) == ("phone", "phone_invalid")


@pytest.mark.django_db
def test_a_family_shares_a_phone():
    mother, daughter = create(), create(name="Lucía Echeverri")

    assert mother.phone == daughter.phone
    assert mother != daughter


@pytest.mark.django_db
def test_an_email_is_kept_in_lower_case():
    assert create(email=" Mariana@Correo.COM ").email == "mariana@correo.com"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        *("mariana", "a@b", "a b@correo.com", "a@correo.com\nBcc: b@c.co", "<a@correo.com>"),
        "a" * 260 + "@correo.com",
    ],
)
def test_what_is_no_email_is_refused(typed):
    assert refused(create, email=typed)[0] == "email"


@pytest.mark.django_db
def test_the_same_form_sent_twice_creates_one_client():
    actor = Actor(user=make_user(), request_id=uuid4())

    first, second = create(actor=actor), create(actor=actor)

    assert first == second
    assert Client.objects.count() == Consent.objects.count() == AuditLog.objects.count() == 1


@pytest.mark.django_db
def test_the_same_request_with_another_name_is_refused():
    actor = Actor(user=make_user(), request_id=uuid4())
    create(actor=actor)

    with pytest.raises(idempotency.KeyMismatch):
        create(name="Felipe Restrepo", actor=actor)


@pytest.mark.django_db
def test_a_refused_form_can_be_sent_again_corrected():
    actor = Actor(user=make_user(), request_id=uuid4())
    refused(create, name="", actor=actor)

    assert create(actor=actor).name == "Mariana Echeverri"


@given(
    number=some.integers(3000000000, 3239999999).map(str),
    prefix=some.sampled_from(["", "+57", "57", "0057", "+57 "]),
    gaps=some.lists(some.sampled_from(["", " ", "-", ".", "("]), min_size=10, max_size=10),
)
def test_every_local_form_of_a_phone_is_the_same_phone(number, prefix, gaps):
    typed = prefix + "".join(gap + digit for gap, digit in zip(gaps, number, strict=True))

    try:
        plain = phones.normalise(number)
    except phones.PhoneInvalid:  # not every prefix has been given out
        with pytest.raises(phones.PhoneInvalid):
            phones.normalise(typed)
    else:
        assert phones.normalise(typed) == plain == f"+57{number}"


# -- Editing --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_only_what_differs_is_written_each_with_its_old_value():
    client = create()
    desk = make_user()

    edit(client, actor=Actor(user=desk), name="Mariana Echeverri", phone="301 456 1278")

    client.refresh_from_db()
    assert client.phone == "+573014561278"
    change = ClientChange.objects.get()
    assert (change.field, change.old_value, change.user) == ("phone", "+573004561278", desk)
    entry = AuditLog.objects.get(action="CLIENT_EDITED")
    assert (entry.subject, entry.fields, entry.facts) == (f"client:{client.pk}", ["phone"], {})


@pytest.mark.django_db
def test_an_edit_that_changes_nothing_writes_nothing():
    client = create(email="mariana@correo.com")

    edit(client, name=" Mariana  Echeverri ", phone="+57 3004561278", email="MARIANA@correo.com")

    assert not ClientChange.objects.exists()
    assert not AuditLog.objects.filter(action="CLIENT_EDITED").exists()


@pytest.mark.django_db
def test_everything_that_can_be_edited_is_edited_and_can_be_emptied():
    client, mother = create(email="m@correo.com"), make_client()
    day = date(2012, 2, 29)

    edit(client, name="Mariana Ruiz", language="en", birth_date=day, guardian=mother)
    client = edit(client, email="", birth_date=None, guardian=None)

    client.refresh_from_db()
    assert (client.name, client.email, client.language) == ("Mariana Ruiz", "", "en")
    assert (client.birth_date, client.guardian) == (None, None)
    old = {change.field: change.old_value for change in ClientChange.objects.order_by("pk")}
    assert (old["birth_date"], old["guardian"]) == ("2012-02-29", str(mother.pk))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"phone": "12"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"language": "tlh"}, "language"),
        ({"birth_date": TODAY + timedelta(days=1)}, "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date"),
    ],
)
def test_an_edit_refuses_what_cannot_be_kept_and_keeps_the_rest_as_it_was(change, field):
    client = create()

    assert refused(edit, client, **{"name": "Ana", **change})[0] == field
    client.refresh_from_db()
    assert client.name == "Mariana Echeverri"


@pytest.mark.django_db
def test_a_client_born_today_is_welcome():
    assert edit(create(), birth_date=TODAY).birth_date == TODAY


@pytest.mark.django_db
def test_what_is_not_a_detail_cannot_be_edited():
    with pytest.raises(TypeError, match="vip_until"):
        edit(create(), vip_until=TODAY)


@pytest.mark.django_db
def test_guardians_form_no_ring():
    mother, daughter = create(), create(name="Lucía Echeverri")
    edit(daughter, guardian=mother)

    assert refused(edit, mother, guardian=mother)[1] == "guardian_is_self"
    assert refused(edit, mother, guardian=daughter)[1] == "guardian_is_a_ward"
    assert refused(edit, mother, guardian=make_client())[1] == "ward_is_a_guardian"


# -- Consents and the alert -----------------------------------------------------------------
@pytest.mark.django_db
def test_a_withdrawal_is_a_new_row_and_the_last_word_counts():
    client = create()

    words = []
    for given_now in (True, False, True, False):
        allow_health(client, given=given_now)
        words.append(Consent.objects.in_force(client=client, kind=ConsentKind.HEALTH))

    assert words == [True, False, True, False]
    assert Consent.objects.filter(client=client, kind=ConsentKind.HEALTH).count() == 4
    assert Consent.objects.in_force(client=client, kind=ConsentKind.DATA)
    log = AuditLog.objects.filter(action__startswith="CONSENT_").order_by("pk")
    assert [(entry.action, entry.reason_code) for entry in log[:2]] == [
        ("CONSENT_GIVEN", "health"),
        ("CONSENT_WITHDRAWN", "health"),
    ]


@pytest.mark.django_db
def test_a_consent_sent_twice_is_recorded_once():
    client, actor = create(), Actor(user=make_user(), request_id=uuid4())
    word = {"kind": ConsentKind.PROMOTIONAL, "given": True, "channel": ConsentChannel.PAPER}

    first = clients.record_consent(client=client, now=NOW, actor=actor, **word)

    assert clients.record_consent(client=client, now=NOW, actor=actor, **word) == first


@pytest.mark.django_db
def test_an_alert_is_refused_without_a_consent_to_health_data():
    client = create()

    with pytest.raises(clients.HealthConsentMissing) as refusal:
        set_alert(client, "Alergia: frutos secos")

    assert refusal.value.facts["reason"] == "health_consent_missing"
    client.refresh_from_db()
    assert client.alert == ""


@pytest.mark.django_db
def test_an_alert_is_sealed_and_its_words_stand_nowhere_in_clear():
    client = create()
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
def test_the_same_alert_again_writes_nothing():
    client = create()
    allow_health(client)
    set_alert(client, "Alergia")

    set_alert(client, "Alergia ")

    assert ClientChange.objects.count() == 1


@pytest.mark.django_db
def test_an_alert_is_short():
    client = create()
    allow_health(client)

    assert refused(set_alert, client, "x" * 121) == ("alert", "too_long")
    assert set_alert(client, "x" * 120).alert == "x" * 120


@pytest.mark.django_db
def test_who_takes_back_her_consent_to_health_data_is_rid_of_it():
    client = create()
    allow_health(client)
    set_alert(client, "Alergia: frutos secos")
    set_alert(client, "Embarazo")

    allow_health(client, given=False)

    client.refresh_from_db()
    assert client.alert == ""
    assert set(ClientChange.objects.values_list("old_value", flat=True)) == {""}


# -- Persona non grata ----------------------------------------------------------------------
@pytest.mark.django_db
def test_a_client_is_blocked_by_hand_for_a_written_reason():
    client, manager = create(), make_user()

    clients.flag(client=client, reason=" Trató mal a Paola ", now=NOW, actor=Actor(user=manager))

    client.refresh_from_db()
    assert (client.persona_non_grata_since, client.persona_non_grata_manual) == (NOW, True)
    change = ClientChange.objects.get()
    assert (change.action, change.reason) == ("FLAG_NON_GRATA", "Trató mal a Paola")
    assert change.user == manager
    entry = AuditLog.objects.get(action="FLAG_NON_GRATA")
    assert (entry.reason_code, entry.user_id, entry.facts) == ("manual", manager.pk, {})


@pytest.mark.django_db
def test_a_block_is_lifted_for_a_written_reason():
    client = make_client(persona_non_grata_since=NOW, persona_non_grata_manual=True)

    clients.lift(client=client, reason="Pidió disculpas", now=NOW, actor=DESK)

    client.refresh_from_db()
    assert (client.is_blocked, client.persona_non_grata_manual) == (False, False)
    change = ClientChange.objects.get()
    assert (change.old_value, change.reason) == (NOW.isoformat(), "Pidió disculpas")
    assert AuditLog.objects.get().action == "LIFT_NON_GRATA"


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  ", "ab", "...", "123456", "a\u200bb", "x" * 501])
def test_neither_is_done_without_a_reason_that_says_something(reason):
    free, blocked = make_client(), make_client(persona_non_grata_since=NOW)

    for act, client in ((clients.flag, free), (clients.lift, blocked)):
        assert refused(act, client=client, reason=reason, now=NOW, actor=DESK)[0] == "reason"


@pytest.mark.django_db
def test_who_is_blocked_is_not_blocked_again_and_who_is_free_is_not_freed():
    free, blocked = make_client(), make_client(persona_non_grata_since=NOW)

    with pytest.raises(clients.AlreadyFlagged):
        clients.flag(client=blocked, reason="Otra vez", now=NOW, actor=DESK)
    with pytest.raises(clients.NotFlagged):
        clients.lift(client=free, reason="Otra vez", now=NOW, actor=DESK)


@pytest.mark.django_db
def test_each_form_sent_twice_acts_once():
    client = create()
    allow_health(client)
    forms = [
        lambda actor: edit(client, actor=actor, name="Ana Ruiz"),
        lambda actor: clients.set_alert(client=client, text="Alergia", now=NOW, actor=actor),
        lambda actor: clients.flag(client=client, reason="Motivo", now=NOW, actor=actor),
        lambda actor: clients.lift(client=client, reason="Motivo", now=NOW, actor=actor),
    ]

    for send in forms:
        actor = Actor(user=make_user(), request_id=uuid4())
        before = AuditLog.objects.count()
        assert send(actor) == send(actor) == client
        assert AuditLog.objects.count() == before + 1
