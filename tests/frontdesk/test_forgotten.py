"""A visit that took place and was not entered, and one that walks in while its slot runs."""

from datetime import timedelta

import pytest

from spa.models import Appointment, AuditLog
from tests.factories import TODAY, at, make_client
from tests.frontdesk.panel import filled_in, free_starts, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House

pytestmark = pytest.mark.django_db
NEW = "/appointments/new/"
CHOOSE = "/appointments/new/choose/"
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def noon(monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(12, 7))


@pytest.fixture
def manager(client, house, noon):
    client.force_login(worker("manager", house.location))
    return client


@pytest.fixture
def receptionist(client, house, noon):
    client.force_login(worker("receptionist", house.location))
    return client


def order(house, start, **fields):
    client = make_client()
    return filled_in(
        client=client.pk, service=house.massage.pk, therapist=house.paola.pk, at=start, **fields
    )


def looking(house, day, **fields):
    return {"service": house.massage.pk, "therapist": "", "day": day.isoformat(), **fields}


@pytest.mark.parametrize("day", [TODAY, YESTERDAY])
def test_a_manager_is_shown_the_times_gone_by_when_she_asks(manager, house, day):
    offered = manager.post(CHOOSE, looking(house, day))
    asked = manager.post(CHOOSE, looking(house, day, past="1"))

    ten = at(10, day=day).isoformat()
    assert 'name="past"' in offered.content.decode()
    assert ten not in free_starts(offered)
    assert ten in free_starts(asked)
    page = asked.content.decode()
    assert '<option value="forgotten" selected>' in page
    assert " checked" not in page.partition('id="new-times"')[2].partition('name="start"')[2]


def test_she_enters_it_with_a_reason_which_is_audited(manager, house):
    start = at(10, day=YESTERDAY)

    manager.post(NEW, order(house, start, past="1", override="forgotten"))

    assert Appointment.objects.get().starts_at == start
    entry = AuditLog.objects.get(action="POLICY_OVERRIDDEN")
    assert entry.reason_code == "forgotten"


def test_without_a_reason_it_is_refused_and_the_reason_asked_for(manager, house):
    answer = manager.post(NEW, order(house, at(10), past="1", override=""))

    assert problem(answer) == ("SPA-RULE", "lead_time")
    assert 'name="override"' in answer.content.decode()
    assert not Appointment.objects.exists()


def test_an_older_day_is_told_to_be_out_of_reach(manager, house):
    page = manager.post(CHOOSE, looking(house, TODAY - timedelta(days=2), past="1")).content

    assert b'id="gone-by"' in page
    assert b'name="past"' not in page


def test_a_receptionist_is_told_who_can_and_cannot_herself(receptionist, house):
    looked = receptionist.post(CHOOSE, looking(house, YESTERDAY, past="1"))
    sent = receptionist.post(
        NEW, order(house, at(10, day=YESTERDAY), past="1", override="forgotten")
    )

    assert 'id="gone-by"' in looked.content.decode()
    assert free_starts(looked) == []
    assert problem(sent) == ("SPA-RULE", "lead_time")
    assert 'name="override"' not in sent.content.decode()
    assert not Appointment.objects.exists()


def test_a_client_who_walks_in_is_booked_into_the_running_slot(receptionist, house):
    running = at(12)

    assert running.isoformat() in free_starts(receptionist.post(CHOOSE, looking(house, TODAY)))
    receptionist.post(NEW, order(house, running))

    assert Appointment.objects.get().starts_at == running
