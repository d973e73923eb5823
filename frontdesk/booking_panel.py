"""A visit that is being put together: what is chosen so far, and what there is to choose from."""

from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import zip_longest
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from frontdesk.asked import STRIP, Asked
from frontdesk.client_search import with_visits
from frontdesk.guest import Guest
from frontdesk.menu import Menu, Row
from frontdesk.offers import Part
from frontdesk.times import Switch, Times, draw
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Client, Location, StaffMember, User
from spa.services import slots


class Panel:
    """Everything the fragments show, read when it is first asked for.

    `chosen` is what `BookingForm.read` returned. A button that was pressed is carried out on the
    way in; nothing is written. `problem` is the first thing that could not be had.
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
        self.asked = self._asked()
        self.menu = Menu(location, day=self.asked.day)
        self.guest = Guest(chosen, menu=self.menu, client=self._client(), user=user)
        self._complain(self.guest.problem)

    @property
    def switch(self) -> Switch | None:
        """With one therapist, or with anyone: one who is chosen, else one asked for before."""
        chosen = next((row.therapists for row in self.guest.rows if row.therapists), ())
        before = self.menu.staff.get(self.chosen["staff"])
        members = chosen or ((before,) if before else ())
        if not any(member in row.able for row in self.guest.rows for member in members):
            return None
        names = _(" or ").join(member.first_name for member in members)
        return Switch(members[0].pk, names, anyone=not chosen)

    @property
    def opened_for(self) -> StaffMember | None:
        """The therapist in whose column the calendar was pressed."""
        return self.menu.staff.get(self.chosen["staff"]) if self.chosen["staff"] else None

    @property
    def is_gone_by(self) -> bool:
        """Whether the day lies behind."""
        return self.asked.day < self.location.today(now=self.now)

    @property
    def can_enter_past(self) -> bool:
        """Whether a visit that took place and was not entered can be entered on this day."""
        age = self.location.today(now=self.now) - self.asked.day
        return self.user.has_perm("spa.override_policy") and age in (timedelta(0), timedelta(1))

    @property
    def enters_past(self) -> bool:
        return self.can_enter_past and self.chosen["past"]

    # -- the time ---------------------------------------------------------------------------
    @cached_property
    def times(self) -> Times | None:
        """When the visit can start; None without a service. Four queries, three of nobody."""
        if not self.guest.picks:
            return None
        window = slots.load(
            location=self.location,
            wanted=self.guest.wanted,
            first_day=self.asked.first,
            last_day=self.asked.first + timedelta(days=STRIP - 1),
            client=self.guest.client,
            now=self.now,
            forgotten=self.enters_past,
        )
        # After a refusal, or for a visit that is past, nobody is talked into a time: it is chosen.
        times = draw(
            window,
            self.asked,
            location=self.location,
            staff=self.menu.staff,
            choose=not self.refused and not self.enters_past,
        )
        self.menu.day = times.day
        return times

    @property
    def lines(self) -> list[tuple[Row, Part | None]]:
        """Each service with who does it where and when, once a time is chosen."""
        chosen = self.times.chosen if self.times else None
        return list(zip_longest(self.guest.rows, chosen.parts if chosen else ()))

    @property
    def client_changed(self) -> bool:
        pressed = ("pick", "drop_client", "write_client")
        return any(self.chosen[name] for name in pressed)

    @property
    def day(self) -> date:
        return self.menu.day

    @cached_property
    def request_id(self) -> UUID:
        return self.chosen["request_id"] or uuid4()

    def _client(self) -> Client | None:
        """Return the client chosen, with `visits`. One query."""
        key = Guest.key_of(self.chosen)
        if key is None:
            return None
        found = with_visits(Client.objects.filter(pk=key), user=self.user).first()
        if found is None:
            self._complain(RuleBroken(_("There is no such client. Search again."), reason="client"))
        return found

    def _asked(self) -> Asked:
        try:
            return Asked.read(self.chosen, location=self.location, now=self.now)
        except RuleBroken as refusal:
            self._complain(refusal)
            today = self.location.today(now=self.now)
            return Asked(today, today)

    def _complain(self, problem: BusinessLogicError | None) -> None:
        self.problem = self.problem or problem
