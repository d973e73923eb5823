"""One of those who come: who she is, what she wants, and with whom."""

from collections.abc import Sequence
from functools import cached_property

from django.utils.translation import gettext as _

from frontdesk.client_search import having_phone, is_number, matching
from frontdesk.menu import Menu, Row
from frontdesk.picks import Pick
from spa.errors import BusinessLogicError
from spa.models import MOST_ITEMS, Client, Service, User
from spa.services import slots
from spa.services.booking.usual import usual

# What a guest who is not open has not: buttons.
BUTTONS = "pick write_client drop_client usual add take_out up down anyone only"
NOTHING_PRESSED: dict = dict.fromkeys(["staff", *BUTTONS.split()])


class Guest:
    """`chosen` is what her part of the form says; a button pressed in it is carried out.

    `client` is the one whom `key_of` names; `number` counts from 0. Whatever does not exist, was
    withdrawn or does not work here is left out, and `problem` says so.
    """

    def __init__(
        self, chosen: dict, *, number: int, menu: Menu, client: Client | None, user: User
    ) -> None:
        self.chosen = chosen = {**NOTHING_PRESSED, **chosen}
        self.number, self.menu, self.client, self.user = number, menu, client, user
        self.asked_for: int | None = chosen["staff"]  # the therapist who is one press away
        self.problem: BusinessLogicError | None = None
        self.picks = self._pressed()

    @staticmethod
    def key_of(chosen: dict) -> int | None:
        """Return the key of the client who is chosen."""
        chosen = {**NOTHING_PRESSED, **chosen}
        if chosen["drop_client"] or Guest._writes_client(chosen):
            return None
        return chosen["pick"] or chosen["client"]

    # -- who she is -------------------------------------------------------------------------
    @property
    def is_new_client(self) -> bool:
        return self._writes_client(self.chosen)

    @property
    def is_somebody(self) -> bool:
        return self.client is not None or self.is_new_client

    @cached_property
    def matches(self) -> Sequence[Client]:
        return [] if self.is_somebody else matching(self.chosen["q"], user=self.user)

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

    @property
    def label(self) -> str:
        """Her name, or which of the guests she is."""
        name = self.client.name if self.client else (self.is_new_client and self.name)
        return name or _("Guest %(number)s") % {"number": self.number + 1}

    @property
    def is_vip(self) -> bool:
        return self.client is not None and self.client.is_vip(on=self.menu.day)

    # -- what she wants ---------------------------------------------------------------------
    @cached_property
    def rows(self) -> list[Row]:
        return [self.menu.row(pick, self.client) for pick in self.picks]

    @cached_property
    def offers(self) -> list[tuple[Service, int]]:
        """The services that can be added, each with its price for her."""
        taken = {pick.service for pick in self.picks}
        return [
            (service, self.menu.price(service, self.client))
            for service in self.menu.catalogue.values()
            if service.pk not in taken
        ]

    @property
    def is_full(self) -> bool:
        return len(self.picks) >= MOST_ITEMS

    @cached_property
    def usual(self) -> list[Row]:
        """What she had the last time, as far as it is still on offer. One query."""
        return [self.menu.row(pick, self.client) for pick in self._usual_picks]

    @property
    def usual_is_chosen(self) -> bool:
        return bool(self.usual) and self.picks == self._usual_picks

    @property
    def wanted(self) -> list[slots.Wanted]:
        return [pick.wanted for pick in self.picks]

    @property
    def member(self) -> slots.Member:
        """Her part of a party; who is not written down yet has her name already."""
        return slots.Member(self.client or Client(name=self.label), self.wanted)

    @property
    def minutes(self) -> int:
        """How long she is treated: what follows waits for the longest of those at one time."""
        lengths: list[int] = []
        for row in self.rows:
            beside = lengths.pop() if row.parallel else 0
            lengths.append(max(beside, row.service.duration_minutes))
        return sum(lengths)

    @property
    def total_cents(self) -> int:
        return sum(row.price_cents for row in self.rows)

    @property
    def focus(self) -> str:
        """Where the keyboard goes on."""
        if not self.is_somebody:
            return "client"
        if self.is_new_client and not self.picks:
            return "phone" if self.name else "name"
        return "" if self.picks else ("usual" if self.usual else "services")

    # -- what was pressed -------------------------------------------------------------------
    @staticmethod
    def _writes_client(chosen: dict) -> bool:
        dropped = chosen["drop_client"] or chosen["pick"]
        return bool(chosen["new_client"] or chosen["write_client"]) and not dropped

    def _pressed(self) -> list[Pick]:
        """Return the services after the button."""
        chosen, picks = self.chosen, self.menu.picks()
        picks.read(
            chosen["service"] or [],
            chosen["therapist"] or [],
            also=chosen["also"] or [],
            parallel=chosen["parallel"] or [],
        )
        if chosen["usual"] and self.client:
            picks.picks = list(self._usual_picks)
        if chosen["take_out"]:
            picks.take_out(chosen["take_out"])
        picks.shift(chosen["up"], -1)
        picks.shift(chosen["down"], 1)
        if chosen["add"]:
            picks.add(chosen["add"], chosen["staff"])
        if chosen["anyone"]:
            # Remembered, to be chosen again with one press.
            self.asked_for = picks.first_therapist or self.asked_for
            picks.let_anyone()
        if chosen["only"]:
            picks.only(chosen["only"])
        self.problem = picks.problem
        return picks.picks

    @cached_property
    def _usual_picks(self) -> list[Pick]:
        if self.client is None:
            return []
        before = self.menu.picks()
        for item in usual(self.client, user=self.user):
            if item.service_id in before.catalogue:
                before.add(item.service_id, item.staff_id, parallel=item.parallel)
        return before.picks
