"""The demo spa, loaded on a weekday at twenty past eleven, and what later starts make of it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Count, F

from spa import engine
from spa.demo.life import Step
from spa.demo.stories import Story
from spa.demo.today import CARDS
from spa.models import (
    Action,
    Alert,
    Appointment,
    AppointmentChange,
    AppointmentItem,
    AppointmentStatus,
    AvailabilityExclusion,
    CancelledBy,
    Client,
    ClientChange,
    Consent,
    GatewayTransaction,
    Room,
    Service,
    StaffMember,
)
from spa.services import booking, gateway, slots
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import make_user
from tests.spa.demo_spa import LOOKS, clock, findings, fingerprint, looks, start, todays
from tests.spa.gateway.links import with_keys

S = AppointmentStatus
NOW = clock(11, 20)
pytestmark = pytest.mark.usefixtures("bruma")


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Load the demo once for this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        start(NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def bruma(loaded, django_db_blocker):
    """Give each test the demo as it was loaded."""
    with django_db_blocker.unblock():
        loaded_so = transaction.savepoint()
        yield
        transaction.savepoint_rollback(loaded_so)


# -- As it is loaded --------------------------------------------------------------------------
def test_the_demo_has_what_was_promised_and_verify_finds_nothing():
    assert (StaffMember.objects.count(), Room.objects.count()) == (10, 9)
    assert (Service.objects.count(), Client.objects.count()) == (16, 400)
    assert not Service.objects.exclude(duration_minutes__range=(30, 90)).exists()
    assert not Service.objects.exclude(price_cents__range=(80_000_00, 180_000_00)).exists()
    assert findings() == []


def test_today_is_full_and_shows_every_status():
    shown = looks(NOW)

    assert sum(shown.values()) - shown["cancelled"] >= CARDS
    assert set(shown) == LOOKS


def test_four_wait_for_their_deposit_the_first_of_them_not_for_long():
    waiting = Appointment.objects.filter(status=S.PENDING_PAYMENT).order_by("held_until")

    assert [visit.location.name for visit in waiting] == ["Chapinero"] * 4
    assert waiting[0].held_until == NOW + timedelta(minutes=20)
    assert all(visit.starts_at < clock(0, days=2) for visit in waiting)
    assert all(visit.held_until <= visit.starts_at for visit in waiting)


def test_nothing_has_happened_yet_that_lies_ahead():
    assert not AppointmentChange.objects.filter(at__gt=NOW).exists()
    assert not Appointment.objects.filter(ends_at__lt=NOW - timedelta(hours=1)).filter(
        status__in=(S.CONFIRMED, S.ARRIVED, S.IN_SERVICE)
    )
    assert Appointment.objects.filter(starts_at__gte=clock(0, days=3)).exists()


def test_no_visit_ahead_stands_where_booking_would_refuse_it():
    ahead = Appointment.objects.filter(
        starts_at__gt=NOW, status=S.CONFIRMED, location__name="Chapinero"
    ).exclude(group__in=party_groups())

    for visit in ahead.select_related("location", "client"):
        items = visit.items.order_by("position")
        day = visit.location.today(now=visit.starts_at)
        window = slots.load(
            location=visit.location,
            wanted=[Wanted(item.service_id, item.staff_id, item.room_id) for item in items],
            first_day=day,
            last_day=day,
            client=visit.client,
            now=NOW,
            moving=visit,
        )
        assert isinstance(window.plan_at(visit.starts_at), engine.Plan), visit.code


def test_a_moved_visit_tells_which_day_it_left():
    moves = AppointmentChange.objects.filter(action=Action.MOVE)

    assert moves.exists()
    assert not moves.filter(left_day=None).exists()
    assert not moves.filter(at__gte=F("appointment__starts_at")).exists()


def party_groups():
    together = Appointment.objects.values("group").annotate(size=Count("pk"))
    return together.filter(size__gt=1).values("group")


def test_two_come_together_and_strangers_share_the_sauna():
    twins = AppointmentItem.objects.filter(group__in=party_groups(), room__name="Cabina doble")
    assert {item.place for item in twins} == {0, 1}

    sauna = AppointmentItem.objects.filter(staff=None, room__shared=True, occupies=True)
    at_once = sauna.values("starts_at").annotate(guests=Count("group", distinct=True))
    assert at_once.filter(guests__gt=1).exists()


def test_some_visits_have_several_services_with_one_or_more_therapists():
    several = Appointment.objects.annotate(
        services=Count("items"), hands=Count("items__staff", distinct=True)
    ).filter(services__gt=1)

    assert several.filter(hands=1).exists()
    assert several.filter(hands__gt=1).exists()


def test_every_client_allowed_her_data_and_who_has_an_alert_her_health_data_too():
    warned = Client.objects.exclude(alert_sealed="")

    assert 20 <= warned.count() <= 28
    assert "alergia: frutos secos" in {client.alert for client in warned}
    assert Consent.objects.filter(kind="data").count() == 400
    assert set(Consent.objects.filter(kind="health").values_list("client", flat=True)) == {
        client.pk for client in warned
    }


def test_one_client_is_not_received_any_more():
    blocked = Client.objects.get(persona_non_grata_since__isnull=False)

    assert blocked.persona_non_grata_manual
    assert ClientChange.objects.get(client=blocked).reason
    assert not Appointment.objects.filter(client=blocked).exists()


def test_somebody_comes_for_the_first_time_today_and_others_are_vip_or_have_an_alert():
    guests = Client.objects.filter(appointments__in=todays(NOW))

    visits = Appointment.objects.filter(starts_at__lt=clock(0))
    assert guests.exclude(appointments__in=visits).exists()
    assert guests.filter(vip_until__isnull=False).exists()
    assert guests.exclude(alert_sealed="").exists()


def test_nobody_has_more_visits_ahead_than_the_rule_book_allows():
    ahead = Appointment.objects.filter(ends_at__gt=NOW, status__in=(S.CONFIRMED, S.ARRIVED))
    most = ahead.filter(client__vip_until=None).values("client").annotate(n=Count("pk"))

    assert max(row["n"] for row in most) <= 3


def test_a_training_or_a_repair_blocks_time_around_today():
    near = AvailabilityExclusion.objects.filter(
        starts_at__range=(clock(0, days=-3), clock(0, days=3))
    )

    assert {block.kind for block in near} == {"training", "maintenance"}
    assert AvailabilityExclusion.objects.filter(kind="lunch", weekday=NOW.isoweekday()).exists()


# -- Later starts -----------------------------------------------------------------------------
def test_who_was_led_on_before_her_time_is_done_no_sooner_than_she_began():
    visit = Appointment.objects.filter(status=S.IN_SERVICE, finished_at=None).first()
    story = Story(visit, list(visit.items.all()))

    story.take(Step(Action.FINISH, visit.started_at - timedelta(minutes=3)))

    assert visit.finished_at == visit.started_at
    assert story.changes[0].at == visit.started_at


def test_a_second_start_at_the_same_moment_changes_nothing():
    before = fingerprint()

    started = start(NOW)

    assert (started.written, started.led_on) == (0, 0)
    assert fingerprint() == before


def test_a_start_three_hours_later_leads_the_day_on():
    later = NOW + timedelta(hours=3)
    in_service = list(todays(NOW).filter(status=S.IN_SERVICE))

    started = start(later)

    assert started.led_on > 10
    for visit in in_service:
        visit.refresh_from_db()
        assert visit.status == S.COMPLETED
    assert set(looks(later)) == LOOKS
    assert findings() == []


def test_a_start_five_days_later_closes_what_is_over_and_fills_what_is_ahead():
    later = NOW + timedelta(days=5)

    start(later)

    over = Appointment.objects.filter(ends_at__lt=later - timedelta(hours=1))
    assert not over.filter(status__in=(S.CONFIRMED, S.ARRIVED, S.IN_SERVICE)).exists()
    shown = looks(later)
    assert sum(shown.values()) - shown["cancelled"] >= CARDS
    assert set(shown) == LOOKS
    assert Appointment.objects.filter(starts_at__gte=clock(0, days=8)).exists()
    assert not AppointmentChange.objects.filter(at__gt=later).exists()
    assert findings() == []


def test_a_visit_on_which_somebody_acted_is_left_to_people():
    visit = todays(NOW).filter(status=S.CONFIRMED, starts_at__gt=NOW).earliest("starts_at")
    booking.check_in(appointment=visit, now=NOW, actor=Actor(user=make_user()))

    start(NOW + timedelta(days=5))

    visit.refresh_from_db()
    assert (visit.status, visit.version) == (S.ARRIVED, visit.changes.count())
    assert visit.changes.latest("version").origin == "desk"


def test_a_day_that_was_emptied_is_filled_again():
    desk = Actor(user=make_user())
    for visit in todays(NOW).filter(status__in=(S.CONFIRMED, S.ARRIVED)):
        booking.cancel(appointment=visit, cancelled_by=CancelledBy.SPA, now=NOW, actor=desk)
    cancelled = looks(NOW)["cancelled"]
    assert sum(looks(NOW).values()) - cancelled < CARDS

    start(NOW)

    shown = looks(NOW)
    assert sum(shown.values()) - shown["cancelled"] >= CARDS
    assert shown["cancelled"] >= cancelled
    assert findings() == []
    assert start(NOW).written == 0


# -- Where it has a gateway -------------------------------------------------------------------
def test_a_deposit_came_too_small_and_one_too_late_whatever_number_of_starts(settings):
    with_keys(settings)

    starts = [start(NOW + timedelta(minutes=minutes)) for minutes in (0, 0, 5)]

    assert [started.written for started in starts[:2]] == [1, 0]
    stray = GatewayTransaction.objects.homeless().get()
    assert stray.payment.amount_cents - stray.amount_cents == 10_000_00
    late = Alert.objects.get(kind="late_money", closed_at=None)
    assert Appointment.objects.get(code=late.subject).status == S.CANCELLED
    assert findings() == []


def test_what_was_decided_about_them_stays_decided(settings):
    with_keys(settings)
    start(NOW)
    stray = GatewayTransaction.objects.homeless().get()
    gateway.record_refund(transaction=stray, note="Transfer", now=NOW, actor=Actor())

    start(NOW + timedelta(days=1))

    assert not GatewayTransaction.objects.homeless().exists()
    assert findings() == []


def test_without_a_gateway_there_is_no_such_money():
    assert not GatewayTransaction.objects.exists()
