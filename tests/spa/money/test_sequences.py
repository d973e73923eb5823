"""Whatever is done with money, in whatever order: the books stay right.

A till that tries anything at any time keeps sums of its own; what is refused changes nothing,
and nothing but a refusal may ever come out of a service.
"""

import random
from collections import Counter
from datetime import timedelta

import pytest

from spa.errors import BusinessLogicError
from spa.models import (
    NOTES,
    Appointment,
    CashSession,
    ClientCredit,
    DayClose,
    JournalEntry,
    Payment,
    SpaPolicy,
)
from spa.postgres.checks import check_now
from spa.services import booking, cash, credit, verification
from spa.services.audit import Actor
from spa.services.payments import Tender
from tests.factories import TODAY, ask_for_deposits, at, make_client, make_staff
from tests.spa.booking.houses import DESK
from tests.spa.money.till import Till, books, held, owed_by

NEXT = {"confirmed": booking.check_in, "arrived": booking.start, "in_service": booking.finish}
# What is owed to others, or by them, is never less than nothing. Tips may be, when their payment
# is taken back after they were handed on; and banks, which lend to whoever refunds by transfer.
NEVER_NEGATIVE = {"client_deposits": -1, "client_credit": -1, "receivables": 1, "cash": 1}


class MadTill(Till):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)
        SpaPolicy.objects.update(no_show_mercy_percent=self.chance.choice((0, 50, 100)))
        ask_for_deposits(percent=self.chance.choice((0, 40, 40, 100)))
        self.clients = [self.client, make_client()]
        self.house.staff = [self.house.paola, make_staff(self.location)]
        self.now = at(7)
        self.sums: Counter = Counter()  # cents that went in and out, by what it was for
        self.done: Counter = Counter()

    # -- Choosing -----------------------------------------------------------------------------
    def pesos(self, most: int) -> int:
        """Return cents of an amount that is likely to matter; now and then an absurd one."""
        most //= 100
        return 100 * self.chance.choice((most, most // 2, 1, most + 1, 0, most // 3))

    def any_of(self, queryset):
        rows = list(queryset.order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def some_visit(self) -> Appointment | None:
        visits = Appointment.objects.all()
        if self.chance.random() < 0.7:
            visits = visits.filter(status__in=[*NEXT, "pending_payment"])
        return self.any_of(visits)

    # -- Acting -------------------------------------------------------------------------------
    def act(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((0, 1, 5, 20)))
        names = (
            *("book",) * 3,
            *("step",) * 4,
            *("pay",) * 5,
            *("expire",) * 3,
            "cheaper",
            *("complete", "complete", "cancel", "no_show", "give_back", "take_back"),
            *("bank", "gift"),
            *("keep", "waive", "let_holds_go"),
            *("open", "open", "move_cash", "close", "tips"),
            *("close_day", "reopen_day", "reopen_day"),
        )
        name = self.chance.choice(names)
        try:
            if getattr(self, f"_{name}")() is not None:
                check_now()
                self.done[name] += 1
        except BusinessLogicError:
            self.done["refused"] += 1

    def _book(self):
        day = TODAY + timedelta(days=self.chance.choice((0, 0, 1, 2)))
        client = self.chance.choice(self.clients)
        # Who owes is booked all the same now and then: a manager says why.
        lets_pass = owed_by(client) and self.chance.random() < 0.8
        return self.house.book(
            client=client,
            actor=Actor(user=self.manager) if lets_pass else DESK,
            override=booking.Override("regular") if lets_pass else None,
            starts_at=max(at(self.chance.randint(8, 18), day=day), at(8)),
            now=self.now,
            staff=self.chance.choice(self.house.staff),
            terms=booking.Terms(keep_minutes=self.chance.choice((20, 120, 1440))),
        )

    def _keep(self):
        hold = self.any_of(Appointment.objects.filter(status="pending_payment"))
        minutes = self.chance.choice((1, 20, 1440, 1441))
        return hold and booking.keep(appointment=hold, minutes=minutes, now=self.now, actor=DESK)

    def _waive(self):
        hold = self.any_of(Appointment.objects.filter(status="pending_payment"))
        actor = Actor(user=self.chance.choice((self.desk, self.manager)))
        return hold and booking.confirm_without_deposit(
            appointment=hold, reason_code="regular", now=self.now, actor=actor
        )

    def _let_holds_go(self):
        return booking.expire_due(now=self.now) or None

    def _step(self):
        visit = self.some_visit()
        if visit and visit.status in NEXT:
            return NEXT[visit.status](appointment=visit, now=self.now, actor=DESK)
        return None

    def _pay(self):
        visit = self.some_visit()
        if visit is None:
            return None
        if self.chance.random() < 0.5:
            return self._pay_all(visit)
        tips = {}
        if self.chance.random() < 0.3:
            tips = {self.chance.choice(self.house.staff).pk: self.pesos(10_000_00)}
        of_credit = 0
        if self.chance.random() < 0.3:
            left = credit.available(visit.client, today=self.location.today(now=self.now))
            of_credit = self.pesos(min(left, visit.balance_cents))
        tenders = []
        for _ in range(self.chance.choice((0, 1, 1, 2))):
            method = self.chance.choice(("cash", "card_terminal", "bank_transfer"))
            cents = self.pesos(visit.balance_cents)
            tenders.append(Tender(method, cents, reference="" if method == "cash" else "7"))
        discount = self.chance.random() < 0.2
        charged = self.charge(
            visit,
            *tenders,
            now=self.now,
            by=self.chance.choice((self.desk, self.manager)),
            credit_cents=of_credit,
            tips=tips,
            discount_cents=self.pesos(visit.price_cents // 4) if discount else None,
            discount_reason="courtesy",
            excess_to_credit=self.chance.random() < 0.5,
            complete=self.chance.random() < 0.3,
            debt_reason=self.chance.choice(("", "left")),
        )
        self.sums["in"] += sum(one.cents for one in tenders)
        self.sums["tips"] += sum(tips.values())
        return charged

    def _pay_all(self, visit: Appointment):
        staff = visit.items.get().staff
        tip = self.chance.choice((0, 5_000_00))
        method = self.chance.choice(("cash", "card_terminal"))
        tender = Tender(
            method, visit.balance_cents + tip, reference="" if method == "cash" else "8"
        )
        charged = self.charge(visit, tender, now=self.now, tips={staff.pk: tip})
        self.sums["in"] += tender.cents
        self.sums["tips"] += tip
        return charged

    def _cheaper(self):
        visit = self.some_visit()
        return self.make_cheaper(visit) if visit else None

    def _complete(self):
        visit = self.some_visit()
        return visit and booking.complete(
            appointment=visit,
            now=self.now,
            actor=Actor(user=self.manager),
            debt_reason=self.chance.choice(("", "pays_later")),
        )

    def _cancel(self):
        visit = self.some_visit()
        if visit is None or self.chance.random() < 0.5:
            return None
        return self.cancel(visit, by=self.chance.choice(("client", "spa")), now=self.now)

    def _no_show(self):
        visit = self.any_of(Appointment.objects.filter(status="confirmed", starts_at__lt=self.now))
        return visit and booking.record_no_show(appointment=visit, now=self.now, actor=DESK)

    def _give_back(self):
        payment = self.any_of(Payment.objects)
        if payment is None:
            return None
        cents = self.pesos(payment.refundable_cents)
        way = self.chance.choice(("credit", "cash", "bank_transfer"))
        row = self.refund(payment, cents // 100, way, reference="9", now=self.now)
        if way != "credit":
            self.sums["out"] += cents
        return row

    def _take_back(self):
        payment = self.any_of(Payment.objects)
        if payment is None:
            return None
        self.void(payment, now=self.now)
        self.sums["out"] += payment.amount_cents
        self.sums["tips"] -= payment.tip_cents
        return payment

    def _bank(self):
        payment = self.any_of(Payment.objects.exclude(method="cash"))
        if payment is None or self.chance.random() < 0.5:
            return None
        cents = self.pesos(payment.refundable_cents)
        row = self.charge_back(payment, cents // 100)
        self.sums["out"] += cents
        return row

    def _gift(self):
        cents = self.pesos(60_000_00)
        lot = self.give_credit(cents // 100, client=self.chance.choice(self.clients), now=self.now)
        # Some last days are near, so that there is something to expire.
        days = self.chance.choice((0, 1, 3, 365))
        last = self.location.today(now=self.now) + timedelta(days=days)
        ClientCredit.objects.filter(pk=lot.pk).update(expires_on=last)
        self.sums["gifts"] += cents
        return lot

    def _expire(self):
        before = -held("client_credit")
        lots = credit.expire_due(today=self.location.today(now=self.now), now=self.now)
        self.sums["expired"] += (before + held("client_credit")) * 100
        return lots or None

    def _open(self):
        cents = self.pesos(100_000_00)
        return self.drawer(
            self.chance.choice((self.desk, self.manager)), pesos=cents // 100, now=self.now
        )

    def _move_cash(self):
        session = self.any_of(CashSession.objects.open())
        if session is None:
            return None
        reason = self.chance.choice(("change", "supplies", "bank"))
        cents = self.pesos(50_000_00) * self.chance.choice((1, -1))
        return cash.move_by_hand(
            session=session, cents=cents, reason=reason, now=self.now,
            actor=Actor(user=session.opened_by),
        )  # fmt: skip

    def _close(self):
        session = self.any_of(CashSession.objects.open())
        if session is None or self.chance.random() < 0.5:
            return None
        counts = {self.chance.choice(NOTES): self.chance.randint(0, 3) for _ in range(2)}
        return self.close(session, counts, by=session.opened_by, now=self.now)

    def _close_day(self):
        today = self.location.today(now=self.now)
        if self.chance.random() < 0.7:
            return None
        if CashSession.objects.open().exists() and self.chance.random() < 0.7:
            for session in CashSession.objects.open():
                self.close(session, {}, by=session.opened_by, now=self.now)
        drawers = CashSession.objects.filter(drawer__location=self.location)
        difference = sum(
            one.difference_cents or 0
            for one in drawers
            if self.location.today(now=one.opened_at) == today
        )
        return cash.close_day(
            location=self.location, day=today, difference_cents=difference,
            note="counted twice", left_reason="pays_later", now=self.now,
            actor=Actor(user=self.manager),
        )  # fmt: skip

    def _reopen_day(self):
        close = self.any_of(DayClose.objects)
        return close and cash.reopen_day(
            close=close, reason="a late client", now=self.now, actor=Actor(user=self.manager)
        )

    def _tips(self):
        owed = cash.tips_owed()
        if not owed.keys() & {one.pk for one in self.house.staff}:
            return None
        staff = self.chance.choice([one for one in self.house.staff if one.pk in owed])
        cents = cash.pay_out_tips(
            staff=staff, cents=owed.get(staff.pk, 0), location=self.location, now=self.now,
            actor=Actor(user=self.desk),
        )  # fmt: skip
        self.sums["tips"] -= cents
        self.sums["tips paid out"] += cents
        return cents

    # -- What must always hold ----------------------------------------------------------------
    def check(self) -> None:
        for entry in JournalEntry.objects.prefetch_related("lines"):
            assert sum(line.amount_cents for line in entry.lines.all()) == 0, entry
        places: Counter = Counter()
        for entry in JournalEntry.objects.prefetch_related("lines"):
            for line in entry.lines.all():
                places[line.account, line.subledger] += line.amount_cents
        for (account, whose), cents in places.items():
            assert cents * NEVER_NEGATIVE.get(account, 0) >= 0, (account, whose, cents)
        self._check_stored_value(places)
        self._check_that_no_money_is_lost()
        assert list(verification.findings()) == []

    def _check_stored_value(self, places: Counter) -> None:
        for client in self.clients:
            lots = sum(lot.remaining_cents for lot in client.credits.all())
            assert lots == -places["client_credit", f"client:{client.pk}"]
        for session in CashSession.objects.all():
            moved = sum(movement.amount_cents for movement in session.movements.all())
            assert moved == places["cash", f"session:{session.pk}"]
        for visit in Appointment.objects.all():
            whose = f"visit:{visit.code}"
            ahead = visit.paid_cents if visit.is_active else 0
            assert ahead == -places["client_deposits", whose]
            assert visit.debt_cents == places["receivables", whose]

    def _check_that_no_money_is_lost(self) -> None:
        """Money in = applied + tips + credit + given back, by what the till itself added up."""
        now = Counter({account: cents * 100 for account, cents in books().items()})
        handed_in = now["cash"] + now["safe"] + now["cash_over_short"] + now["expenses"]
        banks = now["card_terminal"] + now["bank_transfer"]
        kept = self.sums["in"] - self.sums["out"]
        assert handed_in + banks == kept - self.sums["tips paid out"]
        assert -now["tips_payable"] == self.sums["tips"]
        assert now["goodwill"] == self.sums["gifts"]
        assert -now["expired_value"] == self.sums["expired"]
        applied = (
            -now["client_deposits"] - now["service_revenue"] - now["cancellation_income"]
            - now["discounts"] - now["receivables"]
        )  # fmt: skip
        of_credit = -now["client_credit"] - self.sums["gifts"] + self.sums["expired"]
        assert now["unapplied_money"] == 0
        tips = self.sums["tips"] + self.sums["tips paid out"]
        assert self.sums["in"] == applied + tips + of_credit + self.sums["out"]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_keeps_the_books(seed):
    till = MadTill(seed)

    for number in range(160):
        till.act()
        if number % 20 == 0:
            till.check()

    till.check()
    assert {"book", "pay", "open", "gift"} <= set(till.done), till.done
    assert sum(till.done.values()) - till.done["refused"] > 30, till.done


@pytest.mark.django_db
def test_the_sequences_reach_every_event_of_the_desk():
    """Else a command could be broken in such a way that it is only ever refused."""
    done: Counter = Counter()
    for seed in range(20, 28):
        till = MadTill(seed)
        for _ in range(160):
            till.act()
        done += till.done

    events = {
        *("book", "step", "pay", "cheaper", "complete", "cancel", "no_show", "give_back"),
        *("take_back", "bank", "gift", "expire", "open", "move_cash", "close", "tips"),
        *("keep", "waive", "let_holds_go", "close_day", "reopen_day"),
    }
    assert events - set(done) == set(), done
