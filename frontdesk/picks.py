"""The services chosen for a visit, each with a therapist or anyone, and what changes them."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from django.utils.translation import gettext as _

from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Service, StaffMember
from spa.services import booking

MOST_SERVICES = 5
Pick = tuple[int, int | None]  # service, therapist (None: anyone)


class Picks:
    """A list that holds only what is on offer, each service once, with who can do it here.

    Whatever else is asked for is left out, and `problem` says why: the first of the reasons.
    """

    def __init__(self, catalogue: Mapping[int, Service], staff: Mapping[int, StaffMember]) -> None:
        self.catalogue, self.staff = catalogue, staff
        self.picks: list[Pick] = []
        self.problem: BusinessLogicError | None = None

    @property
    def first_therapist(self) -> int | None:
        return next((therapist for _service, therapist in self.picks if therapist), None)

    def read(self, services: Sequence[int | None], therapists: Sequence[int | None]) -> None:
        """Take the two lists of a form, which belong together by their order."""
        for service, therapist in zip_longest(services, therapists[: len(services)]):
            if self._accept(service):
                self.picks.append((service, self._checked(service, therapist)))

    def add(self, service: int, therapist: int | None) -> None:
        """Append a service, with this therapist if she can do it here."""
        if self._accept(service):
            self.picks.append((service, self.able(service, therapist)))

    def take_out(self, service: int) -> None:
        self.picks = [pick for pick in self.picks if pick[0] != service]

    def let_anyone(self) -> None:
        self.picks = [(service, None) for service, _therapist in self.picks]

    def only(self, therapist: int) -> None:
        """Give this therapist all that she can do here; the rest stays as it is."""
        self.picks = [
            (service, self.able(service, therapist) or before) for service, before in self.picks
        ]

    def able(self, service: int, therapist: int | None) -> int | None:
        """Return the therapist if she can do that service here, else None."""
        can = therapist in self.staff and therapist in self.catalogue[service].able
        return therapist if can else None

    def _accept(self, service: int | None) -> bool:
        if service not in self.catalogue:
            self._complain(_withdrawn(service))
        elif any(service == other for other, _therapist in self.picks):
            self._complain(booking.ServiceTwice())
        elif len(self.picks) == MOST_SERVICES:
            self._complain(_too_many())
        else:
            return True
        return False

    def _checked(self, service: int, therapist: int | None) -> int | None:
        able = self.able(service, therapist)
        if able != therapist:
            self._complain(
                RuleBroken(
                    _("This therapist does not do that service here. Choose another one."),
                    reason="cannot_do_service",
                )
            )
        return able

    def _complain(self, problem: BusinessLogicError) -> None:
        self.problem = self.problem or problem


def _withdrawn(service: int | None) -> RuleBroken:
    name = Service.objects.filter(pk=service).values_list("name", flat=True).first()
    return RuleBroken(
        _("%(service)s is no longer offered. Choose another service.")
        % {"service": name or _("That service")},
        reason="service_withdrawn",
    )


def _too_many() -> RuleBroken:
    return RuleBroken(
        _("A visit has at most %(most)s services. Book the others as a visit of their own.")
        % {"most": MOST_SERVICES},
        reason="too_many_services",
    )
