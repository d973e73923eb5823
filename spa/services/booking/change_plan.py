"""What a visit would be with other treatments: tried without writing, before it is changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from spa import engine, localtime
from spa.errors import RuleBroken
from spa.models import Appointment, AppointmentItem, AppointmentStatus, Client
from spa.services import slots
from spa.services.booking.refusals import ServiceTwice, refuse
from spa.services.slots import Wanted, Window

STEP = 5  # minutes; the length of a treatment is told in these
SHORTEST, LONGEST = 5, 480


@dataclass(frozen=True, slots=True)
class Line:
    """One treatment as it shall be: `item`, the key of one that stays, or None for a new one.

    `minutes`: another length; None: as it was frozen, or as the service has it.
    """

    wanted: Wanted
    item: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a visit would become; `lines` as they were asked for, with whom and where."""

    lines: tuple[Line, ...]
    items: tuple[AppointmentItem | None, ...]  # what each line is now; None: new
    removed: tuple[AppointmentItem, ...]
    window: Window
    plan: engine.Plan


def as_it_is(visit: Appointment) -> list[Line]:
    """Return the lines of a visit as it stands, where every change begins. One query."""
    return [
        Line(
            Wanted(item.service_id, item.staff_id, item.room_id, parallel=item.parallel),
            item=item.pk,
        )
        for item in visit.items.order_by("position")
    ]


def has_begun(visit: Appointment, item: AppointmentItem, now: datetime) -> bool:
    """Say whether the treatment is under way or over; the first may have begun before its time."""
    being_treated = visit.status == AppointmentStatus.IN_SERVICE
    return being_treated and (item.starts_at <= now or item.starts_at == visit.starts_at)


def plan_change(
    visit: Appointment, client: Client, lines: Sequence[Line], *, now: datetime
) -> Change:
    """Plan the visit as it shall be, from its start on. Six queries.

    :raises BusinessLogicError: as `change_items`; `facts["why"]` says in words what is in the way
    """
    before = list(visit.items.select_related("service").order_by("position"))
    known = {item.pk: item for item in before}
    items = tuple(known.get(line.item) for line in lines)
    _refuse_nonsense(lines, items)
    if list(items) == before and all(map(_is_as_it_was, lines, before)):
        raise RuleBroken(
            _("Nothing is different. Add, remove or change a treatment."), reason="nothing_changed"
        )
    begun = [item for item in before if has_begun(visit, item, now)]
    stay = [_stays(line, item, now) for line, item in zip(lines, begun, strict=False)]
    if list(items[: len(begun)]) != begun or not all(stay):
        raise RuleBroken(
            _(
                "What has begun stays first and as it is, though it can take longer."
                " Change what follows."
            ),
            reason="begun",
        )
    window = _window(visit, client, lines, items, now)
    plan = window.plan_at(visit.starts_at)
    if isinstance(plan, engine.Refused):
        refuse(plan, why=slots.in_words(plan, window=window, zone=visit.location.tz))
    earliest = slots.earliest(now, window.policy)
    if any(
        item is None and planned.start < earliest
        for item, planned in zip(items, plan.items, strict=True)
    ):
        raise RuleBroken(
            _(
                "The new treatment would have begun already. Let the one before it take longer,"
                " or book another visit."
            ),
            reason="lead_time",
        )
    return Change(
        lines=tuple(
            replace(line, wanted=replace(line.wanted, staff_id=planned.staff, room_id=planned.room))
            for line, planned in zip(lines, plan.items, strict=True)
        ),
        items=items,
        removed=tuple(item for item in before if item not in items),
        window=window,
        plan=plan,
    )


def _refuse_nonsense(lines: Sequence[Line], items: Sequence[AppointmentItem | None]) -> None:
    if not lines:
        raise RuleBroken(
            _("A visit has at least one treatment. Cancel it if none shall take place."),
            reason="no_items",
        )
    for line, item in zip(lines, items, strict=True):
        if line.item is not None and (item is None or item.service_id != line.wanted.service_id):
            raise RuleBroken(
                _("A treatment of this list is not in the visit any more. Open the form again."),
                reason="unknown_item",
            )
        if line.minutes is not None and not (
            SHORTEST <= line.minutes <= LONGEST and line.minutes % STEP == 0
        ):
            raise RuleBroken(
                _("A treatment takes %(shortest)s to %(longest)s minutes, in steps of %(step)s.")
                % {"shortest": SHORTEST, "longest": LONGEST, "step": STEP},
                reason="duration",
            )
    if len({line.wanted.service_id for line in lines}) < len(lines):
        raise ServiceTwice


def _is_as_it_was(line: Line, item: AppointmentItem) -> bool:
    return (
        line.minutes in (None, item.duration_minutes)
        and line.wanted.staff_id in (None, item.staff_id)
        and line.wanted.room_id in (None, item.room_id)
        and line.wanted.parallel == item.parallel
    )


def _stays(line: Line, item: AppointmentItem, now: datetime) -> bool:
    """Say whether a treatment that has begun goes on where it is, and does not end in the past."""
    if line.item != item.pk or line.wanted.parallel != item.parallel:
        return False
    if (line.wanted.staff_id, line.wanted.room_id) != (item.staff_id, item.room_id):
        return False
    if line.minutes in (None, item.duration_minutes):
        return True
    return item.starts_at + timedelta(minutes=line.minutes) >= now


def _window(
    visit: Appointment,
    client: Client,
    lines: Sequence[Line],
    items: Sequence[AppointmentItem | None],
    now: datetime,
) -> Window:
    """Load the question. The visit's start was agreed long since, so that no rule bars it."""
    day = visit.location.today(now=visit.starts_at)
    window = slots.load(
        location=visit.location,
        wanted=[line.wanted for line in lines],
        first_day=day,
        last_day=day,
        client=client,
        now=now,
        moving=visit,
    )
    for service, item in zip(window.services, items, strict=True):
        if item is None and service.withdrawn_at:
            raise RuleBroken(
                _("%(service)s is no longer offered. Choose another service.")
                % {"service": service},
                reason="service_withdrawn",
            )
    start, facts = localtime.minutes(visit.starts_at), window.facts
    return replace(
        window,
        wishes=tuple(
            replace(wish, duration=line.minutes or wish.duration, parallel=line.wanted.parallel)
            for wish, line in zip(window.wishes, lines, strict=True)
        ),
        facts=replace(
            facts,
            grid=tuple(sorted({*facts.grid, start})),
            earliest=min(facts.earliest, start),
            latest=max(facts.latest, start + 1),
        ),
    )
