"""A therapist is out: whom that concerns, what they are offered, and what is written."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.errors import BusinessLogicError, Stale
from spa.models import (
    AbsenceCall,
    AppointmentChange,
    AuditLog,
    AvailabilityExclusion,
    StaffMember,
)
from spa.services import absence, booking, schedule, verification
from spa.services.absence import Choice
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, TODAY, at, make_client, make_room, make_staff, make_user
from tests.spa.booking.houses import DESK, House


class Team(House):
    """Paola with a visit at eleven, and Camilo, who can do what she does, in a second room."""

    def __init__(self):
        super().__init__()
        self.camilo = make_staff(self.location)
        make_room(self.location, kind=self.room.kind)
        self.visit = self.book(starts_at=at(11))

    def take_out(self, starts_at=None, ends_at=None, **fields):
        return absence.take_out(
            **{
                "location": self.location,
                "staff": self.paola,
                "starts_at": starts_at or at(11),
                "ends_at": ends_at or at(20),
                "confirmed": True,
                "now": NOW,
                "actor": DESK,
                **fields,
            }
        )

    def propose(self, starts_at=None, ends_at=None):
        span = (starts_at or at(11), ends_at or at(20))
        visits = absence.affected_by(self.paola, *span)
        return absence.propose(
            visits, staff=self.paola, starts_at=span[0], ends_at=span[1], now=NOW
        )

    def accept(self, offer, visit=None, **fields):
        visit = visit or self.visit
        return Choice(
            **{
                "visit": visit,
                "version": visit.version,
                "start": offer.start,
                "staff": offer.staff,
                **fields,
            }
        )


def rearrange(*choices, actor=DESK):
    return absence.rearrange(choices, now=NOW, actor=actor)


# -- Whom it concerns, and what they are offered ------------------------------------------------
@pytest.mark.django_db
def test_only_visits_that_wait_for_her_within_that_time_are_affected():
    team = Team()
    team.book(starts_at=at(9))
    team.book(staff=team.camilo, starts_at=at(16))
    gone = team.book(starts_at=at(14))
    booking.cancel(appointment=gone, cancelled_by="spa", now=NOW, actor=DESK)

    assert list(absence.affected_by(team.paola, at(11), at(20))) == [team.visit]


@pytest.mark.django_db
def test_a_colleague_at_the_same_time_and_the_first_times_after_it_are_offered():
    team = Team()

    [one] = team.propose()

    assert (one.colleague.start, one.colleague.staff) == (at(11), (team.camilo.pk,))
    assert (one.with_her.start, one.with_her.staff) == (
        at(8, day=TODAY + timedelta(days=1)),
        (team.paola.pk,),
    )
    assert (one.with_anyone.start.date(), one.with_anyone.staff) == (TODAY, (team.camilo.pk,))
    assert one.with_anyone.start > at(11)


@pytest.mark.django_db
def test_who_asked_for_her_is_not_given_to_a_colleague_unasked():
    team = Team()

    [one] = team.propose()

    assert one.asked_for_her
    assert one.usual is None
    team.visit.items.update(staff_requested=False)
    assert team.propose()[0].usual == one.colleague


@pytest.mark.django_db
def test_no_two_visits_are_offered_the_same_place():
    team = Team()
    second_room = make_room(team.location, kind=team.room.kind)
    berta = make_staff(team.location)
    booking.book(
        location=team.location,
        client=make_client(),
        wanted=[Wanted(team.massage.pk, berta.pk, second_room.pk)],
        starts_at=at(11),
        now=NOW,
        actor=DESK,
    )
    team.book(starts_at=at(12, 15))

    first, second = team.propose(ends_at=at(13, 30))

    offers = [first.colleague, first.with_her, first.with_anyone]
    offers += [second.colleague, second.with_her, second.with_anyone]
    places = [(offer.staff, offer.start) for offer in offers if offer]
    assert len(places) == len(set(places))
    accepted = rearrange(team.accept(first.colleague), team.accept(second.colleague, second.visit))
    assert len(accepted.moved) == 2


@pytest.mark.django_db
def test_a_visit_of_a_party_is_not_parted_from_the_others():
    team = Team()
    other = team.book(staff=team.camilo, starts_at=at(15))
    type(other).objects.filter(pk=other.pk).update(group=team.visit.group)
    other.items.update(group=team.visit.group)

    [one] = team.propose()

    assert one.in_party
    assert one.colleague
    assert one.with_her is one.with_anyone is None


@pytest.mark.django_db
def test_who_is_here_already_is_offered_today_only():
    team = Team()
    booking.check_in(appointment=team.visit, now=at(10, 55), actor=DESK)

    [one] = team.propose()

    assert one.with_her is None
    assert one.with_anyone.start.date() == TODAY


@pytest.mark.django_db
def test_each_visit_costs_the_same_few_queries(django_assert_num_queries):
    team = Team()
    for hour in (13, 15):
        team.book(starts_at=at(hour))

    visits = list(absence.affected_by(team.paola, at(11), at(20)))

    with django_assert_num_queries(4 * len(visits)):
        absence.propose(visits, staff=team.paola, starts_at=at(11), ends_at=at(20), now=NOW)


# -- What is written ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_she_is_out_and_what_was_accepted_is_moved_with_its_history():
    team, user = Team(), make_user()
    later = team.book(starts_at=at(13))
    first, _second = team.propose()

    out = team.take_out(
        confirmed=schedule.seal_of([team.visit.code, later.code]), actor=Actor(user=user)
    )
    done = rearrange(team.accept(first.colleague), actor=Actor(user=user))

    assert out.visits == (team.visit.code, later.code)
    assert out.report.staff.gained == -9 * 60
    assert [visit.code for visit in done.moved] == [team.visit.code]
    item = team.visit.items.get()
    assert (item.staff_id, item.staff_requested, item.starts_at) == (team.camilo.pk, False, at(11))
    change = AppointmentChange.objects.get(appointment=team.visit, version=2)
    assert (change.action, change.reason_code, change.user_id) == ("move", "spa", user.pk)
    entry = AuditLog.objects.get(action="TIME_BLOCKED")
    assert (entry.reason_code, entry.user_id, entry.facts["visits"]) == ("absence", user.pk, 2)
    assert list(absence.affected_by(team.paola, at(11), at(20))) == [later]
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_a_trial_writes_nothing():
    team = Team()

    out = schedule.trial(
        absence.take_out,
        location=team.location,
        staff=team.paola,
        starts_at=at(11),
        ends_at=at(20),
        now=NOW,
        actor=DESK,
    )

    assert out.report.staff.gained == -9 * 60
    assert not AvailabilityExclusion.objects.exists()
    assert not AuditLog.objects.filter(action="TIME_BLOCKED").exists()


@pytest.mark.django_db
def test_a_visit_that_came_since_they_were_shown_has_to_be_seen():
    team = Team()
    seen = schedule.seal_of([team.visit.code])
    team.book(starts_at=at(15))

    with pytest.raises(absence.VisitsChanged):
        team.take_out(confirmed=seen)
    with pytest.raises(absence.VisitsChanged):
        team.take_out(confirmed="")

    assert not AvailabilityExclusion.objects.exists()


@pytest.mark.django_db
def test_who_is_out_already_is_not_taken_out_again():
    team = Team()
    first = team.take_out()

    with pytest.raises(absence.AlreadyOut) as refusal:
        team.take_out(at(12), at(13))

    assert refusal.value.exclusion == first.exclusion
    assert team.take_out(at(10), at(12)).exclusion != first.exclusion  # some of it is new


@pytest.mark.django_db
def test_the_same_form_sent_twice_takes_her_out_and_moves_once():
    team, actor = Team(), Actor(user=make_user(), request_id=uuid4())
    [one] = team.propose()

    first, second = team.take_out(actor=actor), team.take_out(actor=actor)
    moves = [rearrange(team.accept(one.colleague), actor=actor) for _ in range(2)]

    assert first.exclusion == second.exclusion
    assert AvailabilityExclusion.objects.count() == 1
    assert [len(done.moved) for done in moves] == [1, 1]
    assert AppointmentChange.objects.filter(appointment=team.visit, action="move").count() == 1


@pytest.mark.django_db
def test_what_is_refused_is_named_and_keeps_nobody_back():
    team = Team()
    moved, stale = team.book(starts_at=at(13)), team.book(starts_at=at(15))
    first, second, third = team.propose()
    team.take_out()
    team.book(staff=team.camilo, starts_at=at(11), call=_in_any_room)  # he was faster

    done = rearrange(
        team.accept(first.colleague),
        team.accept(second.colleague, moved),
        team.accept(third.colleague, stale, version=stale.version - 1),
    )

    assert [visit.code for visit in done.moved] == [moved.code]
    assert [(visit, type(refusal)) for visit, refusal in done.refused] == [
        (team.visit, booking.SlotTaken),
        (stale, Stale),
    ]


def _in_any_room(*, wanted, **fields):
    return booking.book_at(wanted=[Wanted(wanted[0].service_id, wanted[0].staff_id)], **fields)


@pytest.mark.django_db
def test_a_call_is_noted_once_and_can_be_taken_back():
    team, user = Team(), make_user()
    exclusion = team.take_out().exclusion
    of_it = {"exclusion": exclusion, "appointment": team.visit, "now": NOW}

    for called in (True, True):
        absence.mark_called(**of_it, called=called, actor=Actor(user=user))

    call = AbsenceCall.objects.get()
    assert (call.appointment, call.user_id, call.at) == (team.visit, user.pk, NOW)
    assert AuditLog.objects.filter(action="CLIENT_CALLED").count() == 1

    absence.mark_called(**of_it, called=False, actor=Actor(user=user))
    assert not AbsenceCall.objects.exists()


@pytest.mark.django_db
def test_somebody_who_left_the_house_is_not_taken_out():
    team = Team()
    StaffMember.objects.filter(pk=team.paola.pk).update(is_active=False)

    with pytest.raises(schedule.BlockInvalid) as refusal:
        team.take_out()

    assert refusal.value.facts["reason"] == "inactive"


# -- Who waits for whom -------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_who_books_her_while_she_is_taken_out_waits_and_is_refused():
    team, client = Team(), make_client()

    with open_transaction():
        team.take_out()
        booker = Thread(lambda: team.book(starts_at=at(15), client=client))
        booker.start()
        assert "spa_staffmember" in wait_until_somebody_waits_for_a_lock()

    with pytest.raises(BusinessLogicError):
        booker.outcome()


@pytest.mark.django_db(transaction=True)
def test_she_is_taken_out_after_a_booking_that_came_first_which_is_then_seen():
    team, client = Team(), make_client()
    seen = schedule.seal_of([team.visit.code])

    with open_transaction():
        team.book(starts_at=at(15), client=client)
        leaving = Thread(lambda: team.take_out(confirmed=seen))
        leaving.start()
        assert "spa_staffmember" in wait_until_somebody_waits_for_a_lock()

    with pytest.raises(absence.VisitsChanged):
        leaving.outcome()
    assert not AvailabilityExclusion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_books_a_colleague_meanwhile_waits_for_nobody():
    team, client = Team(), make_client()

    with open_transaction():
        team.take_out()
        booker = Thread(
            lambda: team.book(staff=team.camilo, starts_at=at(15), client=client, call=_in_any_room)
        )
        booker.start()

        assert booker.outcome().starts_at == at(15)
