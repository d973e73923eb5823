"""A machine that lets anything happen to payments by link, and knows what must hold."""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from spa.errors import BusinessLogicError
from spa.models import Appointment, GatewayTransaction, Payment
from spa.services import booking, credit, gateway, payment_requests
from spa.wompi.answers import Status
from tests.spa.booking.houses import DESK
from tests.spa.gateway.truths import check, check_at_rest
from tests.spa.gateway.world import CannotBe, World
from tests.spa.money.till import Till, card

PAYING = ("attempt", "second_tab", "approve", "decline", "wrong_amount", "wrong_currency")
NEWS = (
    *("event", "event_twice", "event_at_once", "event_lost", "swapped_reference", "old_event"),
    "poll",
)
HOUSE = ("hold_expires", "cancel", "void", "breaker", "ask")
NEXT = {"confirmed": booking.check_in, "arrived": booking.start, "in_service": booking.finish}


class Anything(RuleBasedStateMachine):
    """Two visits of one client wait for their deposits; then anything happens."""

    def __init__(self, world: World, done: Counter, *, patiently: bool) -> None:
        super().__init__()
        self.world, self.done, self.patiently = world, done, patiently
        self.is_sound = True
        self.branch = world.branch()
        self.branch.__enter__()
        self.visits = [world.book(hour=14), world.book(hour=10)]

    @property
    def till(self) -> Till:
        return self.world.till

    @property
    def visit(self) -> Appointment:
        return Appointment.objects.get(pk=self.world.visit.pk)

    def attempt(self, name: str, call) -> None:
        """Try something at the desk; a refusal changes nothing."""
        self.world.now += timedelta(seconds=20)
        try:
            call()
        except (BusinessLogicError, CannotBe):
            self.done["refused"] += 1
        else:
            self.done[name] += 1

    # -- Payers and Wompi ---------------------------------------------------------------------
    @rule(move=some.sampled_from(PAYING))
    def is_paid(self, move: str) -> None:
        self.happens(move)

    @rule(move=some.sampled_from(NEWS))
    def is_told(self, move: str) -> None:
        self.happens(move)

    @rule(move=some.sampled_from(HOUSE))
    def is_decided(self, move: str) -> None:
        self.happens(move)

    def happens(self, move: str) -> None:
        self.done[move if self.world.do(move) else "refused"] += 1

    @rule()
    def pays(self) -> None:
        """Pay as most do: press the button, be approved, and have Wompi tell us."""
        for move in ("attempt", "approve", "event"):
            self.happens(move)

    @rule()
    def goes_back_at_wompi(self) -> None:
        def annul() -> None:
            approved = self.world.wompi.all(Status.APPROVED)
            if not approved:
                raise CannotBe
            self.world.wompi.become(approved[0].transaction_id, Status.VOIDED)

        self.attempt("annulled", annul)

    @rule()
    def a_worker_is_killed(self) -> None:
        """Let an event be kept, and its task be lost."""
        self.attempt("killed", lambda: self.world.tell(self.world.next_event()))
        self.world.lose_tasks()

    @rule(away=some.booleans())
    def wompi_is_away(self, away: bool) -> None:
        self.world.wompi.is_away = away

    @rule(minutes=some.sampled_from((1, 12, 60, 300)))
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    # -- The desk -----------------------------------------------------------------------------
    @rule(which=some.integers(0, 1))
    def turns_to(self, which: int) -> None:
        self.world.visit = self.visits[which]

    @rule()
    def takes_a_step(self) -> None:
        visit = self.visit
        if visit.status in NEXT:
            call = NEXT[visit.status]
            self.attempt("step", lambda: call(appointment=visit, now=self.world.now, actor=DESK))

    @rule(pesos=some.sampled_from((1_000, 72_000, 180_000)), of_credit=some.booleans())
    def charges(self, pesos: int, of_credit: bool) -> None:
        now, visit = self.world.now, self.visit
        today = self.till.location.today(now=now)
        has = min(credit.available(self.till.client, today=today), visit.balance_cents)
        if of_credit:
            self.attempt("credit", lambda: self.till.charge(visit, credit_cents=has, now=now))
        else:
            self.attempt("charge", lambda: self.till.charge(visit, card(pesos), now=now))

    @rule()
    def leaves_a_debt(self) -> None:
        self.attempt(
            "debt",
            lambda: booking.complete(
                appointment=self.visit, now=self.world.now, actor=self.world.manager,
                debt_reason="pays_later",
            ),
        )  # fmt: skip

    @rule()
    def ends_the_link(self) -> None:
        self.attempt(
            "end",
            lambda: payment_requests.end(appointment=self.visit, now=self.world.now, actor=DESK),
        )

    @rule()
    def sells_the_hour(self) -> None:
        starts_at = self.visit.starts_at
        self.attempt("sold", lambda: self.till.house.book(starts_at=starts_at, now=self.world.now))

    @rule(parts=some.integers(1, 2), way=some.sampled_from(("credit", "bank_transfer")))
    def refunds(self, parts: int, way: str) -> None:
        payment = Payment.objects.approved().order_by("pk").first()
        if payment:
            pesos = payment.refundable_cents // 100 // parts
            self.attempt(
                "refund",
                lambda: self.till.refund(payment, pesos, way, reference="9", now=self.world.now),
            )

    @rule()
    def takes_a_card_back(self) -> None:
        payment = Payment.objects.approved().filter(method="card_terminal").last()
        if payment:
            self.attempt("void_at_desk", lambda: self.till.void(payment, now=self.world.now))

    @rule(how=some.sampled_from(("apply", "credit", "refund")))
    def decides_about_money(self, how: str) -> None:
        row = GatewayTransaction.objects.homeless().order_by("pk").first()
        if row is None:
            return
        common = {
            "transaction": row,
            "note": "T-1",
            "now": self.world.now,
            "actor": self.world.manager,
        }
        client, location = self.till.client, self.till.location
        ways = {
            "apply": lambda: gateway.apply(appointment=self.visit, **common),
            "credit": lambda: gateway.give_as_credit(client=client, location=location, **common),
            "refund": lambda: gateway.record_refund(**common),
        }
        self.attempt(f"unapplied_{how}", ways[how])

    # -- What must hold -----------------------------------------------------------------------
    @invariant()
    def the_books_are_right(self) -> None:
        self.is_sound = False
        check(self.world.wompi)
        self.is_sound = True

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.world.come_to_rest(patiently=self.patiently)
                check_at_rest(self.world.wompi)
        finally:
            self.branch.__exit__(None, None, None)


def let_anything_happen(
    world: World, *, examples: int, steps: int = 25, patiently: bool = False
) -> Counter:
    """Run the machine; return how often what was done."""
    done: Counter = Counter()
    run_state_machine_as_test(
        lambda: Anything(world, done, patiently=patiently),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return done
