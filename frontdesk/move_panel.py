"""Another time for a visit: what is chosen so far, and what there is to choose from."""

from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4

from frontdesk.asked import STRIP, Asked
from frontdesk.times import Switch, Times, draw
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Appointment, AppointmentItem, StaffMember
from spa.services import slots


class MovePanel:
    """Everything the fragments of a move show; `chosen` is what `MoveForm.read` returned."""

    def __init__(
        self,
        chosen: dict,
        *,
        visit: Appointment,
        now: datetime,
        problem: BusinessLogicError | None = None,
    ) -> None:
        self.visit, self.location, self.now = visit, visit.location, now
        self.problem = problem or chosen["unreadable"]
        own_day = self.location.today(now=visit.starts_at)
        self.chosen = {**chosen, "default_day": own_day}
        self.asked = self._asked()

    @cached_property
    def items(self) -> list[AppointmentItem]:
        """The services of the visit as they stand, with therapist and room. One query."""
        items = self.visit.items.select_related("service", "staff", "room")
        return list(items.order_by("position"))

    @cached_property
    def staff(self) -> dict[int, StaffMember]:
        """Who works at the location, and whoever was to treat. One query."""
        here = StaffMember.objects.active().working_at(self.location)
        treating = [item.staff for item in self.items if item.staff]
        return {member.pk: member for member in [*treating, *here.order_by("position", "pk")]}

    @property
    def anyone(self) -> bool:
        """Whether any therapist will do; at first, unless the client asked for hers."""
        if self.chosen["only"] or self.chosen["anyone"]:
            return not self.chosen["only"]
        if self.chosen["therapists"]:
            return self.chosen["therapists"] == "any"
        return not any(item.staff_requested for item in self.items)

    @property
    def switch(self) -> Switch | None:
        treating = list(dict.fromkeys(item.staff for item in self.items if item.staff))
        if not treating:
            return None
        names = " + ".join(member.first_name for member in treating)
        return Switch(1, names, self.anyone)

    @property
    def wanted(self) -> list[slots.Wanted]:
        return [
            slots.Wanted(item.service_id, None if self.anyone else item.staff_id)
            for item in self.items
        ]

    @cached_property
    def times(self) -> Times:
        """When the visit can start. Five queries."""
        window = slots.load(
            location=self.location,
            wanted=self.wanted,
            first_day=self.asked.first,
            last_day=self.asked.first + timedelta(days=STRIP - 1),
            client=self.visit.client,
            now=self.now,
            moving=self.visit,
        )
        # Nobody is talked into another time: it is chosen.
        return draw(window, self.asked, location=self.location, staff=self.staff, choose=False)

    @cached_property
    def request_id(self) -> UUID:
        return self.chosen["request_id"] or uuid4()

    def _asked(self) -> Asked:
        try:
            return Asked.read(self.chosen, location=self.location, now=self.now)
        except RuleBroken as refusal:
            self.problem = self.problem or refusal
            day = self.chosen["default_day"]
            return Asked(day, day)
