"""The visits of a party on the day and in the panel: seen, moved and cancelled together."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Member, Wanted
from tests.factories import NOW, TODAY, at, make_client, make_location, make_room, make_staff
from tests.frontdesk.panel import fields, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def house():
    house = House(places=2)
    house.berta = make_staff(house.location)
    return house


@pytest.fixture
def desk(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


@pytest.fixture
def party(house):
    """Mariana and Laura, next week at ten, with Paola and Berta."""
    return book_together(house, "Mariana Echeverri", "Laura Gil", starts_at=at(10, day=NEXT_WEEK))


def book_together(house, *names, starts_at):
    therapists = (house.paola, house.berta)
    return booking.book_party_at(
        location=house.location,
        members=[
            Member(make_client(name=name), [Wanted(house.massage.pk, who.pk)])
            for name, who in zip(names, therapists, strict=True)
        ],
        starts_at=starts_at,
        now=NOW,
        actor=Actor(),
    )


def reread(*visits):
    for visit in visits:
        visit.refresh_from_db()
    return visits


def versions(*visits):
    return [f"{visit.pk}:{visit.version}" for visit in visits]


# -- seen ------------------------------------------------------------------------------------


def test_a_visit_names_who_comes_with_her_and_leads_there(desk, party):
    mariana, laura = party

    page = desk.get(f"/appointments/{mariana.code}/", headers=HTMX).content.decode()

    assert "Laura Gil" in page
    assert f'id="party-{laura.code}" href="/appointments/{laura.code}/"' in page
    assert f'data-party="{mariana.group.hex}"' in page


def test_who_comes_alone_comes_with_nobody(desk, house):
    page = desk.get(f"/appointments/{house.book().code}/", headers=HTMX).content.decode()

    assert "data-party" not in page
    assert "cancel-party" not in page


def test_a_therapist_is_told_only_of_visits_that_exist_for_her(client, house, party, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    house.paola.user = worker("therapist", house.location)
    house.paola.save()
    client.force_login(house.paola.user)

    page = client.get(f"/appointments/{party[0].code}/").content.decode()

    assert "Laura" not in page


def test_the_panel_costs_the_same_whoever_comes_along(desk, house, party):
    alone = house.book(client=make_client())
    with CaptureQueriesContext(connection) as one:
        desk.get(f"/appointments/{alone.code}/", headers=HTMX)
    with CaptureQueriesContext(connection) as two:
        desk.get(f"/appointments/{party[0].code}/", headers=HTMX)

    assert len(two) == len(one)


def test_the_cards_of_a_party_carry_its_mark_and_no_other_card_does(desk, house, party):
    alone = house.book(client=make_client(), starts_at=at(14, day=NEXT_WEEK))

    day = desk.get(f"/calendar/{NEXT_WEEK}/").content.decode()

    cards = {
        code: card
        for card in re.findall(r'<a class="appt.*?</a>', day, re.S)
        for code in re.findall(r'data-appointment="([^"]+)"', card)
    }
    for visit in party:
        assert f'data-party="{visit.group.hex}"' in cards[visit.code]
        assert 'href="#i-link-2"' in cards[visit.code]
    assert "data-party" not in cards[alone.code]
    assert 'id="i-link-2"' in day


# -- cancelled together ----------------------------------------------------------------------


def cancel(desk, *visits, by="client", **form):
    values = {"by": by, "versions": versions(*visits), **form}
    return desk.post(f"/appointments/{visits[0].code}/cancel-party/", values, headers=HTMX)


@pytest.mark.parametrize("by", ["client", "spa"])
def test_a_party_is_cancelled_as_one(desk, party, by):
    answer = cancel(desk, *party, by=by)

    assert answer.status_code == 200
    assert {(one.status, one.cancelled_by) for one in reread(*party)} == {("cancelled", by)}
    assert answer["HX-Trigger"] == "visit-changed"
    told = answer.content.decode().partition('hx-swap-oob="innerHTML:#toasts"')[2]
    assert all(one.code in told for one in party)


def test_cancelled_twice_is_cancelled_once(desk, party):
    cancel(desk, *party)
    answer = cancel(desk, *party)

    assert answer.status_code == 200
    assert [one.version for one in reread(*party)] == [2, 2]


def test_without_script_it_is_asked_first(desk, party):
    values = {"by": "spa", "versions": versions(*party)}
    url = f"/appointments/{party[0].code}/cancel-party/"

    asked = desk.post(url, values)
    before = [one.status for one in reread(*party)]
    done = desk.post(url, {**values, "confirmed": 1})

    assert asked.status_code == 200
    assert before == ["confirmed", "confirmed"]
    assert done.status_code == 302
    assert [one.status for one in reread(*party)] == ["cancelled", "cancelled"]


def test_what_the_page_asks_it_sends_again_for_every_visit(desk, party):
    values = {"by": "spa", "versions": versions(*party)}
    url = f"/appointments/{party[0].code}/cancel-party/"

    page = desk.post(url, values).content.decode()

    for pair in versions(*party):
        assert f'name="versions" value="{pair}"' in page


def test_a_party_one_of_whom_is_being_treated_is_neither_offered_nor_cancelled(desk, party):
    mariana, laura = party
    there = at(10, day=NEXT_WEEK)
    booking.check_in(appointment=laura, now=there, actor=Actor())
    booking.start(appointment=laura, now=there, actor=Actor())
    reread(laura)

    page = desk.get(f"/appointments/{mariana.code}/", headers=HTMX).content.decode()
    answer = cancel(desk, mariana, laura)

    assert "cancel-party" not in page
    assert 'data-code="SPA-ILLEGAL-TRANSITION"' in answer.content.decode()
    assert reread(mariana)[0].status == "confirmed"


def test_a_party_that_was_changed_meanwhile_is_not_cancelled(desk, house, party):
    mariana, laura = party
    sent = versions(mariana, laura)
    booking.move_at(
        appointment=laura,
        wanted=[Wanted(house.massage.pk, house.berta.pk)],
        starts_at=at(15, day=NEXT_WEEK),
        for_client=False,
        now=NOW,
        actor=Actor(),
    )

    answer = cancel(desk, mariana, laura, versions=sent)

    assert answer.status_code == 409
    assert 'data-code="SPA-STALE"' in answer.content.decode()
    assert {one.status for one in reread(*party)} == {"confirmed"}


@pytest.mark.parametrize("form", [{"by": "nobody"}, {"by": ""}, {"versions": "x"}])
def test_a_cancellation_that_cannot_be_read_is_refused(desk, party, form):
    assert cancel(desk, *party, **form).status_code == 422
    assert {one.status for one in reread(*party)} == {"confirmed"}


def test_a_party_of_another_house_does_not_exist(client, party):
    client.force_login(worker("receptionist", make_location()))

    assert cancel(client, *party).status_code == 404


# -- moved by the form -----------------------------------------------------------------------


def moving(desk, visit, start, **form):
    opened = fields(desk.get(f"/appointments/{visit.code}/move/", headers=HTMX))
    day = start.date().isoformat()
    return {**opened, "day": day, "start": start.isoformat(), "who": "spa", **form}


def test_the_whole_party_is_moved_unless_only_one_is_asked_for(desk, party):
    mariana, laura = party

    answer = desk.post(
        f"/appointments/{mariana.code}/move/", moving(desk, mariana, at(15, day=NEXT_WEEK))
    )

    assert answer["Location"].endswith(f"appointment={mariana.code}")
    assert {one.starts_at for one in reread(*party)} == {at(15, day=NEXT_WEEK)}
    assert [one.items.get().staff_id for one in (mariana, laura)] == [
        one.items.get().staff_id for one in party
    ]


def test_only_one_is_moved_where_that_is_asked_for(desk, party):
    mariana, laura = party
    form = moving(desk, laura, at(15, day=NEXT_WEEK), scope="one")

    desk.post(f"/appointments/{laura.code}/move/", form)

    assert reread(mariana)[0].starts_at == at(10, day=NEXT_WEEK)
    assert reread(laura)[0].starts_at == at(15, day=NEXT_WEEK)


def test_the_times_are_those_at_which_all_of_them_can_be(desk, house, party):
    mariana = party[0]
    make_room(house.location, kind=house.room.kind)
    house.book(starts_at=at(15, day=NEXT_WEEK), staff=house.berta)  # Laura's
    opened = fields(desk.get(f"/appointments/{mariana.code}/move/", headers=HTMX))
    choose = f"/appointments/{mariana.code}/move/choose/"
    three = at(15, day=NEXT_WEEK)

    together = desk.post(choose, {**opened, "only": 1}).context["times"]
    alone = desk.post(choose, {**opened, "only": 1, "scope": "one"}).context["times"]

    assert next(one.free for one in together.others if one.at == three) is False
    assert three in [one.at for one in alone.others if one.free]


def test_a_member_who_was_moved_meanwhile_is_not_moved_over(desk, house, party):
    mariana, laura = party
    form = moving(desk, mariana, at(15, day=NEXT_WEEK))
    booking.move_at(
        appointment=laura,
        wanted=[Wanted(house.massage.pk, house.berta.pk)],
        starts_at=at(17, day=NEXT_WEEK),
        for_client=False,
        now=NOW,
        actor=Actor(),
    )

    answer = desk.post(f"/appointments/{mariana.code}/move/", form)

    assert answer.status_code == 409
    assert problem(answer)[0] == "SPA-STALE"
    assert reread(mariana)[0].starts_at == at(10, day=NEXT_WEEK)


def test_a_member_who_is_here_already_leaves_only_single_moves(desk, house):
    mariana, laura = book_together(house, "Mariana", "Laura", starts_at=at(10))
    booking.check_in(appointment=laura, now=NOW, actor=Actor())
    booking.start(appointment=laura, now=NOW, actor=Actor())

    page = desk.get(f"/appointments/{mariana.code}/move/", headers=HTMX).content.decode()

    assert 'name="scope"' not in page


# -- moved by its card -----------------------------------------------------------------------


def drop(desk, visit, moment, **fields):
    item = visit.items.get()
    values = {
        "item": item.pk,
        "start": moment.isoformat(),
        "staff": item.staff_id,
        "version": visit.version,
        "request_id": uuid4(),
        **fields,
    }
    return desk.post(f"/appointments/{visit.code}/drag/", values)


def test_a_card_of_a_party_that_is_dropped_asks_who_goes_along(desk, party):
    mariana = party[0]

    asked = drop(desk, mariana, at(15, day=NEXT_WEEK))

    page = asked.content.decode()
    assert asked.status_code == 200
    assert 'id="drag-asked"' in page
    assert "Laura Gil" in page
    assert {one.starts_at for one in reread(*party)} == {at(10, day=NEXT_WEEK)}
    assert page.index('name="scope" value="party"') < page.index('name="scope" value="one"')


@pytest.mark.parametrize("scope", ["party", "one"])
def test_the_answer_moves_all_or_only_her(desk, party, scope):
    mariana, laura = party

    answer = drop(desk, mariana, at(15, day=NEXT_WEEK), scope=scope, versions=versions(laura))

    assert f'data-moved="{mariana.code}"' in answer.content.decode()
    three, ten = at(15, day=NEXT_WEEK), at(10, day=NEXT_WEEK)
    expected = [three, three if scope == "party" else ten]
    assert [one.starts_at for one in reread(*party)] == expected


def test_a_card_carried_to_another_therapist_at_the_same_time_asks_nothing(desk, house, party):
    third = make_staff(house.location)

    drop(desk, party[0], at(10, day=NEXT_WEEK), staff=third.pk)

    assert party[0].items.get().staff == third


def test_a_party_that_does_not_fit_is_told_where_all_of_it_would(desk, house, party):
    house.book(starts_at=at(15, day=NEXT_WEEK), staff=house.berta)  # Laura's

    answer = drop(desk, party[0], at(15, day=NEXT_WEEK), scope="party", versions=versions(party[1]))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.count('name="start"') == 3
    assert 'name="scope" value="party"' in page
    assert f'value="{at(13, 45, day=NEXT_WEEK).isoformat()}"' in page
    assert f'value="{at(15, 15, day=NEXT_WEEK).isoformat()}"' not in page
