"""Who comes together: what a form says of each guest, and which of them is open."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from frontdesk.guest import Guest
from frontdesk.menu import Menu
from spa.errors import RuleBroken
from spa.models import Client, User
from spa.services.booking import LARGEST

COPIED = ("service", "parallel")  # for whoever comes along: the same, with anyone


@dataclass(slots=True)
class Seats:
    """The guests' parts of a form in their order, after the button; `at` is who is open."""

    chosen: list[dict]
    at: int
    problem: RuleBroken | None = None

    @classmethod
    def read(cls, form: dict) -> "Seats":
        chosen = list(form["others"])
        chosen.insert(form["open"], form)
        for number, client in form.get("written", {}).items():
            chosen[number] = {**chosen[number], "client": client, "new_client": False}
        seats = cls(chosen, form["open"])
        if form["companion"]:
            seats.add()
        if form["leave"] is not None:
            seats.leave(form["leave"])
        if form["edit"] is not None and form["edit"] < len(seats.chosen):
            seats.at = form["edit"]
        return seats

    def add(self) -> None:
        """Give one more a seat, who wants the same services as the first, and open it."""
        if len(self.chosen) == LARGEST:
            self.problem = RuleBroken(
                _("A party is two to four clients. Book the others separately."),
                reason="party_size",
            )
            return
        first = self.chosen[0]
        nobody = dict.fromkeys(("client", "q", "new_client", "name", "phone", "therapist", "also"))
        self.chosen.append(nobody | {name: first[name] for name in COPIED})
        self.at = len(self.chosen) - 1

    def leave(self, number: int) -> None:
        if len(self.chosen) == 1 or number >= len(self.chosen):
            return
        del self.chosen[number]
        self.at = max(0, self.at - (number <= self.at))

    def guests(self, *, menu: Menu, clients: dict[int, Client], user: User) -> list[Guest]:
        return [
            Guest(
                chosen,
                number=number,
                menu=menu,
                client=clients.get(Guest.key_of(chosen)),
                user=user,
            )
            for number, chosen in enumerate(self.chosen)
        ]
