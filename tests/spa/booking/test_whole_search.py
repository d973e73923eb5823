"""From the rows of a used house to its free times, against the rule book read row by row.

The engine is proved on plain values (`tests/spa/engine`). Here the loader is in it too: what it
brings from the database is written down once more, as directly as it can be said.
"""

from datetime import datetime, time, timedelta
from random import Random

import pytest

from spa.engine import Busy, Exclusion, Facts, PlaceBusy, RoomFacts, StaffFacts, Wish
from spa.models import (
    BINDING,
    Appointment,
    AppointmentItem,
    AvailabilityExclusion,
    Client,
    OpeningHours,
    Room,
    Service,
    Skill,
    SpaPolicy,
    StaffAvailability,
    StaffMember,
)
from spa.services import slots
from tests.factories import BOGOTA
from tests.spa.engine import oracle
from tests.turmoil import house, worker
from tests.turmoil.commands import WEIGHTS, Hand

COMMANDS, QUESTIONS = 60, 6


def minute(at):
    return int(at.timestamp()) // 60


def on_day(day, from_minute):
    """Return a local minute of a day; Bogotá has no summer time."""
    return minute(datetime.combine(day, time(), BOGOTA)) + from_minute


def is_in_force(row, day):
    if row.weekday != day.isoweekday():
        return False
    return row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)


def weekly(rows, days):
    return tuple(
        (on_day(day, row.from_minute), on_day(day, row.to_minute))
        for day in days
        for row in rows
        if is_in_force(row, day)
    )


def exclusions(days, **whose):
    rows = AvailabilityExclusion.objects.filter(**whose)
    dated = [row for row in rows if row.weekday is None]
    every_week = weekly([row for row in rows if row.weekday is not None], days)
    spans = [*((minute(row.starts_at), minute(row.ends_at)) for row in dated), *every_week]
    return tuple(Exclusion(*span, "") for span in spans)


def read_facts(location, day, client, now):
    """Return what decides about a day, one plain query after the other."""
    policy = SpaPolicy.objects.get()
    days = [day + timedelta(days=number) for number in (-1, 0, 1)]
    items = list(AppointmentItem.objects.filter(occupies=True))
    opening = [
        (on_day(each, row.from_minute), on_day(each, row.to_minute))
        for each in days
        for row in OpeningHours.objects.filter(location=location)
        if row.weekday == each.isoweekday()
    ]
    return Facts(
        grid=tuple(on_day(day, at) for at in range(0, 1440, policy.grid_minutes)),
        earliest=minute(now) - policy.grid_minutes + 1,
        latest=on_day(now.astimezone(BOGOTA).date(), (policy.horizon_days + 1) * 1440),
        opening=tuple(opening),
        exclusions=exclusions(days, location=location, staff=None, room=None),
        staff={
            member.pk: StaffFacts(
                member.pk,
                weekly(StaffAvailability.objects.filter(location=location, staff=member), days),
                exclusions(days, staff=member),
                tuple(
                    Busy(minute(one.starts_at), minute(one.staff_busy_until), one.appointment_id)
                    for one in items
                    if one.staff_id == member.pk
                ),
            )
            for member in StaffMember.objects.working_at(location)
            if member.is_active
        },
        rooms={
            room.pk: RoomFacts(
                room.pk,
                room.kind_id,
                room.places,
                room.shared,
                exclusions(days, room=room),
                tuple(
                    PlaceBusy(
                        *(minute(one.starts_at), minute(one.room_busy_until)),
                        *(one.place, one.group, one.appointment_id),
                    )
                    for one in items
                    if one.room_id == room.pk
                ),
            )
            for room in Room.objects.filter(location=location, is_active=True)
        },
        client_busy=tuple(
            Busy(minute(one.starts_at), minute(one.ends_at), one.pk)
            for one in Appointment.objects.filter(client=client, status__in=BINDING)
        ),
        group="nobody's",
    )


def read_wish(wanted):
    service = Service.objects.get(pk=wanted.service_id)
    buffer = SpaPolicy.objects.get().default_buffer_minutes
    skills = set(service.skills.all())
    return Wish(
        service=service.pk,
        duration=service.duration_minutes,
        staff_buffer=(
            buffer if service.staff_buffer_minutes is None else service.staff_buffer_minutes
        ),
        room_buffer=buffer if service.room_buffer_minutes is None else service.room_buffer_minutes,
        needs_staff=service.needs_staff,
        able=frozenset(
            member.pk
            for member in StaffMember.objects.filter(is_active=True)
            if skills <= set(member.skills.all())
        ),
        room_kind=service.room_kind_id,
        staff=wanted.staff_id,
        parallel=wanted.parallel,
    )


def used_house(chance):
    """A house in which somebody has done all sorts of things, and not everybody can do all."""
    house.build()
    hand = Hand(chance, house.Stage())
    for number in range(COMMANDS):
        hand.stage.pass_time(number / COMMANDS / 2)
        (command,) = chance.choices(list(WEIGHTS), WEIGHTS.values())
        worker.attempt(command, hand, worker.Tally())
    for command in (Hand.exclude_weekly, Hand.exclude, Hand.set_week) * 3:  # seldom drawn above
        worker.attempt(command, hand, worker.Tally())
    skill = Skill.objects.create(name="Stones")
    for service in chance.sample(hand.stage.services, 2):
        service.skills.add(skill)
        service.staff_buffer_minutes, service.room_buffer_minutes = 0, 25
        service.save()
    for member in chance.sample(hand.stage.staff, 2):
        member.skills.add(skill)
    StaffMember.objects.filter(pk=chance.choice(hand.stage.staff).pk).update(is_active=False)
    return hand


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_the_free_times_of_a_used_house_are_those_of_the_rule_book(seed):
    chance = Random(seed)
    hand = used_house(chance)
    stage, offered = hand.stage, 0

    for _ in range(QUESTIONS):
        client = chance.choice(Client.objects.order_by("pk"))
        wanted, day = hand._wishes(), chance.choice(house.DAYS)
        window = slots.load(
            location=stage.location,
            wanted=wanted,
            first_day=day,
            last_day=day,
            client=client,
            now=stage.now,
        )
        facts = read_facts(stage.location, day, client, stage.now)
        wishes = [read_wish(one) for one in wanted]

        found = [slot.plan.start for slot in window.search().slots]
        assert found == [at for at in facts.grid if oracle.is_allowed(at, wishes, facts)]
        offered += len(found)

    assert offered, "a test that finds nothing proves nothing"


HOURS = (slots.WHOLE_DAY, (9 * 60, 12 * 60), (17 * 60 + 10, 1440))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_two_weeks_of_free_times_are_those_of_the_rule_book_day_by_day(seed):
    chance = Random(seed)
    stage, offered = used_house(chance).stage, 0

    for between in HOURS:
        client = chance.choice(Client.objects.order_by("pk"))
        wanted = [slots.Wanted(service.pk) for service in chance.sample(stage.services, 2)]
        found = slots.first_free(
            location=stage.location,
            wanted=wanted,
            client=client,
            now=stage.now,
            first_day=house.DAYS[0],
            between=between,
        )

        wishes = [read_wish(one) for one in wanted]
        for day in found.days:
            facts = read_facts(stage.location, day.day, client, stage.now)
            start, end = (on_day(day.day, minute) for minute in between)
            assert [slot.plan.start for slot in day.slots] == [
                at
                for at in facts.grid
                if start <= at < end and oracle.is_allowed(at, wishes, facts)
            ]
            assert day.first == (day.slots[0] if day.slots else None)
            offered += len(day.slots)
        assert found.first == found.window.search().slots[:6]

    assert offered, "a test that finds nothing proves nothing"
