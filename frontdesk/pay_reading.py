"""What a payment link's page is drawn from: five queries, one less where nothing can be paid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Subquery, Sum

from frontdesk import pay_page
from frontdesk.pay_page import Facts, State, Tried
from spa import money
from spa.models import (
    Appointment,
    AppointmentItem,
    Client,
    ClientCredit,
    CreditOrigin,
    Location,
    Payment,
    PaymentRequest,
    RequestPurpose,
    SpaPolicy,
    TransactionStatus,
)
from spa.services import payment_requests
from spa.services.gateway.decide import ASKED_FOR
from spa.wompi import breaker, keys

# A countdown is drawn of what ends within a day; of what waits for days the day is told.
COUNTED = timedelta(days=1)


@dataclass(frozen=True)
class Reading:
    """A request with its visit and what was tried. Of the client a template may take her first
    name and her language, and nothing else (SEC-25)."""

    request: PaymentRequest
    visit: Appointment | None
    facts: Facts
    state: State

    @property
    def now(self) -> datetime:
        return self.facts.now

    @property
    def client(self) -> Client:
        return (self.visit or self.request).client

    @property
    def house(self) -> Location:
        return (self.visit or self.request).location

    @property
    def can_pay(self) -> bool:
        return self.state in pay_page.PAYABLE

    @property
    def can_ask(self) -> bool:
        return self.state in pay_page.ASKABLE and not self.request.asked_again_at

    @property
    def is_locked(self) -> bool:
        return self.state == State.PROCESSING

    @property
    def has_begun(self) -> bool:
        """Said beside the button: she may have paid already."""
        return self.can_pay and self.facts.last is not None and self.facts.last.is_unknown

    @property
    def may_have_paid(self) -> bool:
        return pay_page.may_have_paid(self.facts)

    @property
    def is_deposit(self) -> bool:
        return self.request.purpose == RequestPurpose.DEPOSIT

    @property
    def is_ahead(self) -> bool:
        return self.visit is not None and self.visit.starts_at > self.now

    @property
    def polls_after(self) -> int | None:
        return pay_page.POLLS.get(self.state)

    @property
    def counts_down(self) -> bool:
        return self.can_pay and self.facts.ends_at - self.now <= COUNTED

    @property
    def shows_visit(self) -> bool:
        return self.state in pay_page.WITH_VISIT

    @property
    def is_in_calendars(self) -> bool:
        """Whether there is a visit ahead to write down."""
        return self.state == State.PAID and self.is_ahead and self.visit.is_active

    @property
    def deposit_percent(self) -> int | None:
        """What share of the visit is paid ahead, where the deposit that is due is one."""
        due, total = self.facts.due_cents, self.visit.total_cents
        percent = round(due * 100 / total) if self.is_deposit and total else 0
        return percent if percent and money.share(total, percent) == due else None

    @property
    def left_for_the_spa_cents(self) -> int:
        """What is still to be paid once this is; unknown while a payment is under way."""
        if self.state in pay_page.UNDER_WAY:
            return 0
        return max(self.visit.balance_cents - (self.facts.due_cents if self.can_pay else 0), 0)

    @property
    def free_until(self) -> datetime:
        """Until when she may move or cancel without cost."""
        return self.visit.starts_at - timedelta(hours=self.visit.free_change_hours)

    @property
    def mark(self) -> str:
        """What a page that shows this asks with; the same while there is nothing new."""
        asked = self.request.asked_again_at is not None
        parts = (self.state, self.visit and self.visit.version, self.facts.due_cents, asked)
        return "-".join(str(part) for part in (*parts, int(self.facts.ends_at.timestamp())))

    @cached_property
    def items(self) -> list[AppointmentItem]:
        return list(self.visit.items.select_related("service", "staff").order_by("position"))

    @cached_property
    def credit_cents(self) -> int:
        """What she has of it to spend on another visit."""
        lots = ClientCredit.objects.filter(
            appointment=self.request.appointment,
            origin__in=(CreditOrigin.LATE, CreditOrigin.CANCELLED),
        )
        return lots.aggregate(sum=Sum("initial_cents"))["sum"] or 0


def read(request: PaymentRequest, *, now: datetime, is_back: bool = False) -> Reading:
    """Return what there is to show; `is_back`: to who comes from the gateway. Three queries."""
    hours = SpaPolicy.objects.filter(pk=1).values("free_change_hours")
    visit = (
        Appointment.objects.select_related("client", "location")
        .filter(code=request.appointment)
        .annotate(free_change_hours=Subquery(hours))
        .first()
    )
    rows = _rows(request)
    facts = Facts(
        purpose=request.purpose,
        closed_reason=request.closed_reason,
        ends_at=payment_requests.end_of(request, visit),
        status=visit and visit.status,
        due_cents=payment_requests.due_cents(visit, request.purpose) if visit else 0,
        attempts=tuple(_tried(request, rows)),
        is_under_way=any(_is_under_way(row, now) for row in rows),
        now=now,
        has_gateway=keys.are_set(),
        is_down=keys.are_set() and request.is_open and breaker.is_open(),
    )
    say = pay_page.status_of if is_back else pay_page.state_of
    return Reading(request=request, visit=visit, facts=facts, state=say(facts))


def is_shown(reading: Reading) -> bool:
    """Say whether the page is there at all: for a month after the end of it (SEC-26)."""
    end = max(reading.facts.ends_at, reading.request.closed_at or reading.facts.ends_at)
    return reading.now < end + payment_requests.SHOWN_AFTERWARDS


class Row(NamedTuple):
    """An attempt to pay for the visit, by this link or another, with one of its transactions."""

    request: int
    pk: int
    state: str
    at: datetime
    applied_cents: int
    status: str | None  # from here on of the transaction: Wompi knows none
    message: str | None
    created_at: datetime | None


def _rows(request: PaymentRequest) -> list[Row]:
    return [
        Row(*row)
        for row in Payment.objects.filter(appointment=request.appointment, request__isnull=False)
        .order_by("-pk", "-transactions__created_at", "-transactions__pk")
        .values_list(
            *("request", "pk", "state", "at", "applied_cents", "transactions__status"),
            *("transactions__status_message", "transactions__created_at"),
        )
    ]


def _tried(request: PaymentRequest, rows: Iterable[Row]) -> Iterator[Tried]:
    own = (row for row in rows if row.request == request.pk)
    for _pk, (latest, *_others) in groupby(own, key=attrgetter("pk")):
        yield Tried(
            state=latest.state,
            at=latest.at,
            applied_cents=latest.applied_cents,
            is_known=latest.status is not None,
            message=latest.message or "",
        )


def _is_under_way(row: Row, now: datetime) -> bool:
    """As `gateway.open_attempt` has it: what Wompi never ended locks nothing for ever."""
    return row.status == TransactionStatus.PENDING and row.created_at > now - ASKED_FOR
