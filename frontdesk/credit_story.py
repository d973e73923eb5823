"""What a client has to spend and what she owes, and how it came about, for her page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from spa.models import (
    Account,
    Appointment,
    Client,
    ClientCredit,
    CreditOrigin,
    JournalEvent,
    JournalLine,
    User,
)

MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One change of a client's credit: positive when she got more to spend."""

    at: datetime
    who: str
    text: str
    cents: int
    visit: str  # its code, if whoever looks may see that visit


@dataclass(frozen=True, slots=True)
class Debt:
    cents: int
    visit: str  # as above
    day: date


@dataclass(frozen=True, slots=True)
class Balance:
    lots: list[ClientCredit]  # what can be spent, what expires soonest first
    lines: list[Line]  # the newest first
    debts: list[Debt]

    @property
    def cents(self) -> int:
        return sum(lot.remaining_cents for lot in self.lots)

    @property
    def owed_cents(self) -> int:
        return sum(debt.cents for debt in self.debts)


def tell(client: Client, *, today: date, user: User) -> Balance:
    """Return what a client has and owes at every house. Five queries at most.

    Whoever may not see a visit is told of its money, and not which visit it is.
    """
    lines = list(
        JournalLine.objects.filter(account=Account.CLIENT_CREDIT, subledger=f"client:{client.pk}")
        .select_related("entry")
        .order_by("-entry__at", "-pk")[:MOST_LINES]
    )
    owing = list(
        Appointment.objects.filter(client=client, debt_cents__gt=0)
        .select_related("location")
        .order_by("starts_at", "pk")
    )
    visible = _visible({line.entry.appointment for line in lines}, owing, user)
    people = User.objects.in_bulk({line.entry.user_id for line in lines} - {None})
    return Balance(
        lots=list(ClientCredit.objects.filter(client=client).spendable(today=today)),
        lines=[_line(line, visible, people) for line in lines],
        debts=[
            Debt(
                visit.debt_cents,
                visit.code if visit.code in visible else "",
                visit.location.today(now=visit.starts_at),
            )
            for visit in owing
        ],
    )


def _visible(codes: set[str], owing: Iterable[Appointment], user: User) -> set[str]:
    codes = (codes | {visit.code for visit in owing}) - {""}
    visits = Appointment.objects.visible_to(user).filter(code__in=codes)
    return set(visits.values_list("code", flat=True)) if codes else set()


def _line(line: JournalLine, visible: set[str], people: dict[int, User]) -> Line:
    entry = line.entry
    who = people.get(entry.user_id)
    return Line(
        at=entry.at,
        who=who.name if who else _("The system"),
        text=_text(entry.event, entry.reason_code),
        cents=-line.amount_cents,  # the house owes it: a credit in its books
        visit=entry.appointment if entry.appointment in visible else "",
    )


def _text(event: str, reason: str) -> str:
    if event == JournalEvent.CREDIT_ISSUED and reason in CreditOrigin.values:
        return str(CreditOrigin(reason).label)
    return str(JournalEvent(event).label)
