"""What can become of the visits of somebody who is out: a colleague, another time, a call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery

from spa import engine, localtime
from spa.models import (
    MOVABLE,
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    StaffMember,
)
from spa.services import slots
from spa.services.slots import Wanted

AHEAD = timedelta(days=6)  # how long after its day another time is looked for


@dataclass(frozen=True, slots=True)
class Offer:
    """A place to which a visit could move: its start, and who serves each of its items."""

    start: datetime
    staff: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Affected:
    """A visit of hers, and what can be offered; nothing is promised until it is moved.

    `colleague`: at the same time. `with_her` and `with_anyone`: the first time after it.
    """

    visit: Appointment
    items: tuple[AppointmentItem, ...]
    asked_for_her: bool
    in_party: bool
    colleague: Offer | None = None
    with_her: Offer | None = None
    with_anyone: Offer | None = None

    @property
    def usual(self) -> Offer | None:
        """What needs nobody's consent: a colleague, unless the client asked for her."""
        return None if self.asked_for_her else self.colleague


@dataclass(frozen=True, slots=True)
class _Question:
    """A visit with the facts that decide where else it can be."""

    visit: Appointment
    items: tuple[AppointmentItem, ...]
    window: slots.Window


def affected_by(
    staff: StaffMember, starts_at: datetime, ends_at: datetime
) -> QuerySet[Appointment]:
    """Return the visits that still wait for a treatment of hers within `[starts_at, ends_at)`.

    In any house, earliest first, each with its client, its items in order, and `in_party`.
    """
    hers = AppointmentItem.objects.filter(
        appointment=OuterRef("pk"), staff=staff, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    party = Appointment.objects.filter(group=OuterRef("group")).order_by()
    count = party.values("group").annotate(count=Count("pk")).values("count")
    items = AppointmentItem.objects.select_related("service", "staff", "room").order_by("position")
    return (
        Appointment.objects.filter(Exists(hers), status__in=MOVABLE)
        .annotate(in_party=Subquery(count))
        .select_related("client", "location")
        .prefetch_related(Prefetch("items", queryset=items))
        .order_by("starts_at", "pk")
    )


def propose(
    visits: Iterable[Appointment],
    *,
    staff: StaffMember,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> list[Affected]:
    """Return what can be offered for each of `affected_by`'s visits while she is out.

    No two of them are offered the same place. A visit of a party is only offered a colleague,
    since another time would part it from the others. Four queries for each visit.
    """
    away = engine.Exclusion(
        localtime.minutes(starts_at), localtime.minutes(ends_at, round_up=True), ""
    )
    questions = [_ask(visit, staff, away, now) for visit in visits]
    taken: list[tuple[engine.Plan, Appointment]] = []

    def reserve(plan: engine.Plan | None, visit: Appointment) -> Offer | None:
        if plan is None:
            return None
        taken.append((plan, visit))
        return _offer(plan, visit)

    # Colleagues first: who keeps her time shall not lose it to who may get another.
    colleagues = [reserve(_same_time(one, taken), one.visit) for one in questions]
    found = []
    for one, colleague in zip(questions, colleagues, strict=True):
        in_party = one.visit.in_party > 1
        with_her = anyone = None
        if not in_party:
            with_her = reserve(_later(one, taken, only=staff.pk), one.visit)
            anyone = reserve(_later(one, taken, before=with_her), one.visit)
        asked = any(item.staff_requested and item.staff_id == staff.pk for item in one.items)
        found.append(Affected(one.visit, one.items, asked, in_party, colleague, with_her, anyone))
    return found


def _ask(
    visit: Appointment, staff: StaffMember, away: engine.Exclusion, now: datetime
) -> _Question:
    """Return the question in which her items are anybody's, and she is out."""
    items, day = tuple(visit.items.all()), visit.location.today(now=visit.starts_at)
    stays = visit.status == AppointmentStatus.ARRIVED  # who is here waits for another day only
    window = slots.load(
        location=visit.location,
        wanted=[
            Wanted(item.service_id, None if item.staff_id == staff.pk else item.staff_id)
            for item in items
        ],
        first_day=day,
        last_day=day if stays else day + AHEAD,
        client=visit.client,
        now=now,
        moving=visit,
    )
    people = dict(window.facts.staff)
    if staff.pk in people:
        hers = people[staff.pk]
        people[staff.pk] = replace(hers, exclusions=(*hers.exclusions, away))
    return _Question(visit, items, replace(window, facts=replace(window.facts, staff=people)))


def _facts(one: _Question, taken: Sequence[tuple[engine.Plan, Appointment]]) -> engine.Facts:
    facts = one.window.facts
    for plan, visit in taken:
        if visit.pk != one.visit.pk and visit.location_id == one.visit.location_id:
            facts = engine.with_plan(facts, plan, visit.group, visit.pk)
    return facts


def _same_time(
    one: _Question, taken: Sequence[tuple[engine.Plan, Appointment]]
) -> engine.Plan | None:
    """Return how the visit can be as it stands but without her; in its rooms, where they serve."""
    facts, start = _facts(one, taken), localtime.minutes(one.visit.starts_at)
    pairs = zip(one.window.wishes, one.items, strict=True)
    in_its_rooms = tuple(replace(wish, room=item.room_id) for wish, item in pairs)
    for wishes in (in_its_rooms, one.window.wishes):
        plan = engine.plan_at(start, wishes, facts)
        if isinstance(plan, engine.Plan):
            return plan
    return None


def _later(
    one: _Question,
    taken: Sequence[tuple[engine.Plan, Appointment]],
    *,
    only: int | None = None,
    before: Offer | None = None,
) -> engine.Plan | None:
    """Return the first place after the visit's own time: with `only` her, or `before` an offer."""
    facts, after = _facts(one, taken), localtime.minutes(one.visit.starts_at)
    until = localtime.minutes(before.start) if before else None
    grid = tuple(at for at in facts.grid if at > after and (until is None or at < until))
    wishes = one.window.wishes
    if only is not None:
        pairs = zip(wishes, one.items, strict=True)
        wishes = tuple(
            replace(wish, staff=only) if item.staff_id == only else wish for wish, item in pairs
        )
    found = engine.search(wishes, replace(facts, grid=grid)).slots
    return found[0].plan if found else None


def _offer(plan: engine.Plan, visit: Appointment) -> Offer:
    start = localtime.moment(plan.start).astimezone(visit.location.tz)
    return Offer(start, tuple(item.staff for item in plan.items))
