"""What a desk may do, drawn at random; every command is one call of the product's services."""

from collections.abc import Callable
from dataclasses import replace

from spa.models import (
    Appointment,
    AvailabilityExclusion,
    CancelledBy,
    ExclusionKind,
    Payment,
)
from spa.services import booking, payments, schedule
from spa.services.slots import Member, Wanted
from tests.turmoil.chance import QUARTERS, Chance
from tests.turmoil.house import CLOSES, DAYS, OPENS


class Hand(Chance):
    """One desk's hand: each method does one thing, with whatever chance gives it."""

    # -- Visits --
    def book(self) -> None:
        request = {
            **self._here(),
            "client": self.chance.choice(self.stage.clients),
            "wanted": self._wishes(),
            "starts_at": self._start(),
            "terms": booking.Terms(keep_minutes=self.chance.choice([1, 20, 240])),
        }
        made = booking.book_at(**request)
        if self.chance.random() < 0.2:  # the form is sent once more
            assert booking.book_at(**request).pk == made.pk, "one request, two visits"

    def book_party(self) -> None:
        clients = self.chance.sample(self.stage.clients, self.chance.choice([2, 2, 3]))
        members = [Member(client, self._wishes(most=2)) for client in clients]
        booking.book_party_at(**self._here(), members=members, starts_at=self._start())

    def move(self) -> None:
        visit = self._visit()
        wanted = [
            Wanted(item.service_id, self._somebody(), parallel=item.parallel)
            for item in visit.items.order_by("position")
        ]
        booking.move_at(
            appointment=visit,
            wanted=wanted,
            starts_at=self._start(),
            for_client=self.chance.random() < 0.1,
            **self._told(),
        )

    def move_party(self) -> None:
        booking.move_party_at(
            appointment=self._visit(of_party=True),
            starts_at=self._start(),
            for_client=False,
            **self._told(),
        )

    def change_items(self) -> None:
        """Let a visit's treatments be fewer, more, longer, or with somebody else."""
        visit = self._visit()
        lines = booking.as_it_is(visit)
        number = self.chance.randrange(len(lines))
        change = self.chance.choice(["fewer", "more", "longer", "another"])
        if change == "fewer":
            lines.pop(number)
        elif change == "more":
            lines += [booking.Line(one) for one in self._wishes(most=1)]
        elif change == "longer":
            lines[number] = replace(lines[number], minutes=self.chance.choice([15, 45, 75]))
        else:
            wanted = replace(lines[number].wanted, staff_id=self._somebody(), room_id=None)
            lines[number] = replace(lines[number], wanted=wanted)
        booking.change_items_at(appointment=visit, lines=lines, **self._told())

    def swap(self) -> None:
        booking.swap_at(first=self._visit(), second=self._visit(), **self._told())

    def cancel(self) -> None:
        who = self.chance.choice([CancelledBy.CLIENT, CancelledBy.SPA])
        booking.cancel(appointment=self._visit(), cancelled_by=who, **self._told())

    def cancel_party(self) -> None:
        booking.cancel_party(
            appointment=self._visit(of_party=True), cancelled_by=CancelledBy.SPA, **self._told()
        )

    def treat(self) -> None:
        """Take a visit's next step, whichever that is."""
        steps = {
            "confirmed": (booking.check_in, booking.check_in_shortened, booking.record_no_show),
            "arrived": (booking.start,),
            "in_service": (booking.finish,),
        }
        visit = self._visit()
        step = self.chance.choice(steps.get(visit.status, (booking.complete,)))
        step(appointment=visit, **self._told())

    # -- Money --
    def charge(self) -> None:
        visit = self._visit()
        tenders, credit_cents = self._tenders(visit.balance_cents), 0
        if self.chance.random() < 0.3:
            credit_cents = self._part(visit.balance_cents)
        payments.charge(
            appointment=visit,
            tenders=tenders,
            credit_cents=credit_cents,
            excess_to_credit=self.chance.random() < 0.5,
            **self._told(),
        )

    def charge_party(self) -> None:
        visit = self._visit(of_party=True)
        others = list(Appointment.objects.of_party(visit).exclude(pk=visit.pk))
        owed = sum(one.balance_cents for one in (visit, *others))
        bill = payments.Bill(tenders=self._tenders(owed, whole=True), excess_to_credit=True)
        payments.charge_together(payer=visit, others=others, bill=bill, **self._told())

    def refund(self) -> None:
        payment = self._any(Payment.objects.order_by("pk"))
        payments.refund(
            payment=payment,
            cents=self._part(payment.refundable_cents),
            way=self.chance.choice(["credit", "cash", "bank_transfer"]),
            reason="complaint",
            reference="7",
            **self._here(),
        )

    def take_back(self) -> None:
        payments.void(payment=self._any(Payment.objects.order_by("pk")), **self._told())

    def keep(self) -> None:
        minutes = self.chance.choice([20, 240])
        booking.keep(appointment=self._visit(), minutes=minutes, **self._told())

    def confirm(self) -> None:
        booking.confirm_without_deposit(
            appointment=self._visit(), reason_code="regular", **self._told()
        )

    def let_holds_expire(self) -> None:
        booking.expire_due(now=self.stage.now)

    # -- Schedules --
    def set_week(self) -> None:
        begins = OPENS * 60 + 30 * self.chance.randrange(5)
        ends = CLOSES * 60 - 30 * self.chance.randrange(5)
        schedule.set_week(
            **self._here(),
            staff=self.chance.choice(self.stage.staff),
            hours=[schedule.Hours(weekday, begins, ends) for weekday in range(1, 8)],
            valid_from=self.chance.choice(DAYS),
            confirmed=True,
        )

    def set_opening(self) -> None:
        begins = OPENS * 60 + 30 * self.chance.randrange(3)
        hours = [schedule.Hours(weekday, begins, CLOSES * 60) for weekday in range(1, 8)]
        schedule.set_opening(**self._here(), hours=hours, confirmed=True)

    def block(self) -> None:
        self.blocks.append(schedule.block_time(**self._here(), **self._whom(), **self._span()))

    def exclude(self) -> None:
        schedule.exclude(**self._here(), **self._whom(), **self._span(), confirmed=True)

    def exclude_weekly(self) -> None:
        begins = OPENS * 60 + 15 * self.chance.randrange(QUARTERS - 2)
        schedule.exclude_weekly(
            **self._here(),
            **self._whom(),
            weekdays=[self.chance.choice(DAYS).isoweekday()],
            from_minute=begins,
            to_minute=begins + 30,
            valid_from=DAYS[0],
            valid_until=DAYS[-1],
            kind=ExclusionKind.LUNCH,
            confirmed=True,
        )

    def unblock(self) -> None:
        known = AvailabilityExclusion.objects.filter(location=self.stage.location)
        keys = list(known.values_list("pk", flat=True).order_by("pk"))
        chosen = self.chance.sample(keys, min(len(keys), 3))
        schedule.unblock(
            location=self.stage.location,
            exclusions=chosen,
            now=self.stage.now,
            actor=self._actor(),
        )


# How often each is drawn: enough comes and goes that the house stays nearly full.
WEIGHTS: dict[Callable[[Hand], None], int] = {
    Hand.book: 20,
    Hand.book_party: 8,
    Hand.move: 14,
    Hand.move_party: 6,
    Hand.swap: 10,
    Hand.change_items: 8,
    Hand.cancel: 8,
    Hand.cancel_party: 3,
    Hand.treat: 10,
    Hand.charge: 14,
    Hand.charge_party: 4,
    Hand.refund: 3,
    Hand.take_back: 2,
    Hand.keep: 3,
    Hand.confirm: 3,
    Hand.let_holds_expire: 3,
    Hand.set_week: 4,
    Hand.set_opening: 2,
    Hand.block: 8,
    Hand.exclude: 2,
    Hand.exclude_weekly: 1,
    Hand.unblock: 8,
}
