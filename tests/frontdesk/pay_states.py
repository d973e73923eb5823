"""A payment link in every state that its page has: for the tests of the pages, and for axe."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from spa.models import (
    BreakerPhase,
    BreakerState,
    Client,
    Location,
    PaymentRequest,
    Service,
    StaffMember,
)
from spa.services import booking, links, payment_requests
from spa.wompi.breaker import NAME
from tests.factories import at
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import Links, fresh, reported

STATES: dict[str, Callable[[Links], "Link"]] = {}
MORNING = at(7, 6)
HOUR = 15  # of the visits: far enough from the morning on which they are paid


@dataclass(frozen=True)
class Link:
    """A request, and the moment at which its page is opened."""

    request: PaymentRequest
    now: datetime = MORNING

    @property
    def token(self) -> str:
        return links.token(links.PAY, self.request.public_id, self.request.token_version)

    @property
    def return_token(self) -> str:
        return links.token(links.RETURN, self.request.public_id, self.request.token_version)

    @property
    def path(self) -> str:
        return f"/pay/{self.token}/"

    @property
    def return_path(self) -> str:
        return f"/return/{self.return_token}/"


def dress(world: Links) -> None:
    """Give everybody in it a name that a screen may show."""
    house, till = world.till.house, world.till
    Location.objects.filter(pk=house.location.pk).update(
        name="Chapinero", address="Calle 61 n.º 5-32, Bogotá", phone="+573015550142"
    )
    StaffMember.objects.filter(pk=house.paola.pk).update(name="Paola Rincón")
    Service.objects.filter(pk=house.massage.pk).update(name="Masaje relajante")
    Client.objects.filter(pk=till.client.pk).update(name="Mariana Echeverri")
    till.house.location.refresh_from_db()
    till.client.refresh_from_db()


def state(name: str) -> Callable:
    def register(build: Callable[[Links], Link]) -> Callable[[Links], Link]:
        STATES[name] = build
        return build

    return register


def asked(world: Links, **fields) -> PaymentRequest:
    return world.ask(world.till.hold(**{"minutes": 32, "hour": HOUR, **fields}))


def begun(world: Links, **fields):
    return world.hold(**{"minutes": 32, "hour": HOUR, **fields})


@state("held")
def held(world):
    return Link(asked(world))


@state("began")
def began(world):
    _visit, payment = begun(world)
    return Link(payment.request)


@state("declined")
def declined(world):
    _visit, payment = begun(world)
    world.hear(reported(payment, "DECLINED"))
    return Link(payment.request)


@state("down")
def down(world):
    BreakerState.objects.update_or_create(
        pk=NAME, defaults={"phase": BreakerPhase.OPEN, "opened_at": at(7, 5)}
    )
    return Link(asked(world))


@state("processing")
def processing(world):
    _visit, payment = begun(world)
    world.hear(reported(payment, "PENDING"))
    return Link(payment.request)


@state("checking")
def checking(world):
    _visit, payment = begun(world)
    return Link(payment.request, at(7, 33))


@state("paid")
def paid(world):
    _visit, payment = begun(world)
    world.hear(reported(payment))
    return Link(fresh(payment.request))


@state("given_back")
def given_back(world):
    _visit, payment = begun(world)
    world.hear(reported(payment, key="10042-1-00001"))
    world.hear(reported(payment, "VOIDED", key="10042-1-00001"), now=at(7, 30))
    return Link(fresh(payment.request), at(7, 31))


@state("credit")
def too_late(world):
    _visit, payment = begun(world)
    booking.expire_due(now=at(7, 43))
    world.till.house.book(starts_at=at(HOUR), now=at(7, 44))
    world.hear(reported(payment), now=at(7, 45))
    return Link(fresh(payment.request), at(7, 46))


@state("credit of a cancelled visit")
def too_late_for_a_cancelled_one(world):
    visit, payment = begun(world)
    booking.cancel(appointment=visit, cancelled_by="client", now=at(7, 5), actor=DESK)
    world.hear(reported(payment))
    return Link(fresh(payment.request), at(7, 7))


@state("expired")
def expired(world):
    request = asked(world)
    booking.expire_due(now=at(7, 33))
    return Link(fresh(request), at(7, 34))


@state("expired and asked for")
def expired_and_asked_for(world):
    link = expired(world)
    payment_requests.ask_again(request=link.request, now=at(7, 40))
    return Link(fresh(link.request), at(7, 41))


@state("lapsed")
def lapsed(world):
    link = balance(world)
    return Link(link.request, link.now + timedelta(days=4))


@state("ended")
def ended(world):
    request = asked(world)
    visit = world.till.client.appointments.get()
    payment_requests.end(appointment=visit, now=at(7, 5), actor=DESK)
    return Link(fresh(request))


@state("replaced")
def replaced(world):
    visit = world.till.visit(hour=HOUR)
    request = world.ask(visit)
    later = at(7, 2) + payment_requests.BALANCE_WAITS
    world.ask(visit, now=later)
    return Link(fresh(request), later)


@state("cancelled")
def cancelled(world):
    request = asked(world)
    visit = world.till.client.appointments.get()
    booking.cancel(appointment=visit, cancelled_by="spa", now=at(7, 5), actor=DESK)
    return Link(fresh(request))


@state("over")
def over(world):
    visit = world.till.visit(hour=HOUR)
    request = world.ask(visit)
    booking.record_no_show(appointment=visit, now=at(HOUR, 30), actor=DESK)
    return Link(fresh(request), at(HOUR, 31))


@state("balance")
def balance(world):
    return Link(world.ask(world.till.visit(hour=HOUR)))


@state("balance afterwards")
def balance_afterwards(world):
    visit = world.till.visit("finished", hour=10)
    return Link(world.ask(visit, now=at(11)), at(11, 5))


@state("balance that is paid")
def balance_that_is_paid(world):
    link = balance_afterwards(world)
    payment = world.begin(link.request, now=at(11, 5))
    world.hear(reported(payment), now=at(11, 6))
    return Link(fresh(link.request), at(11, 7))
