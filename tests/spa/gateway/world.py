"""A house, its payers and Wompi in memory: each move is something that happens on some day.

The product's own code runs: services, and the jobs of `tasks/` with the fake in the client's
place and a clock that the moves push on.
"""

from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module

from django.db import transaction
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from spa import clock
from spa.errors import BusinessLogicError
from spa.models import (
    Alert,
    Appointment,
    BreakerState,
    ClientCredit,
    GatewayTransaction,
    OutboxMessage,
    Payment,
    PaymentRequest,
    WebhookEvent,
)
from spa.services import gateway, payment_requests
from spa.services.audit import Actor
from spa.services.gateway import void
from spa.wompi.answers import Status, Transaction
from spa.wompi.client import Client
from tasks import gateway as jobs
from tasks import holds
from tests.factories import at
from tests.spa.booking.houses import DESK
from tests.spa.gateway.fake import FakeWompi, announcement
from tests.spa.money.till import Till

S = Status
STEP = timedelta(seconds=20)
GRACE = timedelta(minutes=10)
OF_NOBODY = "SPA-THEREFERENCEOFNOBODYATALL"


class CannotBe(Exception):
    """There is nothing that this could happen to."""


class World:
    def __init__(self) -> None:
        self.till = Till()
        self.till.client.email = "mariana@example.test"
        self.till.client.save()
        self.manager = Actor(user=self.till.manager)
        self.begin_anew()

    def begin_anew(self) -> None:
        self.now = at(7)
        self.wompi = FakeWompi()
        self.announced: list[Transaction] = []

    def take_the_clock(self, monkeypatch) -> None:
        """Have the product's clock say what it is here, and its client ask the fake."""
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(Client, "from_settings", lambda: self.wompi)

    @contextmanager
    def branch(self):
        """Let what happens in the block be undone at its end."""
        before = (self.now, self.announced[:], self.wompi)
        self.wompi = self.wompi.copy()
        savepoint = transaction.savepoint()
        try:
            yield
        finally:
            transaction.set_rollback(False)
            transaction.savepoint_rollback(savepoint)
            self.now, self.announced, self.wompi = before

    def do(self, move: str) -> bool:
        """Let something happen; return whether it could, and nothing forbade it."""
        self.now += STEP
        try:
            getattr(self, move)()
        except (BusinessLogicError, CannotBe):
            return False
        return True

    def looks(self) -> tuple:
        """Return all that is there, at Wompi and with us, but moments, keys and codes.

        Worlds that look the same will go on in the same way.
        """
        visits = Appointment.objects.order_by("pk")
        payments = list(Payment.objects.order_by("pk"))
        keys = [one.pk for one in payments]
        references = [one.reference for one in payments]
        waits = [one.held_until for one in visits if one.held_until]
        rows = GatewayTransaction.objects.order_by("gateway_id")
        return (
            [(one.status, one.paid_cents, one.debt_cents) for one in visits],
            [(self.now < until, self.now < until + GRACE) for until in waits],
            list(PaymentRequest.objects.order_by("pk").values_list("purpose", "closed_reason")),
            [
                (one.state, one.applied_cents, one.refunded_cents, one.look_at is None)
                for one in payments
            ],
            [
                (
                    *(row.gateway_id, row.status, row.home, row.resolution),
                    row.void_asked_at is None,
                    row.receipt_id and keys.index(row.receipt_id),
                )
                for row in rows
            ],
            list(ClientCredit.objects.order_by("pk").values_list("remaining_cents", flat=True)),
            sorted(OutboxMessage.objects.values_list("kind", flat=True)),
            sorted(Alert.objects.values_list("kind", "subject")),
            sorted(
                WebhookEvent.objects.values_list("transaction_id", "status", "outcome", "truth")
            ),
            [
                (one.status, one.currency, one.amount_in_cents, references.index(one.reference))
                for one in self.wompi.all()
            ],
            [(one.transaction_id, one.status) for one in self.wompi.events + self.announced[-1:]],
            self.wompi.is_left_alone,
        )

    # -- The payer ----------------------------------------------------------------------------
    def book(self, *, hour: int = 10, minutes: int = 20) -> Appointment:
        """Have a visit wait for its deposit."""
        self.visit = self.till.hold(minutes=minutes, hour=hour, now=self.now)
        self.ask()
        return self.visit

    def ask(self) -> None:
        payment_requests.open_request(appointment=self.visit, now=self.now, actor=DESK)

    def attempt(self) -> None:
        """Press the button and choose how to pay."""
        request = PaymentRequest.objects.filter(appointment=self.visit.code).latest("pk")
        payment = gateway.open_attempt(request=request, now=self.now).payment
        self._pay(payment, S.PENDING)

    def second_tab(self) -> None:
        """Pay in a tab that has been open since the last attempt."""
        self._pay(self.last_attempt(), S.PENDING)

    def approve(self) -> None:
        self._end(S.APPROVED)

    def decline(self) -> None:
        self._end(S.DECLINED)

    def wrong_amount(self) -> None:
        payment = self.last_attempt()
        self._pay(payment, S.APPROVED, cents=payment.amount_cents - 99_50)

    def wrong_currency(self) -> None:
        self._pay(self.last_attempt(), S.APPROVED, currency="USD")

    def last_attempt(self) -> Payment:
        own = Payment.objects.filter(appointment=self.visit.code, request__isnull=False)
        if last := own.order_by("pk").last():
            return last
        raise CannotBe

    def _pay(self, payment: Payment, status: Status, *, cents: int = 0, currency: str = "COP"):
        self.wompi.begin(
            payment.reference,
            cents or payment.amount_cents,
            now=self.now,
            currency=currency,
            status=status,
        )

    def _end(self, status: Status) -> None:
        """End what is under way at Wompi, or pay and end at once what was asked for last."""
        if waiting := self.wompi.all(S.PENDING):
            self.wompi.become(waiting[-1].transaction_id, status)
        else:
            self._pay(self.last_attempt(), status)

    # -- News ---------------------------------------------------------------------------------
    def event(self) -> None:
        """Let the event that has waited longest come, or the last one once more."""
        self.tell(self.next_event())
        self.work()

    def event_twice(self) -> None:
        one = self.next_event()
        for _ in range(2):
            self.tell(one)
            self.work()

    def event_at_once(self) -> None:
        """Let two workers hear Wompi's answer before either has done anything about it."""
        one = self.next_event()
        self.tell(one)
        heard = [self.wompi.transaction(one.transaction_id) for _ in range(2)]
        for told in heard:
            gateway.settle(reference=told.reference, found=[told], now=self.now)
        self.work()

    def event_lost(self) -> None:
        """Lose all the events that are on their way."""
        self.next_event()
        self.wompi.events.clear()

    def swapped_reference(self) -> None:
        """Let an event come that names another payment: what it says of that is not signed."""
        one = self.next_event()
        others = Payment.objects.exclude(reference__in=("", one.reference)).order_by("pk")
        other = others.values_list("reference", flat=True).first()
        self.tell(one, reference=other or OF_NOBODY)
        self.work()

    def old_event(self) -> None:
        """Let all news of the last transaction come now, oldest first, and again when it is read.

        Each time somebody believes it who asked Wompi then, and was slow.
        """
        versions = list(self.wompi.versions.values())
        if not versions:
            raise CannotBe
        self.tell(versions[-1][0])
        for _ in range(2):
            for old in versions[-1]:
                gateway.settle(reference=old.reference, found=[old], now=self.now, is_all=False)
            self.work()

    def poll(self) -> None:
        self.now += timedelta(seconds=61)
        jobs.reconcile()
        self.work()

    def tell(self, one: Transaction, **lies: str) -> None:
        gateway.receive(announcement=announcement(one, **lies), now=self.now)

    def next_event(self) -> Transaction:
        """Return what Wompi announces next, or has announced last."""
        if self.wompi.events:
            self.announced.append(self.wompi.events.pop(0))
        if not self.announced:
            raise CannotBe
        return self.announced[-1]

    def work(self) -> None:
        """Carry out what is queued for the gateway, as the task cluster would."""
        while rows := list(OrmQ.objects.order_by("pk")):
            OrmQ.objects.filter(pk__in=[row.pk for row in rows]).delete()
            for row in rows:
                task = SignedPackage.loads(row.payload)
                module, _, name = task["func"].rpartition(".")
                if module == jobs.__name__:
                    getattr(import_module(module), name)(*task["args"])

    def lose_tasks(self) -> None:
        OrmQ.objects.all().delete()

    # -- The house ----------------------------------------------------------------------------
    def hold_expires(self) -> None:
        held_until = Appointment.objects.get(pk=self.visit.pk).held_until or self.now
        self.now = max(self.now, held_until + GRACE)
        holds.expire()

    def cancel(self) -> None:
        self.till.cancel(self.visit, now=self.now)

    def void(self) -> None:
        """Have a manager annul the last payment; or, if we know of none, Wompi itself."""
        known = GatewayTransaction.objects.filter(status=S.APPROVED, receipt__isnull=False)
        if row := known.order_by("pk").last():
            void.ask(payment=row.receipt, now=self.now, actor=self.manager)
            self.work()
        elif approved := self.wompi.all(S.APPROVED):
            self.wompi.become(approved[-1].transaction_id, S.VOIDED)
        else:
            raise CannotBe

    def breaker(self) -> None:
        """Let the breaker open, or close."""
        self.wompi.is_left_alone = not self.wompi.is_left_alone
        BreakerState.objects.all().delete()
        if self.wompi.is_left_alone:
            BreakerState.objects.create(pk="wompi", phase="open", opened_at=self.now)

    # -- The end ------------------------------------------------------------------------------
    def come_to_rest(self, *, patiently: bool = False) -> None:
        """Lose all events and tasks; let Wompi be well and hours pass, and us ask it.

        `patiently`: until nothing is to be asked any more, two days later.
        """
        self.wompi.events.clear()
        self.lose_tasks()
        self.wompi.is_away = self.wompi.is_left_alone = False
        BreakerState.objects.all().delete()
        for one in self.wompi.all(S.PENDING):
            self.wompi.become(one.transaction_id, S.DECLINED)
        self.now += timedelta(hours=2)
        holds.expire()
        jobs.reconcile()
        due = Payment.objects.exclude(look_at=None).order_by("look_at")
        while patiently and (look_at := due.values_list("look_at", flat=True).first()):
            self.now = max(self.now, look_at)
            jobs.reconcile()
