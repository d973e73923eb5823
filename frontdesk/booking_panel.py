"""A visit that is being put together: what is chosen so far, and what there is to choose from."""

from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import zip_longest
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from frontdesk import strip
from frontdesk.asked import Asked
from frontdesk.client_search import with_visits
from frontdesk.guest import Guest
from frontdesk.menu import Menu, Row
from frontdesk.offers import Part
from frontdesk.seats import Seats
from frontdesk.times import Switch, Times, draw
from frontdesk.waiting import Deposit, deposit
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Client, Location, StaffMember, User
from spa.services import slots
from spa.services.booking import LARGEST


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
        self.seats = Seats.read(chosen)
        self._complain(self.seats.problem)
        self.guests = self.seats.guests(menu=self.menu, clients=self._clients(), user=user)
        for guest in self.guests:
            self._complain(guest.problem)

    @property
    def guest(self) -> Guest:
        """The one who is open."""
        return self.guests[self.seats.at]

    @property
    def is_party(self) -> bool:
        return len(self.guests) > 1

    @property
    def has_seats(self) -> bool:
        return len(self.guests) < LARGEST

    @property
    def total_cents(self) -> int:
        return sum(guest.total_cents for guest in self.guests)

    @property
    def switch(self) -> Switch | None:
        """With one therapist, or with anyone: one who is chosen, else one asked for before."""
        chosen = next((row.therapists for row in self.guest.rows if row.therapists), ())
        before = self.menu.staff.get(self.staff_asked_for)
        members = chosen or ((before,) if before else ())
        if not any(member in row.able for row in self.guest.rows for member in members):
            return None
        names = _(" or ").join(member.first_name for member in members)
        return Switch(members[0].pk, names, anyone=not chosen)

    @property
    def staff_asked_for(self) -> int | None:
        """The therapist who is one press away."""
        return self.guest.asked_for or self.chosen["staff"]

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

    @property
    def whom(self) -> str:
        """Whom of a party the problem is about; nobody's name where it is about the time."""
        facts = self.problem.facts if self.problem and self.is_party else {}
        if facts.get("guest") is not None:
            return self.guests[facts["guest"]].label
        about = facts.get("client")
        return next((g.label for g in self.guests if g.client and g.client.pk == about), "")

    # -- the time ---------------------------------------------------------------------------
    @cached_property
    def times(self) -> Times | None:
        """When all can start; None while somebody has no service. Four queries, three of nobody."""
        if not all(guest.picks for guest in self.guests):
            return None
        found = self._find()
        self.policy = found.window.policy
        # After a refusal, or for a visit that is past, nobody is talked into a time: it is chosen.
        times = draw(
            found,
            self.asked,
            location=self.location,
            staff=self.menu.staff,
            choose=not self.refused and not self.enters_past,
        )
        self.menu.day = times.day
        return times

    def _find(self) -> slots.FreeTimes:
        asked = {
            "location": self.location,
            "now": self.now,
            "first_day": self.asked.first,
            "days": strip.DAYS,
            "between": strip.PARTS[self.asked.part],
            "forgotten": self.enters_past,
        }
        if self.is_party:
            members = [guest.member for guest in self.guests]
            return slots.first_free_for_party(members=members, **asked)
        return slots.first_free(wanted=self.guest.wanted, client=self.guest.client, **asked)

    @property
    def lines(self) -> list[tuple[Guest, list[tuple[Row, Part | None]]]]:
        """Each guest's services with who does them where and when, once a time is chosen."""
        chosen = self.times.chosen if self.times else None
        parts = chosen.guests if chosen else ()
        pairs = zip_longest(self.guests, parts, fillvalue=())
        return [(guest, list(zip_longest(guest.rows, own))) for guest, own in pairs]

    @cached_property
    def deposit(self) -> Deposit | None:
        """What is to be paid ahead at the time that is chosen."""
        if not self.times or not self.times.chosen:
            return None
        guests = {guest.number: (guest.total_cents, guest.is_vip) for guest in self.guests}
        return deposit(
            guests,
            self.times.chosen.start,
            policy=self.policy,
            keep=self.chosen["keep"],
            now=self.now,
        )

    @property
    def offers_link(self) -> bool:
        """Whether the deposit can be asked for by a payment link, as the main button does."""
        may = self.user.has_perm("spa.send_paymentrequest")
        return may and self.deposit is not None and self.deposit.by_link

    @property
    def emails(self) -> list[str]:
        """Where the links are sent; who has no email is given hers by the desk."""
        return [guest.client.email for guest in self.guests if guest.client and guest.client.email]

    @property
    def client_changed(self) -> bool:
        pressed = ("pick", "drop_client", "write_client", "companion")
        opened = (self.chosen["edit"], self.chosen["leave"])
        return any(self.chosen[name] for name in pressed) or opened != (None, None)

    @property
    def day(self) -> date:
        return self.menu.day

    @cached_property
    def request_id(self) -> UUID:
        return self.chosen["request_id"] or uuid4()

    def _clients(self) -> dict[int, Client]:
        """Return the clients chosen by their keys, with `visits`. One query."""
        keys = {Guest.key_of(chosen) for chosen in self.seats.chosen} - {None}
        if not keys:
            return {}
        chosen = with_visits(Client.objects.filter(pk__in=keys), user=self.user)
        found = {client.pk: client for client in chosen}
        if keys - found.keys():
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
