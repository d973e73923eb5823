"""Taking somebody out, and moving those of her visits for which a place was accepted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid5

from django.utils.translation import gettext_lazy as _

from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Appointment, AvailabilityExclusion, ExclusionKind, Location, StaffMember
from spa.services import booking, idempotency, schedule
from spa.services.absence.offers import affected_by
from spa.services.audit import Actor
from spa.services.schedule import Report
from spa.services.schedule.trial import measured, where
from spa.services.slots import Wanted
from spa.services.transactions import locked_transaction


class AlreadyOut(RuleBroken):
    """All of that time is taken away from her by one exclusion, `exclusion`."""

    def __init__(self, exclusion: AvailabilityExclusion) -> None:
        self.exclusion = exclusion
        super().__init__(
            _("%(name)s is out already then: %(why)s. Look at whom to call there.")
            % {"name": exclusion.staff.name, "why": exclusion},
            field="staff",
            reason="already_out",
            exclusion=exclusion.pk,
        )


class VisitsChanged(RuleBroken):
    """Other visits than those that were shown are hers in that time now."""

    http_status = 409
    default_detail = _("Her visits changed meanwhile. Look at them again, then save.")

    def __init__(self) -> None:
        super().__init__(None, field="confirmed", reason="visits_changed")


@dataclass(frozen=True, slots=True)
class Out:
    """Her time that was taken away, and the codes of her visits inside, earliest first."""

    exclusion: AvailabilityExclusion
    visits: tuple[str, ...]
    report: Report | None  # None: the same request had done it before


@dataclass(frozen=True, slots=True)
class Choice:
    """What was accepted for a visit: a start and whom for each item, of the version shown."""

    visit: Appointment
    version: int
    start: datetime
    staff: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Rearranged:
    """Visits that were moved, and those that were not, each with its refusal."""

    moved: tuple[Appointment, ...]
    refused: tuple[tuple[Appointment, BusinessLogicError], ...]


@locked_transaction
def take_out(
    *,
    location: Location,
    staff: StaffMember,
    starts_at: datetime,
    ends_at: datetime,
    kind: str = ExclusionKind.ABSENCE,
    note: str = "",
    confirmed: str | bool = "",
    now: datetime,
    actor: Actor,
) -> Out:
    """Take `[starts_at, ends_at)` away from her at every house; her visits stay for now.

    `confirmed` is the `schedule.seal_of` the visits that were seen; True confirms any.
    Whoever is booking her at this moment is waited for. A repeated `request_id` returns the
    first one, with the visits that are inside it now.

    :raises AlreadyOut: she is out for all of that time
    :raises VisitsChanged: other visits are inside than those that were seen
    :raises BlockInvalid: the span, the note, or a person who does not work here
    """
    earlier = idempotency.claim(
        actor=actor,
        operation="take_out",
        now=now,
        location=location.pk,
        staff=staff.pk,
        starts_at=starts_at,
        ends_at=ends_at,
        kind=kind,
        note=note,
    )
    if earlier:
        exclusion = AvailabilityExclusion.objects.select_related("staff").get(pk=earlier)
        return Out(exclusion, _codes(staff, starts_at, ends_at), None)
    schedule.lock_made_unavailable(location, staff=staff, room=None)

    _refuse_who_is_out(staff, starts_at, ends_at)
    codes = _codes(staff, starts_at, ends_at)
    if confirmed is not True and confirmed != schedule.seal_of(codes):
        raise VisitsChanged

    written: list[schedule.Block] = []
    report = measured(
        where(location, staff),
        lambda: written.append(
            schedule.block_time(
                location=location,
                staff=staff,
                starts_at=starts_at,
                ends_at=ends_at,
                kind=kind,
                note=note,
                now=now,
                actor=replace(actor, request_id=None),
            )
        ),
        since=location.today(now=starts_at),
        now=now,
        confirmed=True,
    )
    idempotency.settle(actor=actor, result=str(written[0].exclusion.pk))
    return Out(written[0].exclusion, codes, report)


def rearrange(choices: Sequence[Choice], *, now: datetime, actor: Actor) -> Rearranged:
    """Move each visit to the place that was accepted, each in a transaction of its own.

    One that is refused, since it was changed or its place was taken meanwhile, keeps none of
    the others back: it stays where it is, and is told with its refusal.
    """
    moved, refused = [], []
    for one in choices:
        services = one.visit.items.order_by("position").values_list("service_id", flat=True)
        try:
            moved.append(
                booking.move_at(
                    appointment=one.visit,
                    wanted=[*map(Wanted, services, one.staff)],
                    starts_at=one.start,
                    for_client=False,
                    now=now,
                    actor=_acting_for(one, actor),
                    version=one.version,
                )
            )
        except BusinessLogicError as refusal:
            refused.append((one.visit, refusal))
    return Rearranged(tuple(moved), tuple(refused))


def _acting_for(one: Choice, actor: Actor) -> Actor:
    """Return the actor with a request of its own for each visit, the same if it is sent again."""
    if actor.request_id is None:
        return actor
    return replace(actor, request_id=uuid5(actor.request_id, one.visit.code))


def _codes(staff: StaffMember, starts_at: datetime, ends_at: datetime) -> tuple[str, ...]:
    visits = affected_by(staff, starts_at, ends_at).prefetch_related(None)
    return tuple(visits.values_list("code", flat=True))


def _refuse_who_is_out(staff: StaffMember, starts_at: datetime, ends_at: datetime) -> None:
    covering = AvailabilityExclusion.objects.filter(
        staff=staff, starts_at__lte=starts_at, ends_at__gte=ends_at
    )
    exclusion = covering.select_related("staff").order_by("pk").first()
    if exclusion is not None:
        raise AlreadyOut(exclusion)
