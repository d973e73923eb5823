"""What the demo's visits were paid with: written in bulk, and balanced to the peso.

Each visit that was completed has its payment, its tip where one was given, and its entries.
"""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from spa import localtime, money
from spa.models import (
    Account,
    Appointment,
    AppointmentItem,
    CashDrawer,
    CashMovement,
    CashMovementKind,
    CashSession,
    DayClose,
    JournalEntry,
    JournalEvent,
    JournalLine,
    Location,
    Payment,
    PaymentMethod,
    PaymentState,
    Tip,
    User,
)
from spa.services import cash, journal
from spa.services.audit import Actor

ORIGIN = "demo"
BATCH = 1000
M, E, A = PaymentMethod, JournalEvent, Account
METHODS = (M.CARD_TERMINAL,) * 5 + (M.BANK_TRANSFER,) * 2 + (M.CASH,) * 3
FLOAT = 200_000_00
TIPS = (0, 0, 0, 10)  # percent
HANDED_ON_AFTER = timedelta(days=2)  # older tips are with the therapists long since
DESK = "recepcion@demo.test"
DRAWERS = ("Caja 1", "Caja 2")


@dataclass(frozen=True, slots=True)
class Paid:
    visit: Appointment
    items: Sequence[AppointmentItem]
    at: datetime


def write(paid: Collection[Paid]) -> None:
    """Insert the payments of these completed visits with everything that follows from them."""
    if not paid:
        return
    user = User.objects.filter(email=DESK).first()
    sessions = _sessions(paid, user)
    payments, tips = [], []
    tips_since = max(one.at for one in paid) - HANDED_ON_AFTER
    for one in sorted(paid, key=lambda one: (one.at, str(one.visit.group))):
        payment, tip = _payment(one, sessions, user, with_tip=one.at > tips_since)
        payments.append(payment)
        if tip:
            tips.append(tip)
    Payment.objects.bulk_create(payments, BATCH)
    Tip.objects.bulk_create(tips, BATCH)
    _write_entries(paid, payments, {tip.payment.appointment: tip for tip in tips}, user)
    CashMovement.objects.bulk_create(
        CashMovement(
            session=payment.session,
            kind=CashMovementKind.PAYMENT,
            amount_cents=payment.amount_cents,
            payment=payment.code,
            at=payment.at,
            user=user,
        )
        for payment in payments
        if payment.session
    )


def provide_drawers() -> None:
    """See to it that each house has its drawers."""
    for location in Location.objects.order_by("pk"):
        for name in DRAWERS:
            CashDrawer.objects.get_or_create(location=location, name=name)


def close_yesterdays(now: datetime) -> None:
    """Count the drawers that the demo left open on an earlier day; one of them is short."""
    open_ones = CashSession.objects.open().select_related("drawer__location", "opened_by")
    for session in list(open_ones):
        location = session.drawer.location
        opened = location.today(now=session.opened_at)
        if opened < location.today(now=now) and not _touched_by_people(session):
            _close(session, opened)


def _payment(
    one: Paid,
    sessions: dict[tuple[int, date], CashSession],
    user: User | None,
    *,
    with_tip: bool,
) -> tuple[Payment, Tip | None]:
    visit, chance = one.visit, random.Random(one.visit.group.int + 2)
    method = chance.choice(METHODS)
    session = sessions.get((visit.location_id, visit.location.today(now=one.at)))
    if method == M.CASH and session is None:
        method = M.CARD_TERMINAL
    therapist = next((item.staff for item in one.items if item.staff), None)
    tip = money.share(visit.price_cents, chance.choice(TIPS)) if therapist and with_tip else 0
    amount = visit.price_cents + tip
    in_cash = method == M.CASH
    payment = Payment(
        location=visit.location,
        client=visit.client,
        appointment=visit.code,
        method=method,
        state=PaymentState.APPROVED,
        amount_cents=amount,
        applied_cents=visit.price_cents,
        tip_cents=tip,
        tendered_cents=-(-amount // 50_000_00) * 50_000_00 if in_cash else None,
        reference="" if in_cash else f"{chance.randrange(10**6):06d}",
        session=session if in_cash else None,
        at=one.at,
        user=user,
    )
    return payment, Tip(payment=payment, staff=therapist, cents=tip) if tip else None


def _write_entries(
    paid: Iterable[Paid], payments: Iterable[Payment], tips: dict[str, Tip], user: User | None
) -> None:
    visits = {one.visit.code: one.visit for one in paid}
    entries, lines = [], []

    def post(event: E, payment: Payment, parts: dict[journal.Place, int]) -> None:
        entry = JournalEntry(
            at=payment.at,
            event=event,
            location_id=payment.location_id,
            appointment=payment.appointment,
            payment=payment.code if event == E.PAYMENT_TAKEN else "",
            client_id=payment.client_id,
            user_id=user.pk if user else None,
            origin=ORIGIN,
        )
        entries.append(entry)
        lines.extend(
            JournalLine(entry=entry, account=account, subledger=subledger, amount_cents=cents)
            for (account, subledger), cents in parts.items()
        )

    for payment in payments:
        visit, tip = visits[payment.appointment], tips.get(payment.appointment)
        ahead = journal.visit_account(A.CLIENT_DEPOSITS, visit)
        taken = {
            journal.money_account(payment.method, payment.session_id): payment.amount_cents,
            ahead: -payment.applied_cents,
        }
        if tip:
            taken[journal.staff_account(tip.staff_id)] = -tip.cents
        post(E.PAYMENT_TAKEN, payment, taken)
        earned = {ahead: payment.applied_cents, (A.SERVICE_REVENUE, ""): -visit.price_cents}
        post(E.VISIT_COMPLETED, payment, earned)
    JournalEntry.objects.bulk_create(entries, BATCH)
    JournalLine.objects.bulk_create(lines, BATCH)


def _sessions(paid: Collection[Paid], user: User | None) -> dict[tuple[int, date], CashSession]:
    """Return the drawer that takes the cash of each day: the last one's, by house and day.

    Only one drawer of a person can be open at a time, so only the first house has cash.
    """
    location = Location.objects.order_by("position", "pk").first()
    days = {location.today(now=one.at) for one in paid if one.visit.location_id == location.pk}
    if user is None or not days:
        return {}
    day = max(days)
    session = CashSession.objects.of(user, location=location).first()
    if session is None and DayClose.objects.standing(location=location, day=day).exists():
        return {}
    if session is None:
        session = _open(location, day, user)
    if location.today(now=session.opened_at) > day:
        return {}
    return {(location.pk, day): session}


def _open(location: Location, day: date, user: User) -> CashSession:
    drawer = CashDrawer.objects.get(location=location, name=DRAWERS[0])
    opened_at = localtime.moment(localtime.instant(day, 6 * 60 + 50, location.tz))
    actor = Actor(user=user, origin=ORIGIN)
    return cash.open_session(drawer=drawer, float_cents=FLOAT, now=opened_at, actor=actor)


def _close(session: CashSession, day: date) -> None:
    """Hand a drawer in at the end of its day, in large notes first; 2.000 short now and then."""
    expected = cash.in_drawer(session) // money.CENTS
    short = 2_000 if day.toordinal() % 3 == 0 and expected > 2_000 else 0
    rest, counts = expected - short, {}
    for worth in (*cash.NOTES, *cash.COINS):
        counts[worth], rest = divmod(rest, worth)
    zone = session.drawer.location.tz
    closed_at = localtime.moment(localtime.instant(day, 21 * 60 + 5, zone))
    actor = Actor(user=session.opened_by, origin=ORIGIN)
    last = session.movements.order_by("-at").values_list("at", flat=True).first()
    closed_at = max(closed_at, (last or closed_at) + timedelta(minutes=1))
    cash.close_session(session=session, counts=counts, now=closed_at, actor=actor)


def _touched_by_people(session: CashSession) -> bool:
    place = journal.session_account(session.pk)[1]
    lines = JournalLine.objects.filter(subledger=place)
    return lines.exclude(entry__origin=ORIGIN).exists()
