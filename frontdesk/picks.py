"""The services chosen for a visit, each with therapists or anyone, and what changes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from django.utils.translation import gettext as _

from spa.errors import BusinessLogicError, RuleBroken
from spa.models import MOST_ITEMS, Service, StaffMember
from spa.services import booking, slots


@dataclass(frozen=True, slots=True)
class Pick:
    """One service, with whichever of these therapists; with none of them, with anyone."""

    service: int
    therapists: tuple[int, ...] = ()
    parallel: bool = False  # at the same time as the one before it

    @property
    def wanted(self) -> slots.Wanted:
        either = len(self.therapists) > 1
        return slots.Wanted(
            self.service,
            None if either or not self.therapists else self.therapists[0],
            parallel=self.parallel,
            among=self.therapists if either else (),
        )


class Picks:
    """A list that holds only what is on offer, each service once, with who can do it here.

    Whatever else is asked for is left out, and `problem` says why: the first of the reasons.
    The first service is never parallel: it has none before it.
    """

    def __init__(self, catalogue: Mapping[int, Service], staff: Mapping[int, StaffMember]) -> None:
        self.catalogue, self.staff = catalogue, staff
        self.picks: list[Pick] = []
        self.problem: BusinessLogicError | None = None

    @property
    def first_therapist(self) -> int | None:
        return next((pick.therapists[0] for pick in self.picks if pick.therapists), None)

    def read(
        self,
        services: Sequence[int | None],
        therapists: Sequence[int | None],
        *,
        also: Sequence[tuple[int, int]] = (),
        parallel: Sequence[int | None] = (),
    ) -> None:
        """Take the lists of a form. The first two belong together by their order.

        `also` holds, as service and therapist, who else will do where a therapist was chosen.
        """
        for service, therapist in zip_longest(services, therapists[: len(services)]):
            if self._accept(service):
                others = [other for own, other in also if own == service] if therapist else []
                wanted = dict.fromkeys([therapist, *others] if therapist else ())
                checked = tuple(one for one in wanted if self._checked(service, one))
                self.picks.append(Pick(service, checked, parallel=service in parallel))
        self._settle()

    def add(self, service: int, therapist: int | None, *, parallel: bool = False) -> None:
        """Append a service, with this therapist if she can do it here."""
        if self._accept(service):
            able = self.able(service, therapist)
            self.picks.append(Pick(service, (therapist,) if able else (), parallel))
            self._settle()

    def take_out(self, service: int) -> None:
        self.picks = [pick for pick in self.picks if pick.service != service]
        self._settle()

    def shift(self, service: int | None, by: int) -> None:
        """Have a service change places with its neighbour; what is parallel stays in its place."""
        at = next((at for at, pick in enumerate(self.picks) if pick.service == service), None)
        if at is None or not 0 <= at + by < len(self.picks):
            return
        one, other = self.picks[at], self.picks[at + by]
        self.picks[at] = replace(other, parallel=one.parallel)
        self.picks[at + by] = replace(one, parallel=other.parallel)

    def let_anyone(self) -> None:
        self.picks = [replace(pick, therapists=()) for pick in self.picks]

    def only(self, therapist: int) -> None:
        """Give this therapist all that she can do here; what names her already stays as it is."""
        self.picks = [
            replace(pick, therapists=(therapist,))
            if therapist not in pick.therapists and self.able(pick.service, therapist)
            else pick
            for pick in self.picks
        ]

    def able(self, service: int, therapist: int | None) -> bool:
        """Return whether the therapist can do that service here."""
        return therapist in self.staff and therapist in self.catalogue[service].able

    def _settle(self) -> None:
        if self.picks:
            self.picks[0] = replace(self.picks[0], parallel=False)

    def _accept(self, service: int | None) -> bool:
        if service not in self.catalogue:
            self._complain(_withdrawn(service))
        elif any(service == pick.service for pick in self.picks):
            self._complain(booking.ServiceTwice())
        elif len(self.picks) == MOST_ITEMS:
            self._complain(_too_many())
        else:
            return True
        return False

    def _checked(self, service: int, therapist: int) -> bool:
        able = self.able(service, therapist)
        if not able:
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
        % {"most": MOST_ITEMS},
        reason="too_many_services",
    )
