"""Health notes on the screen: who may open them, and that each opening leaves its trace."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from spa.models import AppointmentStatus, AuditLog, HealthNote
from spa.services import booking, clients
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, at, make_client, make_location, make_staff
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NOTE = "Contractura en trapecio derecho"


@pytest.fixture
def notes(visit):
    """The address of the visit's client's notes, of which there is one."""
    clients.write_health_note(
        client=visit.client, text=NOTE, consent_by="desk", now=NOW, actor=Actor()
    )
    return f"/clients/{visit.client.pk}/health/"


@pytest.fixture(autouse=True)
def eight_o_clock(monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(8))


def therapist(staff, location):
    staff.user = worker("therapist", location)
    staff.save()
    return staff.user


def once(note):
    """Return the form of a note as it is sent: with a request of its own."""
    return {"note": note, "request_id": str(uuid4())}


def openings():
    return AuditLog.objects.filter(action="HEALTH_NOTES_VIEWED").count()


def test_the_page_of_a_client_holds_no_note_until_it_is_asked_for(client, visit, notes):
    client.force_login(worker("receptionist", visit.location))

    assert NOTE not in client.get(f"/clients/{visit.client.pk}/").content.decode()
    assert openings() == 0

    opened = client.post(notes, headers=HTMX)
    assert NOTE in opened.content.decode()
    assert openings() == 1


def test_a_note_that_cannot_be_decrypted_is_said_in_its_place_and_hides_no_other(
    client, visit, notes
):
    lost = clients.write_health_note(client=visit.client, text="Asma", now=NOW, actor=Actor())
    HealthNote.objects.filter(pk=lost.pk).update(text_sealed="sealed with a key that is gone")
    client.force_login(worker("receptionist", visit.location))

    answer = client.post(notes, headers={"Accept-Language": "en"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This note cannot be read. Tell an administrator." in page
    assert NOTE in page


@pytest.mark.parametrize("role", ["receptionist", "manager", "administrator"])
def test_who_books_may_open_them(client, visit, notes, role):
    client.force_login(worker(role, visit.location))

    assert client.post(notes).status_code == 200


def test_who_has_no_role_may_not(client, visit, notes):
    client.force_login(worker("nobody", visit.location))

    assert client.post(notes).status_code == 403
    assert openings() == 0


def test_a_therapist_opens_those_of_whom_she_treats_and_sees_no_surname(client, visit, notes):
    client.force_login(therapist(visit.items.get().staff, visit.location))

    page = client.post(notes).content.decode()

    assert NOTE in page
    assert "Mariana E." in page
    assert "Echeverri" not in page
    assert visit.client.phone[3:] not in page.replace(" ", "")


def test_for_another_therapist_the_client_does_not_exist(client, visit, notes):
    client.force_login(therapist(make_staff(visit.location), visit.location))

    assert client.post(notes).status_code == 404
    assert client.post(f"{notes}write/", once("x")).status_code == 404
    assert openings() == 0


@pytest.mark.parametrize("status", [AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW])
def test_a_visit_that_never_was_opens_nothing(client, visit, notes, status):
    user = therapist(visit.items.get().staff, visit.location)
    visit.status, visit.closed_at = status, NOW
    visit.cancelled_by = "client" if status == AppointmentStatus.CANCELLED else ""
    visit.items.update(occupies=False)
    visit.save()
    client.force_login(user)

    assert client.post(notes).status_code == 404


def panel(client, visit):
    return client.get(f"/appointments/{visit.code}/").content.decode()


@pytest.mark.parametrize(
    ("days", "status"), [(-30, 200), (0, 200), (6, 200), (8, 404), (300, 404)], ids=str
)
def test_who_treated_may_look_for_a_week_and_is_shown_as_long(
    client, visit, notes, days, status, monkeypatch
):
    clients.set_alert(client=visit.client, text="látex", now=NOW, actor=Actor())
    client.force_login(therapist(visit.items.get().staff, visit.location))
    monkeypatch.setattr("spa.clock.now", lambda: at(12, day=TODAY + timedelta(days=days)))

    assert client.post(notes).status_code == status
    assert openings() == (status == 200)
    assert (notes in panel(client, visit)) == (status == 200)
    assert ("látex" in panel(client, visit)) == (status == 200)


def test_a_visit_that_was_cancelled_shows_who_would_have_treated_no_health(client, visit, notes):
    clients.set_alert(client=visit.client, text="látex", now=NOW, actor=Actor())
    desk = worker("receptionist", visit.location)
    booking.cancel(
        appointment=visit, version=1, cancelled_by="client", now=NOW, actor=Actor(user=desk)
    )
    client.force_login(therapist(visit.items.get().staff, visit.location))
    hers = panel(client, visit)
    client.force_login(desk)

    assert "látex" not in hers
    assert notes not in hers
    assert "látex" in panel(client, visit)
    assert client.post(notes).status_code == 200


def test_for_the_desk_of_another_house_the_notes_do_not_exist(client, visit, notes):
    client.force_login(worker("receptionist", make_location()))

    assert client.post(notes).status_code == 404
    assert client.post(f"{notes}write/", once("x")).status_code == 404
    assert notes not in client.get(f"/clients/{visit.client.pk}/").content.decode()
    assert openings() == 0
    assert HealthNote.objects.count() == 1


def test_a_manager_of_another_house_may_open_them(client, visit, notes):
    client.force_login(worker("manager", make_location()))

    assert notes in client.get(f"/clients/{visit.client.pk}/").content.decode()
    assert client.post(notes).status_code == 200


def test_a_user_who_is_no_therapist_of_the_house_treats_nobody(client, visit, notes):
    client.force_login(worker("therapist", visit.location))

    assert client.post(notes).status_code == 404


def test_a_note_is_added_by_who_treats(client, visit, notes):
    client.force_login(therapist(visit.items.get().staff, visit.location))

    answer = client.post(f"{notes}write/", once("Piel sensible"), headers=HTMX)

    assert answer.status_code == 200
    assert "Piel sensible" in answer.content.decode()
    assert [note.text for note in HealthNote.objects.order_by("pk")] == [NOTE, "Piel sensible"]


def test_a_note_without_consent_comes_back_as_it_was_typed(client, visit):
    client.force_login(worker("receptionist", visit.location))

    answer = client.post(
        f"/clients/{visit.client.pk}/health/write/", once("Piel sensible"), headers=HTMX
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-code="SPA-RULE"' in page
    assert ">Piel sensible</textarea>" in page
    assert 'aria-describedby="note-error"' in page
    assert not HealthNote.objects.exists()


@pytest.mark.parametrize("note", ["", "  ", "x" * 2_001, "x" * 100_000])
def test_a_note_that_cannot_be_kept_is_refused(client, visit, notes, note):
    client.force_login(worker("receptionist", visit.location))

    assert client.post(f"{notes}write/", once(note), headers=HTMX).status_code == 422
    assert HealthNote.objects.count() == 1


def test_a_double_click_writes_one_note(client, visit, notes):
    client.force_login(worker("receptionist", visit.location))
    page = client.post(notes, headers=HTMX).content.decode()
    request_id = re.search(r'name="request_id" value="([^"]+)"', page)[1]

    for _ in range(2):
        client.post(f"{notes}write/", {"note": "Otra", "request_id": request_id}, headers=HTMX)

    assert HealthNote.objects.count() == 2


def test_a_hostile_note_is_shown_as_text(client, visit, notes):
    client.force_login(worker("receptionist", visit.location))

    answer = client.post(f"{notes}write/", once("<img src=x>\nsegunda"), headers=HTMX)

    assert "<img" not in answer.content.decode()
    assert "&lt;img src=x&gt;<br>segunda" in answer.content.decode()


@pytest.mark.parametrize("key", [0, 999_999, 2**63])
def test_notes_of_nobody_are_not_found(client, visit, key):
    client.force_login(worker("receptionist", visit.location))

    assert client.post(f"/clients/{key}/health/").status_code == 404
    assert make_client().health_notes.count() == 0
