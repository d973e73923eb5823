"""A client's page: what it shows to whom, and what can be decided on it."""

import re
from uuid import uuid4

import pytest
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext

from frontdesk.views.clients.page import WITHDRAW_HEALTH
from spa.models import AuditLog, Client, ClientChange, Consent, ConsentKind
from spa.services import clients
from spa.services.audit import Actor
from spa.services.clients import consent_texts
from tests.factories import NOW, at, make_client, make_location
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
REASON = "Insultó a dos terapeutas"


@pytest.fixture(autouse=True)
def eight_o_clock(monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(8))


@pytest.fixture
def desk(client, visit):
    client.force_login(worker("receptionist", visit.location))
    return client


@pytest.fixture
def manager(client, visit):
    client.force_login(worker("manager", visit.location))
    return client


@pytest.fixture
def address(visit):
    return f"/clients/{visit.client.pk}/"


def code_of(answer):
    return re.findall(r'data-code="([^"]+)"', answer.content.decode())


# -- What it shows ----------------------------------------------------------------------------
def test_it_shows_who_she_is_and_her_visits_with_a_way_to_their_day(desk, visit, address):
    text = desk.get(address).content.decode()

    assert "Mariana Echeverri" in text
    assert f"location={visit.location.pk}&amp;appointment={visit.code}" in text
    assert 'data-status="confirmed"' in text


def test_her_visits_elsewhere_are_not_shown(client, visit, address):
    client.force_login(worker("receptionist", make_location()))

    text = client.get(address).content.decode()

    assert "Mariana Echeverri" in text
    assert visit.code not in text


def test_visits_can_be_narrowed(desk, visit, address):
    assert visit.code in desk.get(f"{address}?visits=ahead").content.decode()
    assert visit.code not in desk.get(f"{address}?visits=lost").content.decode()
    assert visit.code in desk.get(f"{address}?visits=<script>").content.decode()


def test_who_may_be_the_same_person_is_shown(desk, visit, address):
    family = make_client(name="Pedro Páramo", phone=visit.client.phone)
    almost = make_client(name="Mariana Echeverry")

    text = desk.get(address).content.decode()

    assert f'href="/clients/{family.pk}/"' in text
    assert f'href="/clients/{almost.pk}/"' in text


def test_a_minor_without_guardian_is_pointed_out(desk, visit, address):
    notes = {}
    for born in ("2008-11-20", "2008-11-19"):
        Client.objects.filter(pk=visit.client.pk).update(birth_date=born)
        notes[born] = desk.get(address).content.decode().count('class="note"')

    assert notes == {"2008-11-20": 1, "2008-11-19": 0}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("therapist", 403),
        ("nobody", 403),
        ("receptionist", 200),
        ("manager", 200),
        ("administrator", 200),
    ],
)
def test_who_sees_it(client, visit, address, role, status):
    client.force_login(worker(role, visit.location))

    assert client.get(address).status_code == status


@pytest.mark.parametrize("key", [0, 999_999, 2**63, 10**30])
def test_a_client_who_does_not_exist_is_not_found(desk, key):
    assert desk.get(f"/clients/{key}/").status_code == 404


def test_htmx_gets_the_client_alone(desk, address):
    fragment = desk.get(address, headers=HTMX).content.decode()

    assert "<!doctype" not in fragment
    assert 'id="client"' in fragment


def test_it_costs_the_same_however_many_visits(
    client, visit, address, django_assert_max_num_queries
):
    client.force_login(worker("administrator", visit.location))
    client.get(address)

    with django_assert_max_num_queries(19):
        client.get(address)


def once(**typed):
    """Return a form as it is sent: with a request of its own."""
    return {"request_id": str(uuid4()), **typed}


# -- The alert --------------------------------------------------------------------------------
def alert(browser, address, **more):
    sent = {"alert": "alergia: látex", "version": 1, **more}
    return browser.post(f"{address}alert/", once(**sent), headers=HTMX)


def test_an_alert_without_consent_comes_back_as_it_was_typed(desk, visit, address):
    answer = alert(desk, address)

    assert (answer.status_code, code_of(answer)) == (422, ["SPA-RULE"])
    assert 'value="alergia: látex"' in answer.content.decode()
    assert 'aria-invalid="true" aria-describedby="alert-error"' in answer.content.decode()
    assert not Client.objects.get(pk=visit.client.pk).alert_sealed


def test_an_alert_with_consent_is_kept_and_shown(desk, visit, address):
    answer = alert(desk, address, consents="1")

    assert answer.status_code == 200
    assert "<b>alergia: látex</b>" in answer.content.decode()
    assert Consent.objects.get(client=visit.client, kind=ConsentKind.HEALTH).given


def test_without_script_it_leads_back_to_the_page(desk, address):
    answer = desk.post(f"{address}alert/", once(alert="asma", version=1, consents="1"))

    assert (answer.status_code, answer["Location"]) == (302, address)


def test_an_alert_that_another_desk_wrote_meanwhile_is_shown_beside_what_was_typed(
    desk, visit, address
):
    clients.set_alert(client=visit.client, text="asma", consent_by="desk", now=NOW, actor=Actor())

    refused = alert(desk, address)

    page = refused.content.decode()
    assert (refused.status_code, code_of(refused)) == (409, ["SPA-STALE"])
    assert "<dd>asma</dd>" in page
    assert "<dd>alergia: látex</dd>" in page
    assert Client.objects.get(pk=visit.client.pk).alert == "asma"
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert alert(desk, address, version=version).status_code == 200


def test_an_alert_without_the_version_that_was_shown_is_refused(desk, visit, address):
    assert alert(desk, address, version="", consents="1").status_code == 422
    assert not Client.objects.get(pk=visit.client.pk).alert_sealed


def test_an_alert_that_cannot_be_read_fails_no_page(desk, visit, address, caplog):
    Client.objects.filter(pk=visit.client.pk).update(alert_sealed="0.0.broken")
    panel = f"/appointments/new/?client={visit.client.pk}"

    for shown in (address, f"/appointments/{visit.code}/", panel, "/calendar/2026-11-19/"):
        answer = desk.get(shown)
        assert answer.status_code == 200
        if "calendar" not in shown:
            said = gettext("This alert cannot be read. Tell an administrator.")
            assert said in answer.content.decode()
    assert f"client {visit.client.pk} cannot be decrypted" in caplog.text
    assert "broken" not in caplog.text

    assert alert(desk, address, alert="asma", consents="1").status_code == 200
    assert Client.objects.get(pk=visit.client.pk).alert == "asma"


def test_an_alert_that_is_too_long_is_refused(desk, address):
    assert alert(desk, address, alert="x" * 121, consents="1").status_code == 422
    assert alert(desk, address, alert="x" * 100_000, consents="1").status_code == 422


def test_a_double_click_changes_one_thing(desk, visit, address):
    request_id = str(uuid4())
    for _ in range(2):
        assert alert(desk, address, consents="1", request_id=request_id).status_code == 200

    assert ClientChange.objects.filter(client=visit.client).count() == 1
    other = alert(desk, address, alert="asma", request_id=request_id)
    assert code_of(other) == ["IDEMPOTENCY_KEY_MISMATCH"]
    assert request_id not in other.content.decode()


# -- Consents ---------------------------------------------------------------------------------
def test_a_consent_is_recorded_and_withdrawn(desk, visit, address):
    for given in ("1", "0"):
        answer = desk.post(
            f"{address}consents/", once(kind="promotional", given=given), headers=HTMX
        )
        assert answer.status_code == 200

    rows = Consent.objects.filter(client=visit.client, kind="promotional").order_by("pk")
    assert [row.given for row in rows] == [True, False]


def test_without_script_taking_back_health_data_is_asked_about_first(desk, visit, address):
    clients.set_alert(client=visit.client, text="asma", consent_by="desk", now=NOW, actor=Actor())
    sent = once(kind="health", given="0")

    asked = desk.post(f"{address}consents/", sent)

    assert asked.status_code == 200
    assert str(WITHDRAW_HEALTH) in asked.content.decode()
    assert f'name="request_id" value="{sent["request_id"]}"' in asked.content.decode()
    assert Client.objects.get(pk=visit.client.pk).alert == "asma"
    assert desk.post(f"{address}consents/", {**sent, "confirmed": "1"})["Location"] == address
    assert not Client.objects.get(pk=visit.client.pk).alert_sealed


@pytest.mark.parametrize("kind", ConsentKind.values)
def test_what_she_is_told_is_shown_where_it_is_recorded(desk, visit, address, kind):
    shown = desk.get(address).content.decode()
    recorded = desk.post(f"{address}consents/", once(kind=kind, given="1"), headers=HTMX)

    consent = Consent.objects.get(client=visit.client, kind=kind)
    text = clients.consent_text_behind(consent.text_version)
    assert escape(text) in shown
    assert recorded.status_code == 200


@pytest.mark.parametrize("given", ["1", "0"])
def test_what_she_was_told_can_be_read_afterwards_and_no_number_stands_for_it(
    desk, visit, address, monkeypatch, given
):
    desk.post(f"{address}consents/", once(kind="promotional", given="1"), headers=HTMX)
    desk.post(f"{address}consents/", once(kind="promotional", given=given), headers=HTMX)
    told = clients.consent_text("promotional")
    monkeypatch.setattr(consent_texts, "FORMER", (told,))
    changed = {**consent_texts.TEXTS, ConsentKind.PROMOTIONAL: "Another text by now."}
    monkeypatch.setattr(consent_texts, "TEXTS", changed)

    page = desk.get(address).content.decode()

    assert f"</summary>{escape(told)}</details>" in page
    assert Consent.objects.filter(kind="promotional").last().text_version not in page


@pytest.mark.parametrize("language", ["es-co", "en"])
@pytest.mark.parametrize("page", ["/clients/new/", "/appointments/new/?new_client=1"])
def test_a_new_client_is_told_the_text_that_is_recorded(desk, settings, page, language):
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    shown = desk.get(page).content.decode()

    with translation.override(language):
        assert escape(clients.consent_text("data")) in shown


@pytest.mark.parametrize(
    "sent", [{}, {"kind": "soul", "given": "1"}, {"kind": "data", "given": "perhaps"}]
)
def test_a_consent_that_does_not_exist_is_refused(desk, visit, address, sent):
    answer = desk.post(f"{address}consents/", once(**sent), headers=HTMX)

    assert answer.status_code == 422
    assert not Consent.objects.filter(client=visit.client).exists()


def test_each_form_of_the_page_is_a_request_of_its_own(desk, address):
    found = re.findall(r'name="request_id" value="([^"]+)"', desk.get(address).content.decode())

    assert len(found) == len(set(found)) >= 4


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("alert", {"alert": "asma", "version": 1, "consents": "1"}),
        ("consents", {"kind": "promotional", "given": "1"}),
        ("block", {"reason": REASON}),
        ("health/write", {"note": "Piel sensible", "consents": "1"}),
    ],
)
def test_what_is_sent_without_a_request_of_its_own_writes_nothing(manager, address, step, typed):
    answer = manager.post(f"{address}{step}/", typed, headers=HTMX)

    assert (answer.status_code, code_of(answer)) == (422, ["SPA-RULE"])
    assert not ClientChange.objects.exists()
    assert not Consent.objects.exists()


# -- Persona non grata ------------------------------------------------------------------------
def test_a_manager_blocks_and_lifts_with_a_reason(manager, visit, address):
    blocked = manager.post(f"{address}block/", once(reason=REASON), headers=HTMX)
    assert blocked.status_code == 200
    assert Client.objects.get(pk=visit.client.pk).is_blocked
    assert REASON in blocked.content.decode()

    lifted = manager.post(f"{address}unblock/", once(reason="Pidió disculpas"), headers=HTMX)
    assert lifted.status_code == 200
    assert not Client.objects.get(pk=visit.client.pk).is_blocked


def test_a_reason_is_needed(manager, visit, address):
    answer = manager.post(f"{address}block/", once(reason="  "), headers=HTMX)

    assert (answer.status_code, code_of(answer)) == (422, ["SPA-RULE"])
    assert 'aria-describedby="reason-error"' in answer.content.decode()


def test_who_is_blocked_already_cannot_be_blocked_again(manager, visit, address):
    manager.post(f"{address}block/", once(reason=REASON))

    answer = manager.post(f"{address}block/", once(reason="Otra cosa"), headers=HTMX)

    assert (answer.status_code, code_of(answer)) == (409, ["SPA-ILLEGAL-TRANSITION"])


@pytest.mark.parametrize("step", ["block", "unblock"])
def test_a_receptionist_may_neither_block_nor_lift(desk, address, step):
    assert desk.post(f"{address}{step}/", {"reason": REASON}).status_code == 403
    assert f"{address}{step}/" not in desk.get(address).content.decode()


def test_the_reason_of_a_block_reaches_no_receptionist(desk, visit, address):
    clients.flag(client=visit.client, reason=REASON, now=NOW, actor=Actor())

    text = desk.get(address).content.decode()

    assert REASON not in text
    assert 'data-tone="bad"' in text


@pytest.mark.parametrize("step", ["alert", "consents", "block", "unblock", "health"])
def test_nothing_is_decided_by_a_get(manager, address, step):
    assert manager.get(f"{address}{step}/").status_code == 405


# -- History ----------------------------------------------------------------------------------
def test_the_history_tells_what_was_changed_but_no_old_health_data(desk, visit, address):
    clients.edit(client=visit.client, name="Mariana Ruiz", now=NOW, actor=Actor())
    for text in ("alergia: látex", "asma"):
        clients.set_alert(client=visit.client, text=text, consent_by="desk", now=NOW, actor=Actor())

    text = desk.get(address).content.decode()

    assert "Mariana Echeverri" in text
    assert "látex" not in text


def test_who_opened_the_health_notes_is_told_to_who_may_read_the_log(client, visit, address):
    AuditLog.objects.create(
        at=NOW, origin="desk", action="HEALTH_NOTES_VIEWED", subject=f"client:{visit.client.pk}"
    )
    lines = {}
    for role in ("receptionist", "administrator"):
        client.force_login(worker(role, visit.location))
        history = client.get(address).content.decode().split('id="client-history"')[1]
        lines[role] = history.count("<time")

    assert lines == {"receptionist": 0, "administrator": 1}
