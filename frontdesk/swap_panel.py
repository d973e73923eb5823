"""Two visits that shall change places: with whom, and what would become of both."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4

from django.db.models import Prefetch

from spa import localtime
from spa.errors import BusinessLogicError
from spa.models import MOVABLE, Appointment, AppointmentItem, Room, SpaPolicy, StaffMember, User
from spa.services import booking


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: where it stands, and where it would."""

    visit: Appointment
    starts_at: datetime
    ends_at: datetime
    who: tuple[str, ...]  # therapists, then rooms


class SwapPanel:
    """Everything the fragments of a swap show; `chosen` is what `SwapForm.read` returned."""

    def __init__(
        self,
        chosen: dict,
        *,
        visit: Appointment,
        user: User,
        now: datetime,
        problem: BusinessLogicError | None = None,
    ) -> None:
        self.chosen, self.visit, self.user, self.now = chosen, visit, user, now
        self.location = visit.location
        self.day = self.location.today(now=visit.starts_at)
        self.problem = problem or chosen["refusal"]

    @cached_property
    def others(self) -> list[Appointment]:
        """The other visits of the day that can be moved and have not begun. Three queries."""
        items = AppointmentItem.objects.select_related("service", "staff").order_by("position")
        first, last = localtime.day_span(self.day, self.location.tz)
        running = self.now - timedelta(minutes=SpaPolicy.current().grid_minutes)
        return list(
            Appointment.objects.visible_to(self.user)
            .filter(location=self.location, status__in=MOVABLE)
            .starting_between(max(first, running), last)
            .exclude(pk=self.visit.pk)
            .select_related("client", "location")
            .prefetch_related(Prefetch("items", queryset=items))
            .order_by("starts_at", "pk")
        )

    @cached_property
    def other(self) -> Appointment | None:
        """The one chosen; None as long as none of this day is."""
        code = self.chosen["code"]
        return next((visit for visit in self.others if visit.code == code), None)

    @property
    def other_version(self) -> int | None:
        """The version of the other that the form showed; of one just chosen, what it is now."""
        if self.chosen["shown"] == self.chosen["code"]:
            return self.chosen["other_version"]
        return self.other and self.other.version

    @cached_property
    def sides(self) -> list[Side]:
        """Where both would be; nothing where that cannot be, and `problem` says why."""
        if self.other is None or self.problem:
            return []
        try:
            placed = booking.try_swap(first=self.visit, second=self.other, now=self.now)
        except BusinessLogicError as refusal:
            self.problem = refusal
            return []
        plans = [plan for plan, _rooms in placed]
        items = [item for plan in plans for item in plan.items]
        staff = StaffMember.objects.in_bulk([item.staff for item in items if item.staff])
        rooms = Room.objects.in_bulk([item.room for item in items if item.room])
        return [
            Side(
                visit=visit,
                starts_at=localtime.moment(plan.start),
                ends_at=localtime.moment(plan.end),
                who=tuple(
                    dict.fromkeys(
                        known[key].name
                        for known, keys in (
                            (staff, [item.staff for item in plan.items]),
                            (rooms, [item.room for item in plan.items]),
                        )
                        for key in keys
                        if key in known
                    )
                ),
            )
            for visit, plan in zip((self.visit, self.other), plans, strict=True)
        ]

    @property
    def version(self) -> int:
        return self.chosen["version"] or self.visit.version

    @cached_property
    def request_id(self) -> UUID:
        return self.chosen["request_id"] or uuid4()
