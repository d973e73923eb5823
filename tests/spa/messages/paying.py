"""Payments by link and the letters about them: for the tests of what is told of them."""

from datetime import datetime

from spa.models import Appointment, MessageKind, OutboxMessage, Payment
from spa.services import booking, payment_requests
from spa.services.audit import Actor
from spa.services.messages import send
from spa.services.messages.letters import Letter
from tests.factories import at, make_user
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import Links, fresh, reported
from tests.spa.messages.post import EMAIL, Postman
from tests.spa.money.till import Till, card

K = MessageKind


class Payer:
    """Mariana, who pays by link, and what can go wrong with that. It is seven when she books."""

    def __init__(self, till: Till) -> None:
        self.links = Links(till)
        self.till = till
        self.postman = Postman()
        self.mariana = till.client
        self.mariana.name, self.mariana.email = "Mariana Echeverri", EMAIL
        self.mariana.save()

    def hold(self, *, minutes: int = 20, hour: int = 16, **fields) -> Appointment:
        return self.till.hold(minutes=minutes, hour=hour, link=True, **fields)

    def send_again(self, visit: Appointment, *, now: datetime) -> None:
        actor = Actor(user=make_user(is_superuser=True))
        payment_requests.send(appointment=visit, now=now, actor=actor)

    def declined(self, visit: Appointment) -> Payment:
        """Return an attempt that was refused at six past seven."""
        payment = self.links.begin(self.links.ask(visit))
        self.links.hear(reported(payment, "DECLINED"))
        return payment

    def approved(self, visit: Appointment, *, now: datetime | None = None) -> Payment:
        payment = self.links.begin(self.links.ask(visit))
        self.links.hear(reported(payment), now=now)
        return payment

    def paid_rest(self) -> tuple[Appointment, Payment]:
        """Return a visit with its deposit paid by card, and its balance by link."""
        visit = self.till.charge(self.hold(), card(72_000)).visit
        return visit, self.approved(visit)

    def paid_too_late(self, **fields) -> tuple[Appointment, Payment]:
        """Return a visit that its client cancelled, and the payment that came all the same."""
        visit = self.hold(**fields)
        payment = self.links.begin(self.links.ask(visit))
        booking.cancel(appointment=visit, cancelled_by="client", now=at(7, 5), actor=DESK)
        self.links.hear(reported(payment))
        return visit, payment

    def sweep(self, *, now: datetime) -> list[Letter]:
        """Send whatever is due; return the letters that left."""
        before = len(self.postman.letters)
        for key in send.due(now=now, most=100):
            send.send(key, now=now, deliver=self.postman)
        return self.postman.letters[before:]

    def letter(self, kind: MessageKind, *, now: datetime) -> Letter:
        """Send whatever is due; return the one letter of a kind."""
        (letter,) = [one for one in self.sweep(now=now) if one.kind == kind]
        return letter


def fate(kind: MessageKind) -> tuple[str, str]:
    """Return what became of the last message of a kind, and why it was dropped."""
    message = OutboxMessage.objects.filter(kind=kind).order_by("pk").last()
    return message.state, message.drop_reason


__all__ = ["K", "Payer", "card", "fate", "fresh", "reported"]
