"""Writing a client down and changing her: nothing typed is lost, nobody is overwritten unseen."""

import re
from datetime import date
from uuid import uuid4

import pytest

from spa.models import Client, Consent
from spa.services import clients
from spa.services.audit import Actor
from tests.factories import NOW, make_client
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
NEW = "/clients/new/"
TYPED = {"name": "Ana Ruiz", "phone": "300 456 1278", "email": "ana@correo.test"}


@pytest.fixture
def desk(client, visit):
    client.force_login(worker("receptionist", visit.location))
    return client


def new(**more):
    """Return what the form of a new client sends, with `more` typed over."""
    return {**TYPED, "request_id": str(uuid4()), **more}


def sent(of, **more):
    """Return what the form of a client sends when nothing is touched, with `more` typed over."""
    return {
        "request_id": str(uuid4()),
        "name": of.name,
        "phone": of.phone,
        "email": of.email,
        "language": of.language,
        "birth_date": of.birth_date or "",
        "guardian": of.guardian_id or "",
        "version": of.version,
        **{f"shown_{field}": text for field, text in clients.as_texts(of).items()},
        **more,
    }


def test_a_new_client_is_kept_with_her_consent(desk):
    answer = desk.post(NEW, new())

    made = Client.objects.get(name="Ana Ruiz")
    assert answer["Location"] == f"/clients/{made.pk}/"
    assert (made.phone, made.email) == ("+573004561278", "ana@correo.test")
    assert Consent.objects.get(client=made).kind == "data"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "<b>Ana</b>"),
        ("name", "x" * 81),
        ("name", "x" * 100_000),
        ("phone", "12"),
        ("phone", ""),
        ("email", "ana"),
        ("email", "a" * 400),
    ],
)
def test_what_cannot_be_kept_comes_back_with_a_reason_at_its_field(desk, visit, field, typed):
    answer = desk.post(NEW, new(**{field: typed}))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert Client.objects.count() == 1
    assert re.search(
        rf'name="{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="id_{field}_error"', page
    ) or re.search(
        rf'name="{field}"[^>]*aria-describedby="id_{field}_error"[^>]*aria-invalid="true"', page
    )
    assert f'id="id_{field}_error"' in page
    assert 'data-code="SPA-RULE"' in page
    for other, value in TYPED.items():
        assert other == field or f'value="{value}"' in page


def test_a_double_click_makes_one_client(desk):
    form = new()

    first, second = desk.post(NEW, form), desk.post(NEW, form)

    assert first["Location"] == second["Location"]
    assert Client.objects.filter(name="Ana Ruiz").count() == 1


@pytest.mark.parametrize("request_id", ["", "x", "x" * 100_000])
def test_a_form_that_cannot_be_told_apart_makes_nobody_and_can_be_sent_again(desk, request_id):
    answer = desk.post(NEW, new(request_id=request_id))

    page = answer.content.decode()
    assert (answer.status_code, 'data-code="SPA-RULE"' in page) == (422, True)
    assert not Client.objects.filter(name="Ana Ruiz").exists()
    fresh = re.search(r'name="request_id" value="([^"]+)"', page)[1]
    assert desk.post(NEW, new(request_id=fresh)).status_code == 302


def test_the_same_form_with_another_content_is_refused_and_can_then_be_sent(desk):
    form = new()
    desk.post(NEW, form)

    answer = desk.post(NEW, {**form, "name": "Otra"})
    fresh = re.search(r'name="request_id" value="([^"]+)"', answer.content.decode())[1]

    assert 'data-code="IDEMPOTENCY_KEY_MISMATCH"' in answer.content.decode()
    assert desk.post(NEW, {**form, "name": "Otra", "request_id": fresh}).status_code == 302


def test_whose_phone_it_is_already_is_shown_and_stops_nobody(desk):
    family = make_client(name="Pedro Ruiz", phone="+573004561278")

    shown = desk.post("/clients/same-phone/", {"phone": "300 456 12 78"}).content.decode()
    saved = desk.post(NEW, new())

    assert f'href="/clients/{family.pk}/"' in shown
    assert saved.status_code == 302
    assert f'href="/clients/{family.pk}/"' in desk.get(saved["Location"]).content.decode()


@pytest.mark.parametrize("phone", ["", "12", "x" * 100_000, "\x00"])
def test_what_is_no_phone_belongs_to_nobody(desk, phone):
    answer = desk.post("/clients/same-phone/", {"phone": phone})

    assert answer.status_code == 200
    assert "href" not in answer.content.decode()


def test_the_form_shows_what_is_stored(desk, visit):
    page = desk.get(f"/clients/{visit.client.pk}/edit/").content.decode()

    assert 'value="Mariana Echeverri"' in page
    assert 'name="version" value="1"' in page


def test_a_change_is_kept(desk, visit):
    address = f"/clients/{visit.client.pk}/edit/"

    answer = desk.post(
        address, sent(visit.client, name="Mariana Ruiz", birth_date="1990-04-12", language="en")
    )

    kept = Client.objects.get(pk=visit.client.pk)
    assert answer["Location"] == f"/clients/{kept.pk}/"
    assert (kept.name, str(kept.birth_date), kept.language) == ("Mariana Ruiz", "1990-04-12", "en")


def test_a_form_that_was_overtaken_shows_both_and_can_then_be_saved(desk, visit):
    address = f"/clients/{visit.client.pk}/edit/"
    form = sent(visit.client, name="Mariana R.")
    clients.edit(client=visit.client, name="Mariana Ruiz", now=NOW, actor=Actor())

    answer = desk.post(address, form)

    page = answer.content.decode()
    assert (answer.status_code, 'data-code="SPA-STALE"' in page) == (409, True)
    assert "<td>Mariana R.</td><td>Mariana Ruiz</td>" in page
    assert 'value="Mariana R."' in page
    assert 'name="version" value="2"' in page
    assert Client.objects.get(pk=visit.client.pk).name == "Mariana Ruiz"

    again = form | {"version": 2, "shown_name": "Mariana Ruiz"}
    assert desk.post(address, again).status_code == 302
    assert Client.objects.get(pk=visit.client.pk).name == "Mariana R."


def test_two_users_who_change_different_details_both_have_their_way(desk, visit):
    form = sent(visit.client, phone="300 111 2233")
    clients.edit(client=visit.client, name="Mariana Ruiz", now=NOW, actor=Actor())

    answer = desk.post(f"/clients/{visit.client.pk}/edit/", form)

    kept = Client.objects.get(pk=visit.client.pk)
    assert answer.status_code == 302
    assert (kept.name, kept.phone) == ("Mariana Ruiz", "+573001112233")


def test_only_what_both_changed_is_asked_about_and_the_rest_is_merged(desk, visit):
    mother = make_client(name="Lucía Lozano")
    form = sent(visit.client, name="Mariana R.", email="m@correo.test")
    theirs = {
        "name": "Mariana Ruiz",
        "language": "en",
        "guardian": mother,
        "birth_date": date(2015, 4, 12),
    }
    clients.edit(client=visit.client, **theirs, now=NOW, actor=Actor())

    page = desk.post(f"/clients/{visit.client.pk}/edit/", form).content.decode()

    assert page.count("<td>") == 2
    assert "<td>Mariana R.</td><td>Mariana Ruiz</td>" in page
    again = {name: value for name, value in inputs(page).items() if name in form}
    assert (again["name"], again["email"]) == ("Mariana R.", "m@correo.test")
    assert (again["birth_date"], again["guardian"]) == ("2015-04-12", str(mother.pk))
    assert desk.post(f"/clients/{visit.client.pk}/edit/", again).status_code == 302
    kept = Client.objects.get(pk=visit.client.pk)
    assert (kept.name, kept.email, kept.language) == ("Mariana R.", "m@correo.test", "en")
    assert (kept.guardian, kept.birth_date) == (mother, date(2015, 4, 12))


def test_a_form_that_does_not_say_what_it_showed_overwrites_nobody(desk, visit):
    form = sent(visit.client, phone="300 111 2233")
    form = {name: value for name, value in form.items() if not name.startswith("shown_")}
    clients.edit(client=visit.client, name="Mariana Ruiz", now=NOW, actor=Actor())

    assert desk.post(f"/clients/{visit.client.pk}/edit/", form).status_code == 409


def inputs(page):
    """Return what the form of a page would send."""
    form = page[page.index('<form class="card') :]
    form = form[: form.index("</form>")]
    tags = [
        tag for tag in re.findall(r"<input[^>]*>", form) if "radio" not in tag or " checked" in tag
    ]
    pairs = [
        (re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags
    ]
    sent = {name[1]: value[1] if value else "" for name, value in pairs}
    return sent | {"language": re.search(r'<option value="(\w+)" selected', form)[1]}


@pytest.mark.parametrize("version", ["", "0", "-1", "x", str(2**40)])
def test_a_form_without_its_version_is_refused(desk, visit, version):
    answer = desk.post(
        f"/clients/{visit.client.pk}/edit/", sent(visit.client, name="Otra", version=version)
    )

    assert answer.status_code == 422
    assert Client.objects.get(pk=visit.client.pk).name == "Mariana Echeverri"


def test_a_guardian_is_looked_for_and_then_chosen(desk, visit):
    address = f"/clients/{visit.client.pk}/edit/"
    mother = make_client(name="Lucía Lozano")

    sought = desk.post(address, sent(visit.client, guardian_name="lucia losano"))
    assert sought.status_code == 422
    assert f'value="{mother.pk}"' in sought.content.decode()
    assert Client.objects.get(pk=visit.client.pk).guardian is None

    form = sent(visit.client, guardian_name="lucia losano", guardian=mother.pk)
    assert desk.post(address, form).status_code == 302
    assert Client.objects.get(pk=visit.client.pk).guardian == mother

    kept = sent(Client.objects.get(pk=visit.client.pk), guardian="")
    assert desk.post(address, kept).status_code == 302
    assert Client.objects.get(pk=visit.client.pk).guardian is None


@pytest.mark.parametrize("guardian", ["0", "x", str(2**70), "999999"])
def test_a_guardian_who_was_not_offered_is_refused(desk, visit, guardian):
    answer = desk.post(f"/clients/{visit.client.pk}/edit/", sent(visit.client, guardian=guardian))

    assert answer.status_code == 422


def test_fields_that_the_form_does_not_have_change_nothing(desk, visit):
    desk.post(
        f"/clients/{visit.client.pk}/edit/",
        sent(visit.client, name="Ana", vip_until="2099-01-01", alert_sealed="x", created_at="x"),
    )

    kept = Client.objects.get(pk=visit.client.pk)
    assert (kept.name, kept.vip_until, kept.alert_sealed) == ("Ana", None, "")


@pytest.mark.parametrize("role", ["therapist", "nobody"])
def test_who_may_not_change_clients_is_refused(client, visit, role):
    client.force_login(worker(role, visit.location))

    for address in (NEW, f"/clients/{visit.client.pk}/edit/"):
        assert client.get(address).status_code == 403
        assert client.post(address, TYPED).status_code == 403
    assert client.post("/clients/same-phone/", {"phone": "3004561278"}).status_code == 403


@pytest.mark.parametrize("key", [0, 999_999, 2**63])
def test_a_client_who_does_not_exist_cannot_be_edited(desk, key):
    assert desk.post(f"/clients/{key}/edit/", TYPED).status_code == 404
