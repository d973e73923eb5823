"""Other treatments for a visit: what is chosen so far, and what would become of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID, uuid4

from frontdesk.forms.items import Sent
from spa import localtime
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import MOST_ITEMS, Appointment, AppointmentItem, Service, StaffMember
from spa.services import booking, slots
from spa.services.booking import Line
from spa.services.slots import Wanted


@dataclass(frozen=True, slots=True)
class Row:
    """One treatment of the list."""

    service: Service
    item: AppointmentItem | None
    therapist: StaffMember | None
    minutes: int
    begun: bool
    price_cents: int
    able: tuple[StaffMember, ...]
    parallel: bool
    can_go_up: bool
    can_go_down: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One treatment as it would take place."""

    service: Service
    staff: StaffMember | None
    room: str | None
    starts_at: datetime
    ends_at: datetime


class ItemsPanel:
    """Everything the fragments show; `chosen` is what `ItemsForm.read` returned.

    Nothing is written: the plan is tried each time the list is drawn.
    """

    def __init__(
        self,
        chosen: dict,
        *,
        visit: Appointment,
        now: datetime,
        fresh: bool,
        problem: BusinessLogicError | None = None,
    ) -> None:
        self.visit, self.location, self.now, self.chosen = visit, visit.location, now, chosen
        self.problem = problem or chosen["unreadable"]
        self.refused = problem is not None
        self.day = self.location.today(now=visit.starts_at)
        self.sent = self._as_it_is() if fresh else self._pressed(chosen["sent"])

    # -- what there is ----------------------------------------------------------------------
    @cached_property
    def items(self) -> dict[int, AppointmentItem]:
        """The treatments as they stand, by their keys. One query."""
        found = self.visit.items.select_related("service", "staff", "room").order_by("position")
        return {item.pk: item for item in found}

    @cached_property
    def catalogue(self) -> dict[int, Service]:
        """What is on offer or in the visit, each with `able`. One query."""
        own = [item.service_id for item in self.items.values()]
        known = Service.objects.offered() | Service.objects.filter(pk__in=own)
        return {one.pk: one for one in slots.with_able(known).order_by("position", "name", "pk")}

    @cached_property
    def staff(self) -> dict[int, StaffMember]:
        """Who works at the location, and whoever was to treat. One query."""
        treating = [item.staff for item in self.items.values() if item.staff]
        here = StaffMember.objects.active().working_at(self.location)
        return {one.pk: one for one in [*treating, *here.order_by("position", "name", "pk")]}

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(at, sent) for at, sent in enumerate(self.sent)]

    @cached_property
    def offers(self) -> list[tuple[Service, int]]:
        """The services that can be added, each with its price for this client."""
        taken = {sent.service for sent in self.sent}
        return [
            (service, self._price(service))
            for service in self.catalogue.values()
            if service.pk not in taken and not service.withdrawn_at
        ]

    @property
    def is_full(self) -> bool:
        return len(self.sent) >= MOST_ITEMS

    @property
    def total_cents(self) -> int:
        return sum(row.price_cents for row in self.rows)

    @property
    def before_cents(self) -> int:
        return sum(item.price_cents for item in self.items.values())

    @property
    def more_cents(self) -> int:
        return self.total_cents - self.before_cents

    @property
    def difference_cents(self) -> int:
        return abs(self.more_cents)

    @property
    def ends_at(self) -> datetime:
        return max(part.ends_at for part in self.parts)

    @cached_property
    def request_id(self) -> UUID:
        return self.chosen["request_id"] or uuid4()

    @property
    def version(self) -> int:
        return self.chosen["version"] or self.visit.version

    # -- what would become of it ------------------------------------------------------------
    @property
    def lines(self) -> list[Line]:
        return [self._line(sent) for sent in self.sent]

    @cached_property
    def parts(self) -> list[Part]:
        """The visit as it would be; nothing where that cannot be, and `problem` says why."""
        try:
            change = booking.try_change(appointment=self.visit, lines=self.lines, now=self.now)
        except BusinessLogicError as refusal:
            same = isinstance(refusal, RuleBroken) and refusal.facts["reason"] == "nothing_changed"
            if not same:
                self.problem = self.problem or refusal
            return []
        rooms = {room["id"]: room["name"] for room in change.window.house.rooms}
        return [
            Part(
                service=service,
                staff=self.staff.get(planned.staff),
                room=rooms.get(planned.room),
                starts_at=localtime.moment(planned.start),
                ends_at=localtime.moment(planned.end),
            )
            for service, planned in zip(change.window.services, change.plan.items, strict=True)
        ]

    def _line(self, sent: Sent) -> Line:
        item = self.items.get(sent.item)
        room = item and item.room_id
        minutes = sent.minutes
        if minutes == (item.duration_minutes if item else self._service_minutes(sent)):
            minutes = None
        wanted = Wanted(sent.service, sent.therapist, room, parallel=sent.parallel)
        return Line(wanted, item=sent.item, minutes=minutes)

    def _service_minutes(self, sent: Sent) -> int:
        return self.catalogue[sent.service].duration_minutes

    def _row(self, at: int, sent: Sent) -> Row:
        service, item = self.catalogue[sent.service], self.items.get(sent.item)
        return Row(
            service=service,
            item=item,
            therapist=self.staff.get(sent.therapist),
            minutes=sent.minutes or (item.duration_minutes if item else service.duration_minutes),
            begun=self._has_begun(sent),
            price_cents=item.price_cents if item else self._price(service),
            able=tuple(one for key, one in self.staff.items() if key in service.able),
            parallel=sent.parallel,
            can_go_up=self._can_change_places(at - 1),
            can_go_down=self._can_change_places(at),
        )

    def _has_begun(self, sent: Sent) -> bool:
        item = self.items.get(sent.item)
        return item is not None and booking.has_begun(self.visit, item, self.now)

    def _can_change_places(self, at: int) -> bool:
        """Say whether a treatment may change places with the next: what has begun stays first."""
        both = self.sent[at : at + 2] if at >= 0 else ()
        return len(both) == 2 and not any(map(self._has_begun, both))

    def _price(self, service: Service) -> int:
        return service.price_for(self.visit.client, on=self.day)

    # -- what was pressed -------------------------------------------------------------------
    def _as_it_is(self) -> list[Sent]:
        return [
            Sent(item.pk, item.service_id, item.staff_id, item.duration_minutes, item.parallel)
            for item in self.items.values()
        ]

    def _pressed(self, sent: Sequence[Sent]) -> list[Sent]:
        """Return the list after the button; what is neither on offer nor in the visit is left out.

        A treatment that was taken out and is added again is the one it was, at its price. The
        first goes along with none, since there is none before it.
        """
        kept = [one for one in sent if one.service in self.catalogue]
        kept = [one for one in kept if one.service != self.chosen["take_out"]]
        added = self.chosen["add"]
        if added in self.catalogue and added not in {one.service for one in kept}:
            own = [one for one in self._as_it_is() if one.service == added]
            kept += own or [Sent(None, added, self._likely(added, kept), None)]
        kept = _shifted(_shifted(kept, self.chosen["up"], -1), self.chosen["down"], 1)
        return [replace(one, parallel=one.parallel and at > 0) for at, one in enumerate(kept)]

    def _likely(self, service: int, kept: Sequence[Sent]) -> int | None:
        """Return whoever treats before, if she does this too."""
        last = next((one.therapist for one in reversed(kept) if one.therapist), None)
        return last if last in self.catalogue[service].able else None


def _shifted(sent: Sequence[Sent], service: int | None, by: int) -> list[Sent]:
    """Return the list with a treatment in its neighbour's place; what is parallel stays there."""
    order = list(sent)
    at = next((at for at, one in enumerate(order) if one.service == service), None)
    if at is not None and 0 <= at + by < len(order):
        one, other = order[at], order[at + by]
        order[at] = replace(other, parallel=one.parallel)
        order[at + by] = replace(one, parallel=other.parallel)
    return order
