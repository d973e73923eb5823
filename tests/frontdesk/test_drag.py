"""A card that was carried to another place in the calendar."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.models import StaffMember
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
)
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, visit, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", visit.location))
    return client


def drop(desk, visit, moment, *, carried=None, **fields):
    item = carried or visit.items.first()
    values = {
        "item": item.pk,
        "start": moment and moment.isoformat(),
        "staff": item.staff_id or "",
        "version": visit.version,
        "request_id": uuid4(),
        **fields,
    }
    return desk.post(f"/appointments/{visit.code}/drag/", values)


def book_beside(visit, starts_at):
    """Fill the therapist's time at `starts_at` with somebody else."""
    item = visit.items.get()
    return booking.book(
        location=visit.location,
        client=make_client(),
        wanted=[Wanted(item.service_id, item.staff_id, item.room_id)],
        starts_at=starts_at,
        now=NOW,
        actor=Actor(),
    )


def test_a_card_dropped_on_another_time_moves_the_visit_for_the_spa(desk, visit):
    answer = drop(desk, visit, at(12, 30))

    visit.refresh_from_db()
    assert visit.starts_at == at(12, 30)
    assert (visit.moves, visit.client_moves) == (1, 0)
    assert answer["HX-Trigger"] == "visit-changed, panel-outdated"
    assert answer["HX-Retarget"] == "#toasts"
    assert f'data-moved="{visit.code}"' in answer.content.decode()


def test_a_card_dropped_on_another_therapist_is_hers_now(desk, visit):
    camilo = make_staff(visit.location)

    drop(desk, visit, at(10), staff=camilo.pk)

    assert visit.items.get().staff == camilo


def test_a_card_dropped_on_another_day_goes_there(desk, visit):
    tomorrow = TODAY + timedelta(days=1)

    drop(desk, visit, at(9, day=tomorrow))

    visit.refresh_from_db()
    assert visit.starts_at == at(9, day=tomorrow)
    assert visit.changes.get(version=2).left_day == TODAY


def test_a_visit_keeps_its_room_where_that_is_free(desk, visit):
    item = visit.items.get()
    for _ in range(2):
        make_room(visit.location, kind=item.room.kind)

    drop(desk, visit, at(15))

    assert visit.items.get().room == item.room


def test_a_visit_gets_another_room_where_its_own_is_taken(desk, visit):
    item = visit.items.get()
    other = make_room(visit.location, kind=item.room.kind)
    booking.book(
        location=visit.location,
        client=make_client(),
        wanted=[Wanted(item.service_id, make_staff(visit.location).pk, item.room_id)],
        starts_at=at(15),
        now=NOW,
        actor=Actor(),
    )

    drop(desk, visit, at(15))

    assert visit.items.get().room == other


def test_the_other_parts_of_a_visit_come_along(desk, visit):
    location = visit.location
    paola, camilo = make_staff(location), make_staff(location)
    long = booking.book(
        location=location,
        client=make_client(),
        wanted=[Wanted(make_service().pk, paola.pk), Wanted(make_service().pk, camilo.pk)],
        starts_at=at(14),
        now=NOW,
        actor=Actor(),
    )
    second = long.items.get(position=1)

    drop(desk, long, at(16, 15), carried=second)

    long.refresh_from_db()
    assert long.starts_at == at(15, 15)
    assert long.items.get(position=1).starts_at == at(16, 15)


def test_a_drop_on_somebody_else_is_refused_and_names_three_other_times(desk, visit):
    book_beside(visit, at(13))

    answer = drop(desk, visit, at(13))

    page = answer.content.decode()
    visit.refresh_from_db()
    assert answer.status_code == 409
    assert 'data-code="SPA-SLOT-TAKEN"' in page
    assert page.count('name="start"') == 3
    assert visit.starts_at == at(10)


def test_one_of_the_other_times_can_be_taken(desk, visit):
    book_beside(visit, at(13))
    refused = drop(desk, visit, at(13)).content.decode()

    assert f'name="start" value="{at(11, 45).isoformat()}"' in refused
    drop(desk, visit, at(11, 45))

    visit.refresh_from_db()
    assert visit.starts_at == at(11, 45)


def test_a_drop_on_closed_time_says_so(desk, visit):
    answer = drop(desk, visit, at(21))

    assert answer.status_code == 422
    assert 'data-code="SPA-RULE"' in answer.content.decode()


def test_two_desks_that_carry_the_same_card_cannot_both_have_it(desk, visit):
    drop(desk, visit, at(12))

    answer = drop(desk, visit, at(15))  # with the version of before

    visit.refresh_from_db()
    assert answer.status_code == 409
    assert 'data-code="SPA-STALE"' in answer.content.decode()
    assert "SPA-STALE" in answer.content.decode()
    assert visit.starts_at == at(12)


def test_a_drop_that_is_sent_again_moves_once(desk, visit):
    key = uuid4()

    drop(desk, visit, at(12), request_id=key)
    answer = drop(desk, visit, at(12), request_id=key)

    visit.refresh_from_db()
    assert answer.status_code == 200
    assert visit.moves == 1


def test_a_visit_that_is_over_is_not_moved(desk, visit):
    booking.cancel(appointment=visit, cancelled_by="spa", now=NOW, actor=Actor())
    visit.refresh_from_db()

    answer = drop(desk, visit, at(12))

    assert 'data-code="SPA-ILLEGAL-TRANSITION"' in answer.content.decode()
    assert 'name="start"' not in answer.content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"start": ""},
        {"start": "soon"},
        {"start": "2026-11-19T10:00"},
        {"start": "9999-12-31T10:00:00-05:00"},
        {"version": ""},
        {"item": "x"},
        {"request_id": ""},
        {"staff": "nobody"},
    ],
)
def test_a_drop_that_cannot_be_read_is_refused_with_a_sentence(desk, visit, fields):
    answer = drop(desk, visit, None, **({"start": at(12).isoformat()} | fields))

    assert answer.status_code == 422
    visit.refresh_from_db()
    assert visit.starts_at == at(10)


def test_a_therapist_who_does_not_exist_cannot_do_it(desk, visit):
    unknown = StaffMember.objects.order_by("-pk").first().pk + 1000

    answer = drop(desk, visit, at(12), staff=unknown)

    assert answer.status_code == 422


def test_an_item_of_another_visit_is_not_found(desk, visit):
    other = book_beside(visit, at(15))

    assert drop(desk, visit, at(12), carried=other.items.get()).status_code == 404


def test_only_who_books_may_carry_a_card_and_only_of_her_locations(client, visit, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    staff = visit.items.get().staff
    staff.user = worker("therapist", visit.location)
    staff.save()
    client.force_login(staff.user)
    assert drop(client, visit, at(12)).status_code == 403

    client.force_login(worker("receptionist", make_location()))
    assert drop(client, visit, at(12)).status_code == 404
