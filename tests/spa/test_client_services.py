"""Who a client is: what can be kept, what is refused, and what the log may know."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from spa import phones
from spa.models import AuditLog, Client, ClientChange, Consent
from spa.services import clients, idempotency
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, make_client, make_user

DESK = Actor()
PHONE = "300 456 1278"


def create(name="Mariana Echeverri", phone=PHONE, actor=DESK, **fields):
    return clients.create(name=name, phone=phone, now=NOW, actor=actor, **fields)


def edit(client, actor=DESK, **changes):
    return clients.edit(client=client, now=NOW, actor=actor, **changes)


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
    assert (consent.text_version, consent.at) == (clients.consent_text_version("data"), NOW)
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


@settings(deadline=None)
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


@pytest.mark.django_db
def test_an_edit_sent_twice_is_made_once():
    client, actor = make_client(), Actor(user=make_user(), request_id=uuid4())

    form = {"name": "Ana Ruiz", "birth_date": TODAY, "guardian": make_client()}

    edit(client, actor=actor, **form)
    edit(client, name="Ana Restrepo")
    again = edit(client, actor=actor, **form)

    assert again.name == "Ana Restrepo"
    assert ClientChange.objects.filter(field="name").count() == 2
