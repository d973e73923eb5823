"""Time taken away, on dates or every week, and given back."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from spa.models import AvailabilityExclusion, Location, Room, StaffMember, Weekday
from spa.models.schedule import MINUTES_PER_DAY
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.schedule.block import (
    BlockInvalid,
    block_time,
    lock_made_unavailable,
    refuse_note,
    refuse_strangers,
)
from spa.services.schedule.standing import FURTHEST, Report
from spa.services.schedule.trial import measured, nothing, where
from spa.services.schedule.weekly import refuse_day
from spa.services.transactions import locked_transaction
from spa.text import visible

DAY = timedelta(days=1)


@locked_transaction
def exclude(
    *,
    location: Location,
    staff: StaffMember | None = None,
    room: Room | None = None,
    now: datetime,
    actor: Actor,
    confirmed: bool | str = False,
    **block: object,
) -> Report:
    """Block dated time as `block_time` does, and report what that changes.

    :raises BlockInvalid: as `block_time` does
    :raises VisitsLeftOutside: coming visits, and not `confirmed`
    """
    lock_made_unavailable(location, staff=staff, room=room)
    _refuse_far(block["starts_at"], now)
    whom = {"location": location, "staff": staff, "room": room}
    return measured(
        where(location, staff),
        lambda: block_time(**whom, **block, now=now, actor=actor),
        since=location.today(now=block["starts_at"]),
        now=now,
        confirmed=confirmed,
    )


@locked_transaction
def exclude_weekly(
    *,
    location: Location,
    staff: StaffMember | None = None,
    room: Room | None = None,
    weekdays: Iterable[int],
    from_minute: int,
    to_minute: int,
    valid_from: date,
    valid_until: date | None = None,
    kind: str,
    note: str = "",
    now: datetime,
    actor: Actor,
    confirmed: bool | str = False,
) -> Report:
    """Take the same minutes away on these weekdays, from a day on, perhaps until a last one.

    :raises BlockInvalid: the minutes, the days, the note, or a person or room of elsewhere
    :raises VisitsLeftOutside: coming visits, and not `confirmed`
    """
    weekdays = sorted(set(weekdays))
    minutes = {"from_minute": from_minute, "to_minute": to_minute}
    valid = {"valid_from": valid_from, "valid_until": valid_until}
    earlier = idempotency.claim(
        actor=actor,
        operation="exclude_weekly",
        now=now,
        location=location.pk,
        staff=staff and staff.pk,
        room=room and room.pk,
        weekdays=weekdays,
        kind=kind,
        note=note,
        **minutes,
        **valid,
    )
    if earlier:
        return nothing(location, now)
    lock_made_unavailable(location, staff=staff, room=room)

    note = visible(note)
    _refuse_weekly(weekdays, from_minute, to_minute)
    refuse_day(valid_from, today=location.today(now=now))
    _refuse_end(valid_from, valid_until)
    refuse_strangers(location, staff=staff, room=room)
    refuse_note(note)

    whom = {"location": location, "staff": staff, "room": room}
    rows = [
        AvailabilityExclusion(**whom, kind=kind, note=note, weekday=weekday, **minutes, **valid)
        for weekday in weekdays
    ]
    report = measured(
        where(location, staff),
        lambda: AvailabilityExclusion.objects.bulk_create(rows),
        since=valid_from,
        now=now,
        confirmed=confirmed,
    )

    audit.record(
        "TIME_BLOCKED",
        subject=f"exclusion:{rows[0].pk}",
        actor=actor,
        now=now,
        reason_code=kind,
        visits=len(report.visits),
        weekdays=weekdays,
    )
    idempotency.settle(actor=actor, result=str(rows[0].pk))
    return report


@locked_transaction
def unblock(
    *,
    location: Location,
    exclusions: Iterable[int],
    now: datetime,
    actor: Actor,
    confirmed: bool | str = False,
) -> Report:
    """Give back what of these exclusions of `location` is still to come, by primary key.

    What is past stays as it was, and one that is gone stays so. Only more can be booked by it:
    nobody is waited for, and `confirmed` changes nothing.
    """
    rows = AvailabilityExclusion.objects.filter(location=location, pk__in=list(exclusions))
    rows = list(rows.select_for_update(no_key=True, of=["self"]).order_by("pk"))
    if not rows:
        return nothing(location, now)

    staff = StaffMember.objects.filter(pk=rows[0].staff_id).first()
    report = measured(
        where(location, staff),
        lambda: [_end(row, location, now) for row in rows],
        since=min(_first_day(row, location) for row in rows),
        now=now,
        confirmed=True,
    )

    audit.record(
        "TIME_UNBLOCKED",
        subject=f"exclusion:{rows[0].pk}",
        actor=actor,
        now=now,
        reason_code=rows[0].kind,
        exclusions=len(rows),
        minutes=report.staff.gained,
    )
    return report


def _end(exclusion: AvailabilityExclusion, location: Location, now: datetime) -> None:
    rows = AvailabilityExclusion.objects.filter(pk=exclusion.pk)
    if exclusion.weekday is None:
        if exclusion.starts_at >= now:
            rows.delete()
        elif exclusion.ends_at > now:
            rows.update(ends_at=now)
        return
    today = location.today(now=now)
    if exclusion.valid_from >= today:
        rows.delete()
    elif exclusion.valid_until is None or exclusion.valid_until >= today:
        rows.update(valid_until=today - DAY)


def _first_day(exclusion: AvailabilityExclusion, location: Location) -> date:
    if exclusion.weekday is None:
        return location.today(now=exclusion.starts_at)
    return exclusion.valid_from


def _refuse_far(starts_at: datetime, now: datetime) -> None:
    if starts_at - now > FURTHEST:
        raise BlockInvalid(
            _("Choose a day within %(days)s days. Check the year.") % {"days": FURTHEST.days},
            field="starts_at",
            reason="too_far",
        )


def _refuse_weekly(weekdays: list[int], from_minute: int, to_minute: int) -> None:
    if not weekdays or not set(weekdays) <= set(Weekday.values):
        raise BlockInvalid(
            _("Choose at least one day of the week."), field="weekdays", reason="no_day"
        )
    if not 0 <= from_minute < to_minute <= MINUTES_PER_DAY:
        raise BlockInvalid(
            _("The end is not after the start. Change one of them."),
            field="to_time",
            reason="ends_before_start",
        )


def _refuse_end(valid_from: date, valid_until: date | None) -> None:
    if valid_until is None:
        return
    if valid_until < valid_from:
        raise BlockInvalid(
            _("The last day is before the first. Change one of them."),
            field="valid_until",
            reason="ends_before_start",
        )
    if valid_until - valid_from > 10 * FURTHEST:
        raise BlockInvalid(
            _("Leave the last day empty, or choose one that is nearer."),
            field="valid_until",
            reason="too_long",
        )
