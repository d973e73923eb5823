"""Time in which nobody can be booked (rule book §4, `AvailabilityExclusion`)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken
from spa.models import (
    ACTIVE,
    AppointmentItem,
    AvailabilityExclusion,
    ExclusionKind,
    Location,
    Room,
    StaffMember,
)
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.transactions import locked_transaction
from spa.text import visible

LONGEST = timedelta(days=400)
MAX_NOTE = 80


class BlockInvalid(RuleBroken):
    """Time cannot be blocked like this: `facts["field"]` and `facts["reason"]`."""

    def __init__(self, detail: str, *, field: str, reason: str) -> None:
        super().__init__(detail, field=field, reason=reason)


class VisitsInside(RuleBroken):
    """Visits lie inside that were not shown: `visits` holds their codes, earliest first."""

    http_status = 409
    default_detail = _("Visits lie inside. Look at them, then block all the same.")

    def __init__(self, visits: tuple[str, ...]) -> None:
        self.visits = visits
        super().__init__(None, field="confirmed", reason="visits_inside")


@dataclass(frozen=True, slots=True)
class Block:
    """Blocked time, and the codes of the visits inside it, earliest first: somebody must act."""

    exclusion: AvailabilityExclusion
    visits: tuple[str, ...]


@locked_transaction
def block_time(
    *,
    location: Location,
    staff: StaffMember | None = None,
    room: Room | None = None,
    starts_at: datetime,
    ends_at: datetime,
    kind: str = ExclusionKind.BLOCK,
    note: str = "",
    now: datetime,
    actor: Actor,
    confirmed: str | bool = True,
) -> Block:
    """Block `[starts_at, ends_at)` for a staff member, or a room, or the whole location.

    Visits inside stay as they are and are reported. Whoever is booking that person or room
    at this moment is waited for, so that none is missed. A repeated `request_id` returns the
    first block, with the visits that are inside it now. `confirmed` is the `seal_of` the visits
    that were seen; True confirms whatever they are.

    :raises BlockInvalid: the span, the note, or a person or room of another location
    :raises VisitsInside: there are other visits than those that were seen
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="block_time",
        now=now,
        location=location.pk,
        staff=staff and staff.pk,
        room=room and room.pk,
        starts_at=starts_at,
        ends_at=ends_at,
        kind=kind,
        note=note,
    )
    if earlier:
        exclusion = AvailabilityExclusion.objects.get(pk=earlier)
        return Block(exclusion, visits_inside(exclusion))
    lock_made_unavailable(location, staff=staff, room=room)

    note = visible(note)
    _refuse_span(starts_at, ends_at, now)
    refuse_strangers(location, staff=staff, room=room)
    refuse_note(note)

    exclusion = AvailabilityExclusion.objects.create(
        location=location,
        staff=staff,
        room=room,
        kind=kind,
        note=note,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    block = Block(exclusion, visits_inside(exclusion))
    if confirmed is not True and confirmed != seal_of(block.visits):
        raise VisitsInside(block.visits)

    audit.record(
        "TIME_BLOCKED",
        subject=f"exclusion:{exclusion.pk}",
        actor=actor,
        now=now,
        reason_code=kind,
        visits=len(block.visits),
    )
    idempotency.settle(actor=actor, result=str(exclusion.pk))
    return block


def seal_of(codes: Iterable[str]) -> str:
    """Return what confirms that just these visits were seen; empty without any."""
    text = " ".join(sorted(codes))
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def lock_made_unavailable(
    location: Location, *, staff: StaffMember | None, room: Room | None
) -> None:
    """Lock whom a block takes away: one person, one room, or all of the location. ≤ 2 queries."""
    people, rooms = StaffMember.objects.locked(), Room.objects.locked()
    if staff is not None:
        list(people.filter(pk=staff.pk))
    elif room is not None:
        list(rooms.filter(pk=room.pk))
    else:
        list(people.working_at(location))
        list(rooms.filter(location=location))


def visits_inside(exclusion: AvailabilityExclusion) -> tuple[str, ...]:
    """Return the codes of the active visits that a dated exclusion covers in part. One query.

    As in booking: a room is needed for its buffer too, a person and the house are not.
    """
    items = AppointmentItem.objects.filter(
        appointment__status__in=ACTIVE, starts_at__lt=exclusion.ends_at
    )
    if not exclusion.staff_id:  # who is out is out at every house
        items = items.filter(appointment__location=exclusion.location_id)
    found = _covered(items, exclusion).order_by("appointment__starts_at", "appointment__pk")
    return tuple(dict.fromkeys(found.values_list("appointment__code", flat=True)))


def _covered(
    items: QuerySet[AppointmentItem], exclusion: AvailabilityExclusion
) -> QuerySet[AppointmentItem]:
    if exclusion.room_id:
        return items.filter(room=exclusion.room_id, room_busy_until__gt=exclusion.starts_at)
    items = items.filter(ends_at__gt=exclusion.starts_at)
    return items.filter(staff=exclusion.staff_id) if exclusion.staff_id else items


def refuse_note(note: str) -> None:
    if len(note) > MAX_NOTE:
        raise BlockInvalid(
            _("Shorten the note to %(limit)s characters.") % {"limit": MAX_NOTE},
            field="note",
            reason="too_long",
        )


def _refuse_span(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise BlockInvalid(
            _("The end is not after the start. Change one of them."),
            field="ends_at",
            reason="ends_before_start",
        )
    if ends_at <= now:
        raise BlockInvalid(
            _("That time is over already. Choose a later end."),
            field="ends_at",
            reason="in_the_past",
        )
    if ends_at - starts_at > LONGEST:
        raise BlockInvalid(
            _("Block at most %(days)s days at once. Check the year.") % {"days": LONGEST.days},
            field="ends_at",
            reason="too_long",
        )


def refuse_strangers(location: Location, *, staff: StaffMember | None, room: Room | None) -> None:
    if room is not None and room.location_id != location.pk:
        raise BlockInvalid(
            _("That room is in another location. Choose one of this location."),
            field="room",
            reason="other_location",
        )
    if staff is None:
        return
    if not StaffMember.objects.active().filter(pk=staff.pk).exists():
        raise BlockInvalid(
            _("%(name)s does not work here any more. Choose somebody else.") % {"name": staff.name},
            field="staff",
            reason="inactive",
        )
    if not StaffMember.objects.working_at(location).filter(pk=staff.pk).exists():
        raise BlockInvalid(
            _("That person does not work at this location. Choose somebody who does."),
            field="staff",
            reason="other_location",
        )
