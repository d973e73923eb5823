"""A house with somebody at its till, who takes money and gives it back."""

from spa.models import (
    Account,
    Appointment,
    CashMovement,
    JournalEntry,
    JournalLine,
    Payment,
)
from spa.services import booking, cash, credit, payments
from spa.services.audit import Actor
from spa.services.payments import Charged, Tender
from spa.services.slots import Wanted
from tests.factories import ask_for_deposits, at, make_client, make_service
from tests.spa.booking.houses import DESK, House, lift_limits
from tests.tills import make_worker, open_drawer

PRICE, DEPOSIT = 180_000_00, 72_000_00  # of the massage


def card(pesos: int, reference: str = "0001") -> Tender:
    return Tender("card_terminal", pesos * 100, reference=reference)


def transfer(pesos: int, reference: str = "T-77") -> Tender:
    return Tender("bank_transfer", pesos * 100, reference=reference)


def coins(pesos: int, *, handed_over: int | None = None) -> Tender:
    """Cash; with what was laid on the table, if it was more."""
    return Tender("cash", pesos * 100, handed_over and handed_over * 100)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def held(account: str, whose: str = "") -> int:
    """Return what the journal says of an account, in pesos: what is had is positive."""
    lines = JournalLine.objects.filter(account=account)
    if whose:
        lines = lines.filter(subledger=whose)
    return sum(line.amount_cents for line in lines) // 100


def books() -> dict[str, int]:
    """Return every account that holds something, in pesos."""
    return {account: pesos for account in Account.values if (pesos := held(account))}


def owed_by(client) -> int:
    """Return the cents that a client left unpaid."""
    return sum(Appointment.objects.filter(client=client).values_list("debt_cents", flat=True))


def rows() -> tuple[int, ...]:
    """Count what a payment writes: the same before and after a refusal."""
    models = (Payment, JournalEntry, JournalLine, CashMovement)
    return tuple(model.objects.count() for model in models)


class Till:
    def __init__(self) -> None:
        lift_limits()
        self.house = House()
        self.desk, self.manager = make_worker(), make_worker("manager")
        self.client = make_client()

    @property
    def location(self):
        return self.house.location

    def visit(self, status: str = "confirmed", *, hour: int = 10, **fields) -> Appointment:
        """Return a visit of the client that has come so far, booked the day before."""
        fields = {"client": self.client, "now": at(7), **fields}
        visit = self.house.book(starts_at=at(hour), **fields)
        steps = (booking.check_in, booking.start, booking.finish)
        reached = {"confirmed": 0, "arrived": 1, "in_service": 2, "finished": 3}[status]
        for step in steps[:reached]:
            visit = step(appointment=visit, now=at(hour), actor=DESK)
        return visit

    def hold(self, *, minutes: int = 180, link: bool = False, **fields) -> Appointment:
        """Return a visit that waits for its deposit, for so long from seven on."""
        ask_for_deposits()
        return self.visit(terms=booking.Terms(keep_minutes=minutes, link=link), **fields)

    def drawer(self, user=None, **fields):
        return open_drawer(self.location, user or self.desk, **fields)

    def make_cheaper(self, visit) -> Appointment:
        """Give a visit ahead another treatment, which costs half as much."""
        short = make_service(room_kind=self.house.room.kind, minutes=30, pesos=90_000)
        wanted = Wanted(short.pk, self.house.paola.pk, self.house.room.pk)
        return booking.change_items(
            appointment=visit, lines=[booking.Line(wanted)], now=at(9), actor=DESK
        )

    def charge(self, visit, *tenders: Tender, by=None, request_id=None, **fields) -> Charged:
        return payments.charge(
            appointment=visit,
            tenders=tenders,
            actor=Actor(user=by or self.desk, request_id=request_id),
            **{"now": at(9), **fields},
        )

    def paid_visit(self, *tenders: Tender, status: str = "confirmed", hour: int = 10, **fields):
        """Return a visit and the one payment that paid it."""
        visit = self.visit(status, hour=hour)
        charged = self.charge(visit, *(tenders or (card(180_000),)), **fields)
        return charged.visit, charged.payments[0]

    def completed_visit(self, *tenders: Tender, **fields):
        return self.paid_visit(*tenders, status="finished", now=at(11), **fields)

    def refund(self, payment, pesos: int, way: str = "credit", *, by=None, **fields):
        request_id = fields.pop("request_id", None)
        return payments.refund(
            payment=payment,
            cents=pesos * 100,
            way=way,
            location=self.location,
            actor=Actor(user=by or self.manager, request_id=request_id),
            **{"reason": "complaint", "now": at(12), **fields},
        )

    def void(self, payment, *, now=None, by=None, request_id=None):
        actor = Actor(user=by or self.manager, request_id=request_id)
        return payments.void(payment=payment, now=now or at(12), actor=actor)

    def charge_back(self, payment, pesos: int, *, by=None, reference="B-9", request_id=None):
        return payments.charge_back(
            payment=payment,
            cents=pesos * 100,
            reference=reference,
            now=at(12),
            actor=Actor(user=by or self.manager, request_id=request_id),
        )

    def give_credit(self, pesos: int, *, by=None, now=None, client=None, request_id=None, **fields):
        return credit.issue(
            client=client or self.client,
            cents=pesos * 100,
            location=self.location,
            now=now or at(8),
            actor=Actor(user=by or self.manager, request_id=request_id),
            **{"origin": "goodwill", **fields},
        )

    def cancel(self, visit, *, by="client", now=None):
        return booking.cancel(appointment=visit, cancelled_by=by, now=now or at(9), actor=DESK)

    def credit_left(self, *, now=None) -> int:
        today = self.location.today(now=now or at(12))
        return credit.available(self.client, today=today) // 100

    def close(self, session, counts, *, by=None, now=None, request_id=None):
        actor = Actor(user=by or self.desk, request_id=request_id)
        return cash.close_session(session=session, counts=counts, now=now or at(20), actor=actor)
