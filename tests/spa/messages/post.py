"""A house whose client has an email, and a postman who notes what he is given."""

from dataclasses import dataclass, field

from django_q.models import OrmQ

from spa.models import Appointment, OutboxMessage
from spa.services import booking
from spa.services.messages import send
from spa.services.messages.letters import Letter
from spa.services.slots import Wanted
from tests.factories import NOW, at, make_client
from tests.spa.booking.houses import DESK, House

EMAIL = "mariana@correo.test"


@dataclass
class Postman:
    """Stands for the mail server; `trouble` is raised instead of taking a letter."""

    letters: list[Letter] = field(default_factory=list)
    trouble: BaseException | None = None

    def __call__(self, letter: Letter) -> None:
        if self.trouble:
            raise self.trouble
        self.letters.append(letter)


class Post:
    """One visit of Mariana's tomorrow at ten, and what can happen to it."""

    def __init__(self) -> None:
        self.house = House()
        self.mariana = make_client(name="Mariana Echeverri", email=EMAIL)
        self.postman = Postman()

    def book(self, **fields) -> Appointment:
        return self.house.book(client=self.mariana, **{"starts_at": at(16), **fields})

    def move(self, visit: Appointment, starts_at, *, now=NOW, staff=None) -> Appointment:
        item = visit.items.get()
        wanted = [Wanted(item.service_id, (staff or self.house.paola).pk, item.room_id)]
        return booking.move(
            appointment=visit,
            wanted=wanted,
            starts_at=starts_at,
            for_client=False,
            now=now,
            actor=DESK,
        )

    def cancel(self, visit: Appointment, *, now=NOW, by="spa") -> Appointment:
        return booking.cancel(appointment=visit, cancelled_by=by, now=now, actor=DESK)

    def send(self, message: OutboxMessage, *, now=NOW) -> bool:
        return send.send(message.pk, now=now, deliver=self.postman)

    def sweep(self, *, now) -> list[Letter]:
        """Send whatever is due; return the letters that left."""
        before = len(self.postman.letters)
        for key in send.due(now=now, most=100):
            send.send(key, now=now, deliver=self.postman)
        return self.postman.letters[before:]


def outbox() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.order_by("pk"))


def the_message() -> OutboxMessage:
    return OutboxMessage.objects.get()


def fates() -> list[tuple[str, str, str]]:
    """Return of each message its kind, what became of it, and why it was dropped."""
    rows = OutboxMessage.objects.order_by("pk").values_list("kind", "state", "drop_reason")
    return [(kind.removeprefix("APPOINTMENT_"), state, reason) for kind, state, reason in rows]


def queued() -> list[tuple]:
    """Return the keys of messages that the cluster was told of, a tuple a task."""
    return [
        task.task["args"]
        for task in OrmQ.objects.order_by("pk")
        if task.task["func"] == "tasks.messages.send"
    ]
