"""A visit as it is lived: each step changes it as its service function would, and is kept."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db import connection

from spa import localtime, money
from spa.demo import till
from spa.demo.board import Planned, Site
from spa.demo.life import Step
from spa.models import (
    OCCUPYING,
    Action,
    Appointment,
    AppointmentChange,
    AppointmentItem,
    AppointmentStatus,
    CancelledBy,
    Client,
)
from spa.services.booking.history import snapshot

ORIGIN = "demo"
S = AppointmentStatus
BATCH = 500
_CHANGE_COLUMNS = (
    *("appointment_id", "version", "action", "at", "origin", "reason_code"),
    *("location_id", "day", "left_day", "state"),
)
_TIMES = ("starts_at", "ends_at", "staff_busy_until", "room_busy_until")


@dataclass(slots=True)
class Story:
    """A visit with its items, and the changes that are not written yet."""

    visit: Appointment
    items: list[AppointmentItem]
    changes: list[AppointmentChange] = field(default_factory=list)
    charged_at: datetime | None = None  # when it was paid, as long as that is not written

    def take(self, step: Step) -> None:
        """Let one step happen; the caller sees to it that it is a legal one."""
        visit, left_day = self.visit, None
        # Who was led on before her time (`today.enliven`) is not treated before she came.
        behind = (step.at, visit.arrived_at, visit.started_at, visit.finished_at)
        step = replace(step, at=max(moment for moment in behind if moment))
        if step.action is not Action.BOOK:
            visit.version += 1
        match step.action:
            case Action.MOVE:
                left_day = visit.location.today(now=visit.starts_at)
                self._shift(-step.shift)
                visit.moves += 1
                visit.client_moves += step.reason == "client"
            case Action.CHECK_IN:
                visit.status, visit.arrived_at = S.ARRIVED, step.at
            case Action.START:
                visit.status, visit.started_at = S.IN_SERVICE, step.at
            case Action.FINISH:
                visit.finished_at = step.at
                self._free_the_rest()
            case Action.CHARGE:
                visit.paid_cents = visit.price_cents
                self.charged_at = step.at
            case Action.COMPLETE:
                visit.status, visit.closed_at = S.COMPLETED, step.at
            case Action.NO_SHOW:
                visit.status, visit.closed_at = S.NO_SHOW, step.at
            case Action.CANCEL:
                visit.status, visit.closed_at = S.CANCELLED, step.at
                visit.cancelled_by = CancelledBy(step.reason)
        for item in self.items:
            item.occupies = visit.status in OCCUPYING
        self._write_down(step, left_day)

    def _shift(self, by: timedelta) -> None:
        for row, names in ((self.visit, _TIMES[:2]), *((item, _TIMES) for item in self.items)):
            for name in names:
                setattr(row, name, getattr(row, name) + by)

    def _free_the_rest(self) -> None:
        for item in self.items:
            for name, buffer in (
                ("staff_busy_until", item.staff_buffer_minutes),
                ("room_busy_until", item.room_buffer_minutes),
            ):
                freed = self.visit.finished_at + timedelta(minutes=buffer)
                setattr(item, name, max(item.starts_at, min(getattr(item, name), freed)))

    def _write_down(self, step: Step, left_day: date | None) -> None:
        visit = self.visit
        self.changes.append(
            AppointmentChange(
                appointment=visit,
                version=visit.version,
                action=str(step.action),
                at=step.at,
                origin=ORIGIN,
                reason_code=step.reason if step.action is Action.MOVE else "",
                location=visit.location,
                day=visit.location.today(now=visit.starts_at),
                left_day=left_day,
                state=snapshot(visit, self.items),
            )
        )


def tell(planned: Planned, site: Site, client: Client, life: Iterable[Step]) -> Story:
    """Return the visit as it stands after `life`, which begins with its booking."""
    life, location = list(life), site.location
    starts_at = localtime.moment(planned.start)
    day = location.today(now=starts_at)
    prices = [piece.service.price_for(client, on=day) for piece in planned.pieces]
    visit = Appointment(
        group=planned.group,
        location=location,
        client=client,
        status=S.CONFIRMED,
        starts_at=starts_at,
        ends_at=localtime.moment(planned.end),
        price_cents=sum(prices),
        deposit_cents=money.share(sum(prices), site.deposit_percent),
        created_at=life[0].at,
        version=1,
    )
    items = [
        AppointmentItem(
            appointment=visit,
            position=position,
            service=piece.service,
            staff=piece.staff,
            staff_requested=piece.staff is not None and planned.group.int % 7 < 2,
            room=piece.room,
            place=piece.place,
            room_shared=piece.room.shared,
            group=visit.group,
            occupies=True,
            starts_at=localtime.moment(piece.start),
            ends_at=localtime.moment(piece.end),
            staff_busy_until=localtime.moment(piece.staff_until),
            room_busy_until=localtime.moment(piece.room_until),
            price_cents=price,
            vat_percent=piece.service.vat_percent,
            duration_minutes=piece.service.duration_minutes,
            staff_buffer_minutes=piece.staff_buffer,
            room_buffer_minutes=piece.room_buffer,
        )
        for position, (piece, price) in enumerate(zip(planned.pieces, prices, strict=True))
    ]
    story = Story(visit, items)
    # Before it was moved, it stood elsewhere.
    story._shift(sum((step.shift for step in life), timedelta()))
    for step in life:
        story.take(step)
    return story


def write_new(stories: Collection[Story]) -> None:
    """Insert visits that are not in the database yet, with all that happened to them."""
    Appointment.objects.bulk_create((story.visit for story in stories), BATCH)
    AppointmentItem.objects.bulk_create((i for story in stories for i in story.items), BATCH)
    _write_money(stories)
    _write_changes(stories)


def write_on(stories: Collection[Story]) -> None:
    """Save visits that went on, with what happened to them."""
    moments = ("arrived_at", "started_at", "finished_at", "closed_at")
    Appointment.objects.bulk_update(
        [story.visit for story in stories],
        ["status", "version", "cancelled_by", "paid_cents", *moments],
        BATCH,
    )
    AppointmentItem.objects.bulk_update(
        [item for story in stories for item in story.items],
        ["occupies", "staff_busy_until", "room_busy_until"],
        BATCH,
    )
    _write_money(stories)
    _write_changes(stories)


def _write_money(stories: Iterable[Story]) -> None:
    till.write(
        [
            till.Paid(story.visit, story.items, story.charged_at)
            for story in stories
            if story.charged_at
        ]
    )


def _write_changes(stories: Iterable[Story]) -> None:
    """Copy the changes in: they are most of what is written, and this way twice as fast."""
    columns = ", ".join(f'"{name}"' for name in _CHANGE_COLUMNS)
    copy = f'COPY "{AppointmentChange._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for story in stories:
            for change in story.changes:
                change.appointment_id, change.state = story.visit.pk, json.dumps(change.state)
                rows.write_row([getattr(change, name) for name in _CHANGE_COLUMNS])
