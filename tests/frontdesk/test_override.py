"""A manager lets a rule of the policy pass, with a reason; nobody else can."""

import pytest

from spa.models import Appointment, AuditLog, OverrideReason, SpaPolicy
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import NOW, at, make_client
from tests.frontdesk.panel import filled_in, problem
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
NEW = "/appointments/new/"
REASON = OverrideReason.values[0]


@pytest.fixture
def regular(visit, monkeypatch):
    """A client who has as many visits ahead as the policy allows."""
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    SpaPolicy.objects.update(max_visits_ahead=1)
    return visit.client


def order(visit, client, **fields):
    item = visit.items.get()
    return filled_in(
        client=client.pk,
        service=item.service_id,
        therapist=item.staff_id,
        at=at(15),
        **fields,
    )


def test_a_manager_is_offered_to_let_the_limit_pass(client, visit, regular):
    client.force_login(worker("manager", visit.location))

    answer = client.post(NEW, order(visit, regular))

    assert problem(answer)[0] == "APP-003"
    assert 'name="override"' in answer.content.decode()


def test_with_a_reason_she_books_and_it_is_audited(client, visit, regular):
    client.force_login(worker("manager", visit.location))

    client.post(NEW, order(visit, regular, override=REASON))

    booked = Appointment.objects.latest("pk")
    assert booked.starts_at == at(15)
    entry = AuditLog.objects.get(action="POLICY_OVERRIDDEN")
    assert (entry.subject, entry.reason_code) == (f"appointment:{booked.code}", REASON)


def test_a_receptionist_is_not_offered_it_and_cannot_send_it(client, visit, regular):
    client.force_login(worker("receptionist", visit.location))

    answer = client.post(NEW, order(visit, regular, override=REASON))

    assert problem(answer)[0] == "APP-003"
    assert 'name="override"' not in answer.content.decode()
    assert Appointment.objects.count() == 1


def test_a_clash_is_never_let_pass(client, visit, regular):
    client.force_login(worker("manager", visit.location))
    item = visit.items.get()
    booking.book(
        location=visit.location,
        client=make_client(),
        wanted=[Wanted(item.service_id, item.staff_id, item.room_id)],
        starts_at=at(15),
        now=NOW,
        actor=Actor(),
    )

    answer = client.post(NEW, order(visit, make_client(), override=REASON))

    assert problem(answer)[0] == "SPA-SLOT-TAKEN"
    assert 'name="override"' not in answer.content.decode()


def test_a_reason_that_nobody_knows_is_no_override(client, visit, regular):
    client.force_login(worker("manager", visit.location))

    answer = client.post(NEW, order(visit, regular, override="because"))

    assert answer.status_code == 422
    assert Appointment.objects.count() == 1
