"""What a house offers: its services at their prices, and who does them there."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from frontdesk.picks import Pick, Picks
from spa.models import Client, Location, Service, StaffMember
from spa.services import slots


@dataclass(frozen=True, slots=True)
class Row:
    """One service of a visit, with who can do it here and who is to."""

    service: Service
    therapists: tuple[StaffMember, ...]  # whichever of them; none: anyone
    able: tuple[StaffMember, ...]
    price_cents: int
    parallel: bool

    @property
    def therapist(self) -> StaffMember | None:
        return self.therapists[0] if self.therapists else None

    @property
    def others(self) -> list[tuple[StaffMember | None, list[StaffMember]]]:
        """Whoever will do besides the first, and whoever may be chosen in her place; at the end
        nobody, while somebody is left."""
        left = [member for member in self.able if member not in self.therapists]
        chosen = [(other, [other, *left]) for other in self.therapists[1:]]
        return [*chosen, (None, left)] if self.therapists and left else chosen


class Menu:
    """Read when it is first asked for; prices are those of `day`."""

    def __init__(self, location: Location, *, day: date) -> None:
        self.location, self.day = location, day

    @cached_property
    def catalogue(self) -> dict[int, Service]:
        """What is on offer, each with `able`. One query."""
        offered = slots.with_able(Service.objects.offered()).select_related("room_kind")
        return {one.pk: one for one in offered.order_by("position", "name", "pk")}

    @cached_property
    def staff(self) -> dict[int, StaffMember]:
        """Who works at the location. One query."""
        here = StaffMember.objects.active().working_at(self.location)
        return {member.pk: member for member in here.order_by("position", "name", "pk")}

    def picks(self) -> Picks:
        return Picks(self.catalogue, self.staff)

    def price(self, service: Service, client: Client | None) -> int:
        return service.price_for(client, on=self.day)

    def row(self, pick: Pick, client: Client | None) -> Row:
        sold = self.catalogue[pick.service]
        return Row(
            service=sold,
            therapists=tuple(self.staff[key] for key in pick.therapists),
            able=tuple(member for key, member in self.staff.items() if key in sold.able),
            price_cents=self.price(sold, client),
            parallel=pick.parallel,
        )
