"""Another time for a visit: what is chosen so far, and what there is to choose from."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from uuid import UUID, uuid4

from frontdesk import strip
from frontdesk.asked import Asked
from frontdesk.companions import can_move, companions
from frontdesk.times import Switch, Times, draw
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Appointment, AppointmentItem, StaffMember, User
from spa.services import slots


class MovePanel:
    """Everything the fragments of a move show; `chosen` is what `MoveForm.read` returned."""

    def __init__(
        self,
        chosen: dict,
        *,
        visit: Appointment,
        user: User,
        now: datetime,
        problem: BusinessLogicError | None = None,
    ) -> None:
        self.visit, self.location, self.user, self.now = visit, visit.location, user, now
        self.problem = problem or chosen["unreadable"]
        own_day = self.location.today(now=visit.starts_at)
        self.chosen = {**chosen, "default_day": own_day}
        self.asked = self._asked()

    @cached_property
    def party(self) -> list[Appointment]:
        """The visits that can be moved together, hers first; only hers where they cannot."""
        party = [self.visit, *companions(self.visit, user=self.user)]
        return [one for one in party if one.is_active] if can_move(party) else [self.visit]

    @property
    def moves_party(self) -> bool:
        """The whole party, unless only hers is asked for."""
        return len(self.party) > 1 and self.chosen["scope"] != "one"

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
        return self._wanted(self.items)

    @cached_property
    def wanted_by_visit(self) -> dict[int, list[slots.Wanted]]:
        """What each of the party keeps wanting, by the key of her visit. One query."""
        items = AppointmentItem.objects.filter(appointment__in=self.party).order_by("position")
        by_visit: dict[int, list[AppointmentItem]] = {one.pk: [] for one in self.party}
        for item in items:
            by_visit[item.appointment_id].append(item)
        return {pk: self._wanted(own) for pk, own in by_visit.items()}

    def _wanted(self, items: Iterable[AppointmentItem]) -> list[slots.Wanted]:
        return [
            slots.Wanted(item.service_id, None if self.anyone else item.staff_id) for item in items
        ]

    @cached_property
    def times(self) -> Times:
        """When the visit can start. Five queries; of a party two more, and one for each visit."""
        asked = {
            "location": self.location,
            "now": self.now,
            "first_day": self.asked.first,
            "days": strip.DAYS,
            "between": strip.PARTS[self.asked.part],
        }
        if self.moves_party:
            members = [
                slots.Member(one.client, self.wanted_by_visit[one.pk], one) for one in self.party
            ]
            found = slots.first_free_for_party(members=members, **asked)
        else:
            found = slots.first_free(
                wanted=self.wanted, client=self.visit.client, moving=self.visit, **asked
            )
        # Nobody is talked into another time: it is chosen.
        return draw(
            found,
            self.asked,
            location=self.location,
            staff=self.staff,
            choose=False,
            stands_at=self.visit.starts_at,
        )

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
