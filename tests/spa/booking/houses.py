"""One house with one of everything, to book in."""

from spa.models import SpaPolicy
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import (
    NOW,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
)

DESK = Actor()


def lift_limits() -> None:
    """Let everybody book as much as they like: for tests of what comes after the limits."""
    limits = [field.name for field in SpaPolicy._meta.fields if field.null]
    SpaPolicy.objects.update(**dict.fromkeys(limits))


class House:
    """One therapist, one room, one service: enough to be in each other's way."""

    def __init__(self, **room):
        self.location = make_location()
        self.paola = make_staff(self.location)
        self.room = make_room(self.location, **room)
        self.massage = make_service(room_kind=self.room.kind)

    def book(
        self,
        *,
        staff="paola",
        starts_at=None,
        client=None,
        actor=DESK,
        call=booking.book,
        **fields,
    ):
        staff = self.paola if staff == "paola" else staff
        return call(
            location=self.location,
            client=client or make_client(),
            wanted=[Wanted(self.massage.pk, staff and staff.pk, self.room.pk)],
            starts_at=starts_at or at(10),
            actor=actor,
            **{"now": NOW, **fields},
        )
