"""A message tells what is true when it leaves; what no longer is, is dropped, by its reason."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.models import (
    Appointment,
    AppointmentStatus,
    CancelledBy,
    Client,
    MessageKind,
    OutboxMessage,
)
from spa.services import booking
from spa.services.audit import Actor
from spa.services.messages import tell
from spa.services.slots import Wanted
from tests.factories import NOW, at, make_room, make_staff, make_user
from tests.spa.booking.houses import DESK
from tests.spa.messages.post import fates, the_message
from tests.tills import pay

LATER = NOW + timedelta(seconds=60)
NINE = at(9)


def only_letter(post, *, now):
    letters = post.sweep(now=now)
    assert len(letters) == 1
    return letters[0]


def test_a_visit_that_was_moved_before_it_was_told_is_told_once_as_it_stands(post):
    visit = post.book()
    post.move(visit, at(18))

    letter = only_letter(post, now=LATER)

    assert (letter.kind, letter.visit.starts_at) == (MessageKind.CONFIRMED, at(18))
    assert fates() == [("CONFIRMED", "dropped", "replaced"), ("MOVED", "sent", "")]


def test_what_is_booked_and_cancelled_before_it_was_told_is_not_told_at_all(post):
    visit = post.book()
    post.cancel(visit)

    assert post.sweep(now=LATER) == []
    assert fates() == [
        ("CONFIRMED", "dropped", "replaced"),
        ("CANCELLED", "dropped", "never_told"),
    ]


@pytest.fixture
def told(post):
    """A visit of which the client knows."""
    visit = post.book()
    post.sweep(now=NOW)
    return visit


def test_of_two_moves_the_last_is_told(post, told):
    post.move(told, at(18))
    post.move(told, at(12), now=NOW + timedelta(seconds=30))

    assert post.sweep(now=LATER) == []
    letter = only_letter(post, now=LATER + timedelta(seconds=30))

    assert (letter.kind, letter.visit.starts_at) == (MessageKind.MOVED, at(12))
    assert [fate[1:] for fate in fates()][1:] == [("dropped", "replaced"), ("sent", "")]


def test_there_and_back_again_is_no_news(post, told):
    post.move(told, at(18))
    post.move(told, at(16))

    assert post.sweep(now=LATER) == []
    assert fates()[-1] == ("MOVED", "dropped", "nothing_new")


def test_another_room_is_no_news_and_another_therapist_is(post, told):
    post.house.room = make_room(post.house.location, kind=post.house.room.kind)
    item = told.items.get()
    booking.move(
        appointment=told,
        wanted=[Wanted(item.service_id, item.staff_id, post.house.room.pk)],
        starts_at=told.starts_at,
        for_client=False,
        now=NOW,
        actor=DESK,
    )
    assert post.sweep(now=LATER) == []

    post.move(told, at(16), staff=make_staff(post.house.location))
    assert only_letter(post, now=LATER).kind == MessageKind.MOVED


def test_a_move_that_is_followed_by_a_cancellation_is_left_to_it(post, told):
    post.move(told, at(18))
    post.cancel(told, now=NOW + timedelta(seconds=10))

    letter = only_letter(post, now=LATER + timedelta(seconds=10))

    assert letter.kind == MessageKind.CANCELLED
    assert fates()[1:] == [("MOVED", "dropped", "replaced"), ("CANCELLED", "sent", "")]


def test_a_cancellation_that_was_undone_is_withdrawn(post, told):
    post.cancel(told)
    # As an undo leaves it.
    Appointment.objects.filter(pk=told.pk).update(
        status=AppointmentStatus.CONFIRMED, cancelled_by=""
    )
    told.items.update(occupies=True)

    assert post.sweep(now=LATER) == []
    assert fates()[-1] == ("CANCELLED", "dropped", "untrue")


def test_who_is_here_already_is_not_told_where_her_visit_went(post, told):
    booking.check_in(appointment=told, now=at(15, 50), actor=DESK)
    post.move(told, at(16, 30), now=at(15, 51))

    assert post.sweep(now=at(15, 55)) == []
    assert fates()[-1] == ("MOVED", "dropped", "untrue")


def test_what_has_begun_is_not_told_any_more(post):
    post.book()

    assert post.sweep(now=at(16)) == []
    assert fates() == [("CONFIRMED", "dropped", "past")]


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("", "no_email"),
        ("mariana", "bad_address"),
        ("mariana@correo.test\nBcc: all@correo.test", "bad_address"),
        ("mariana@correo.test, ana@correo.test", "bad_address"),
    ],
)
def test_what_is_no_address_is_not_written_to(post, email, reason):
    post.book()
    Client.objects.update(email=email)

    assert post.sweep(now=NOW) == []
    assert fates() == [("CONFIRMED", "dropped", reason)]


def test_what_is_not_there_any_more_is_not_told(post):
    post.book()
    OutboxMessage.objects.update(subject="BR-00000")

    assert post.sweep(now=NOW) == []
    assert fates() == [("CONFIRMED", "dropped", "gone")]


def test_a_receipt_says_what_is_paid_when_it_leaves(post, told):
    pay(told, now=at(8), pesos=50_000)
    tell.receipt(visit=told, now=at(8), actor=Actor(user=make_user(), request_id=uuid4()))
    pay(told, now=at(8), pesos=130_000)

    letter = only_letter(post, now=NINE)

    assert [payment.applied_cents for payment in letter.receipt.payments] == [
        50_000_00,
        130_000_00,
    ]


def test_a_cancelled_visit_tells_what_is_hers_as_credit(post, told):
    pay(told, now=at(8), pesos=50_000)
    post.cancel(told, now=NINE, by=CancelledBy.SPA)

    letter = only_letter(post, now=NINE + timedelta(seconds=60))

    assert letter.credit_cents == 50_000_00


def test_how_long_she_may_still_cancel_is_told_while_she_may(post):
    post.book(starts_at=at(16) + timedelta(days=1))
    letter = only_letter(post, now=NOW)
    post.house.book(client=post.mariana)
    soon = only_letter(post, now=NOW)

    assert letter.free_until == at(16)
    assert soon.free_until is None


def test_reading_what_to_say_costs_the_same_few_queries(post, django_assert_max_num_queries):
    post.book()
    message = the_message()

    # Claim: row, policy, update, savepoint twice; visit, words, policy, items, payments; mark.
    with django_assert_max_num_queries(13):
        post.send(message)
