"""A visit that is being put together: what is chosen so far, and what there is to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import zip_longest
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from frontdesk.client_search import having_phone, is_number, matching, with_visits
from frontdesk.picks import MOST_SERVICES, Pick, Picks
from frontdesk.times import STRIP, Asked, Part, Switch, Times, draw
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Client, Location, Service, StaffMember, User
from spa.services import slots
from spa.services.booking.usual import usual


@dataclass(frozen=True, slots=True)
class Row:
    """One service of the visit, with who can do it here."""

    service: Service
    therapist: StaffMember | None
    able: tuple[StaffMember, ...]
    price_cents: int


class Panel:
    """Everything the fragments show, read when it is first asked for.

    `chosen` is what `BookingForm.read` returned. Whatever in it does not exist, was withdrawn or
    does not work at `location` is left out, and `problem` says so. A button that was pressed is
    carried out on the way in; nothing is written.
    """

    def __init__(
        self,
        chosen: dict,
        *,
        location: Location,
        user: User,
        now: datetime,
        problem: BusinessLogicError | None = None,
    ) -> None:
        self.location, self.user, self.now = location, user, now
        self.chosen = chosen
        self.problem = problem or chosen["unreadable"]
        self.refused = problem is not None  # by the booking, as opposed to the choice
        self.picks = self._pressed()
        self.asked = self._asked()

    # -- the client -------------------------------------------------------------------------
    @cached_property
    def client(self) -> Client | None:
        """The client chosen, with `visits`. One query."""
        if self.chosen["drop_client"] or self.is_new_client:
            return None
        key = self.chosen["pick"] or self.chosen["client"]
        if key is None:
            return None
        found = with_visits(Client.objects.filter(pk=key), user=self.user).first()
        if found is None:
            self._complain(RuleBroken(_("There is no such client. Search again."), reason="client"))
        return found

    @property
    def is_new_client(self) -> bool:
        dropped = self.chosen["drop_client"] or self.chosen["pick"]
        return (self.chosen["new_client"] or self.chosen["write_client"]) and not dropped

    @cached_property
    def matches(self) -> Sequence[Client]:
        return (
            [] if self.client or self.is_new_client else matching(self.chosen["q"], user=self.user)
        )

    @cached_property
    def same_phone(self) -> Sequence[Client]:
        """Who has the number that was typed for a new client: families share one."""
        return having_phone(self.chosen["phone"], user=self.user) if self.is_new_client else []

    @property
    def name(self) -> str:
        """The new client's name: as typed, else what was searched for."""
        typed, searched = self.chosen["name"] or "", self.chosen["q"] or ""
        return typed or ("" if is_number(searched) else searched)

    @property
    def phone(self) -> str:
        typed, searched = self.chosen["phone"] or "", self.chosen["q"] or ""
        return typed or (searched if is_number(searched) else "")

    @cached_property
    def is_vip(self) -> bool:
        return self.client is not None and self.client.is_vip(on=self.day)

    # -- the services -----------------------------------------------------------------------
    @cached_property
    def catalogue(self) -> dict[int, Service]:
        """What is on offer, each with `able`. One query."""
        offered = slots.with_able(Service.objects.offered())
        return {one.pk: one for one in offered.order_by("position", "name", "pk")}

    @cached_property
    def staff(self) -> dict[int, StaffMember]:
        """Who works at the location. One query."""
        here = StaffMember.objects.active().working_at(self.location)
        return {member.pk: member for member in here.order_by("position", "name", "pk")}

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(service, therapist) for service, therapist in self.picks]

    @cached_property
    def offers(self) -> list[tuple[Service, int]]:
        """The services that can be added, each with its price for this client."""
        taken = {service for service, _therapist in self.picks}
        return [
            (service, service.price_for(self.client, on=self.day))
            for service in self.catalogue.values()
            if service.pk not in taken
        ]

    @property
    def is_full(self) -> bool:
        return len(self.picks) >= MOST_SERVICES

    @cached_property
    def usual(self) -> list[Row]:
        """What the client had the last time, as far as it is still on offer. One query."""
        if self.client is None:
            return []
        return [self._row(*pick) for pick in self._usual_picks]

    @property
    def usual_is_chosen(self) -> bool:
        return bool(self.usual) and self.picks == self._usual_picks

    @property
    def minutes(self) -> int:
        return sum(row.service.duration_minutes for row in self.rows)

    @property
    def total_cents(self) -> int:
        return sum(row.price_cents for row in self.rows)

    @property
    def switch(self) -> Switch | None:
        """With one therapist, or with anyone: one who is chosen, else one asked for before."""
        chosen = next((key for _service, key in self.picks if key), None)
        member = self.staff.get(chosen or self.chosen["staff"])
        if member is None or not any(member.pk in row.service.able for row in self.rows):
            return None
        return Switch(member.pk, member.first_name, anyone=chosen is None)

    @property
    def opened_for(self) -> StaffMember | None:
        """The therapist in whose column the calendar was pressed."""
        return self.staff.get(self.chosen["staff"]) if self.chosen["staff"] else None

    # -- the time ---------------------------------------------------------------------------
    @property
    def wanted(self) -> list[slots.Wanted]:
        return [slots.Wanted(service, therapist) for service, therapist in self.picks]

    @cached_property
    def times(self) -> Times | None:
        """When the visit can start; None without a service. Four queries, three of nobody."""
        if not self.picks:
            return None
        window = slots.load(
            location=self.location,
            wanted=self.wanted,
            first_day=self.asked.first,
            last_day=self.asked.first + timedelta(days=STRIP - 1),
            client=self.client,
            now=self.now,
        )
        # After a refusal nobody is talked into another time: the desk chooses it.
        return draw(
            window, self.asked, location=self.location, staff=self.staff, choose=not self.refused
        )

    @property
    def lines(self) -> list[tuple[Row, Part | None]]:
        """Each service with who does it where and when, once a time is chosen."""
        chosen = self.times.chosen if self.times else None
        return list(zip_longest(self.rows, chosen.parts if chosen else ()))

    @property
    def client_changed(self) -> bool:
        pressed = ("pick", "drop_client", "write_client")
        return any(self.chosen[name] for name in pressed)

    @property
    def day(self) -> date:
        return self.times.day if "times" in self.__dict__ and self.times else self.asked.day

    @cached_property
    def request_id(self) -> UUID:
        return self.chosen["request_id"] or uuid4()

    @property
    def focus(self) -> str:
        """Where the keyboard goes on."""
        if self.client is None and not self.is_new_client:
            return "client"
        if self.is_new_client and not self.picks:
            return "phone" if self.name else "name"
        return "" if self.picks else ("usual" if self.usual else "services")

    # -- what was pressed -------------------------------------------------------------------
    def _pressed(self) -> list[Pick]:
        """Return the services after the button."""
        chosen = self.chosen
        picks = Picks(self.catalogue, self.staff)
        picks.read(chosen["service"] or [], chosen["therapist"] or [])
        if chosen["usual"] and self.client:
            picks.picks = list(self._usual_picks)
        if chosen["take_out"]:
            picks.take_out(chosen["take_out"])
        if chosen["add"]:
            picks.add(chosen["add"], chosen["staff"])
        if chosen["anyone"]:
            # Remembered, to be chosen again with one press.
            chosen["staff"] = picks.first_therapist or chosen["staff"]
            picks.let_anyone()
        if chosen["only"]:
            picks.only(chosen["only"])
        if picks.problem:
            self._complain(picks.problem)
        return picks.picks

    @cached_property
    def _usual_picks(self) -> list[Pick]:
        before = Picks(self.catalogue, self.staff)
        for item in usual(self.client, user=self.user):
            if item.service_id in self.catalogue:
                before.add(item.service_id, item.staff_id)
        return before.picks

    def _row(self, service: int, therapist: int | None) -> Row:
        sold = self.catalogue[service]
        return Row(
            service=sold,
            therapist=self.staff.get(therapist),
            able=tuple(member for key, member in self.staff.items() if key in sold.able),
            price_cents=sold.price_for(self.client, on=self.day),
        )

    def _asked(self) -> Asked:
        try:
            return Asked.read(self.chosen, location=self.location, now=self.now)
        except RuleBroken as refusal:
            self._complain(refusal)
            today = self.location.today(now=self.now)
            return Asked(today, today)

    def _complain(self, problem: BusinessLogicError) -> None:
        self.problem = self.problem or problem
