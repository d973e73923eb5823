"""What is told is written with its cause: once, and not at all when the cause is refused."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from spa.errors import BusinessLogicError, RuleBroken
from spa.models import (
    Appointment,
    AppointmentStatus,
    AuditLog,
    CancelledBy,
    MessageKind,
    OutboxMessage,
    OverrideReason,
)
from spa.services import booking, payments
from spa.services.audit import Actor
from spa.services.messages import tell
from spa.services.payments import Bill, Tender
from spa.services.slots import Member, Wanted
from tests.factories import NOW, ask_for_deposits, at, make_client, make_staff, make_user
from tests.spa.booking.houses import DESK
from tests.spa.messages.post import outbox, queued, the_message
from tests.tills import pay

UNDO = timedelta(seconds=60)


def test_a_booking_is_told_at_once(post):
    visit = post.book()

    message = the_message()
    assert (message.kind, message.subject, message.occasion) == (
        MessageKind.CONFIRMED,
        visit.code,
        "1",
    )
    assert (message.client, message.location) == (post.mariana, visit.location)
    assert message.due_at == NOW
    assert queued() == [(message.pk,)]


@pytest.mark.parametrize("what", ["move", "cancel"])
def test_what_can_be_undone_is_told_when_it_no_longer_can(post, what):
    visit = post.book()
    if what == "move":
        post.move(visit, at(18))
    else:
        post.cancel(visit)

    told = outbox()[-1]
    assert told.occasion == "2"
    assert told.due_at == NOW + UNDO
    # No worker sees the task before that.
    waits = OrmQ.objects.order_by("pk").last().lock - timezone.now()
    assert timedelta(seconds=50) < waits <= UNDO


def test_the_same_cause_is_told_once(post):
    visit = post.book()

    tell.confirmed(visit, now=NOW)

    assert len(outbox()) == 1
    assert len(queued()) == 1


def test_a_form_that_is_sent_twice_is_told_once(post):
    actor = Actor(user=make_user(), request_id=uuid4())

    post.book(actor=actor)
    post.book(actor=actor)

    assert len(outbox()) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_neither_told_nor_queued(post):
    with transaction.atomic():
        post.book()
        transaction.set_rollback(True)

    assert (outbox(), queued()) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_is_not_told(post):
    visit = post.book()
    with pytest.raises(BusinessLogicError):
        post.move(visit, at(3))

    assert [message.kind for message in outbox()] == [MessageKind.CONFIRMED]


def test_of_who_has_no_email_no_row_is_written(post):
    visit = post.house.book(client=make_client(email=""))
    post.cancel(visit)

    assert (outbox(), queued()) == ([], [])


def test_nothing_is_told_of_a_visit_that_has_begun(post):
    visit = post.book()

    post.cancel(visit, now=at(16, 5))

    assert [message.kind for message in outbox()] == [MessageKind.CONFIRMED]


@pytest.fixture
def unpaid(post):
    ask_for_deposits()
    visit = post.book()
    assert visit.status == AppointmentStatus.PENDING_PAYMENT
    return visit


def test_a_visit_that_waits_for_its_deposit_is_told_when_it_is_paid(unpaid):
    assert outbox() == []

    pay(unpaid, now=NOW, pesos=72_000)

    assert (the_message().kind, the_message().occasion) == (MessageKind.CONFIRMED, "2")


def test_a_visit_whose_deposit_a_manager_waives_is_told_then(unpaid):
    booking.confirm_without_deposit(
        appointment=unpaid, reason_code=OverrideReason.REGULAR, now=NOW, actor=DESK
    )

    assert the_message().kind == MessageKind.CONFIRMED


def test_paying_more_of_what_is_confirmed_is_no_news(post):
    pay(post.book(), now=NOW, pesos=10_000)

    assert len(outbox()) == 1


def party_of(post, *clients) -> list[Appointment]:
    post.house.room.places = len(clients)
    post.house.room.save()
    staff = [make_staff(post.house.location) for _ in clients]
    members = [
        Member(client, [Wanted(post.house.massage.pk, member.pk, post.house.room.pk)])
        for client, member in zip(clients, staff, strict=True)
    ]
    return booking.book_party(
        location=post.house.location, members=members, starts_at=at(14), now=NOW, actor=DESK
    )


def test_each_of_a_party_is_told_by_one_task(post):
    friend = make_client(email="ana@correo.test")
    visits = party_of(post, post.mariana, friend, make_client())

    booking.cancel_party(
        appointment=visits[0], cancelled_by=CancelledBy.CLIENT, now=NOW, actor=DESK
    )

    told = [(message.client, message.kind) for message in outbox()]
    assert told == [
        (client, kind)
        for kind in (MessageKind.CONFIRMED, MessageKind.CANCELLED)
        for client in (post.mariana, friend)
    ]
    first = queued()[0]
    assert first == tuple(message.pk for message in outbox()[:2])


def test_each_of_a_party_is_told_when_one_bill_pays_their_deposits(post):
    ask_for_deposits()
    first, second = party_of(post, post.mariana, make_client(email="ana@correo.test"))
    assert outbox() == []

    due = first.deposit_cents + second.deposit_cents
    payments.charge_together(
        payer=first,
        others=[second],
        bill=Bill(tenders=[Tender("card_terminal", due, reference="0001")]),
        deposit=True,
        now=NOW,
        actor=DESK,
    )

    assert {message.subject for message in outbox()} == {first.code, second.code}


def test_both_of_a_swap_are_told(post):
    first, second = post.book(), post.house.book(client=make_client(email="ana@correo.test"))

    booking.swap_at(first=first, second=second, now=NOW, actor=DESK)

    moved = OutboxMessage.objects.filter(kind=MessageKind.MOVED)
    assert set(moved.values_list("subject", flat=True)) == {first.code, second.code}


def test_telling_costs_two_queries_of_at_most_twenty(post, django_assert_max_num_queries):
    stranger = make_client()
    with CaptureQueriesContext(connection) as silent:
        post.house.book(client=stranger)
    with django_assert_max_num_queries(20), CaptureQueriesContext(connection) as told:
        post.book(starts_at=at(12))

    assert len(told) == len(silent) + 2


def test_a_party_of_four_with_emails_costs_two_queries_more(post):
    clients = [make_client(email=f"c{number}@correo.test") for number in range(4)]

    with CaptureQueriesContext(connection) as told:
        party_of(post, *clients)

    assert sum("spa_outboxmessage" in query["sql"] for query in told) == 1
    assert sum("django_q_ormq" in query["sql"] for query in told) == 1


# -- The receipt ------------------------------------------------------------------------------
@pytest.fixture
def paid(post):
    visit = pay(post.book(), now=at(8))
    OutboxMessage.objects.all().delete()
    OrmQ.objects.all().delete()
    return visit


def send_receipt(visit, *, now=NOW, request_id=None, user=None):
    actor = Actor(user=user or make_user(), request_id=request_id or uuid4())
    return tell.receipt(visit=visit, now=now, actor=actor)


def test_a_receipt_leaves_at_once_and_is_audited(paid):
    message = send_receipt(paid)

    assert (message.kind, message.due_at, message.subject) == (
        MessageKind.RECEIPT,
        NOW,
        paid.code,
    )
    assert queued() == [(message.pk,)]
    assert AuditLog.objects.get(action="RECEIPT_SENT").subject == f"appointment:{paid.code}"


def test_the_same_form_sends_one_receipt_and_another_form_another(paid):
    user, first = make_user(), uuid4()

    once = send_receipt(paid, request_id=first, user=user)
    again = send_receipt(paid, request_id=first, user=user)
    other = send_receipt(paid, user=user)

    assert once == again
    assert other != once
    assert len(queued()) == 2


def test_a_receipt_goes_out_after_the_visit_too(paid):
    assert send_receipt(paid, now=at(20)).due_at == at(20)


def test_a_receipt_of_the_night_is_due_in_the_morning(paid):
    night = at(21, 30)

    assert send_receipt(paid, now=night).due_at == at(7) + timedelta(days=1)


def test_without_an_email_there_is_no_receipt(paid):
    paid.client.email = ""
    paid.client.save()

    with pytest.raises(RuleBroken) as refusal:
        send_receipt(paid)

    assert refusal.value.facts["reason"] == "no_email"
    assert outbox() == []


def test_of_a_visit_that_nobody_paid_there_is_no_receipt(post):
    with pytest.raises(RuleBroken) as refusal:
        send_receipt(post.book())

    assert refusal.value.facts["reason"] == "nothing_paid"
