"""A manager's look at the drawers of a day: each difference with what may have caused it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from spa import localtime
from spa.models import (
    WITH_REFERENCE,
    Appointment,
    AppointmentStatus,
    CashMovement,
    CashMovementKind,
    CashSession,
    Location,
    Payment,
    PaymentState,
)

S = AppointmentStatus


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that may explain a difference; `fits` to the peso, or is only worth a look."""

    kind: str  # not_charged, other_method, taken_back, by_hand
    code: str  # of the visit or payment, if there is one
    name: str  # of whom it is about
    cents: int
    fits: bool


@dataclass(frozen=True, slots=True)
class DrawerDay:
    session: CashSession
    causes: tuple[Cause, ...]  # of its difference, those that fit first


def of_day(location: Location, day: date) -> list[DrawerDay]:
    """Return the sessions that were opened on a local day, in order. Five queries."""
    sessions = opened_on(location, day).select_related("drawer", "opened_by", "closed_by")
    clues = _Clues(location, day)
    return [
        DrawerDay(session, clues.of(session)) for session in sessions.order_by("opened_at", "pk")
    ]


def opened_on(location: Location, day: date) -> QuerySet[CashSession]:
    """Return the sessions of a local day: those that were opened on it."""
    first, last = localtime.day_span(day, location.tz)
    return CashSession.objects.filter(
        drawer__location=location, opened_at__gte=first, opened_at__lt=last
    )


def not_charged(location: Location, day: date) -> Sequence[Appointment]:
    """Return the visits of a day that came, and were not paid or closed. One query."""
    first, last = localtime.day_span(day, location.tz)
    visits = Appointment.objects.filter(
        location=location, status__in=(S.ARRIVED, S.IN_SERVICE), starts_at__gte=first,
        starts_at__lt=last,
    )  # fmt: skip
    return [
        visit
        for visit in visits.select_related("client").order_by("starts_at", "pk")
        if visit.balance_cents > 0
    ]


class _Clues:
    """What happened at a house on a day that a difference may come from. Four queries."""

    def __init__(self, location: Location, day: date) -> None:
        first, last = localtime.day_span(day, location.tz)
        payments = Payment.objects.filter(location=location, at__gte=first, at__lt=last)
        payments = list(payments.select_related("client").order_by("pk"))
        self.visits = not_charged(location, day)
        self.by_card = [
            one
            for one in payments
            if one.method in WITH_REFERENCE and one.state == PaymentState.APPROVED
        ]
        self.voided = [one for one in payments if one.state == PaymentState.VOIDED]
        self.by_hand = list(
            CashMovement.objects.filter(
                session__drawer__location=location,
                at__gte=first,
                at__lt=last,
                kind__in=(CashMovementKind.PAID_IN, CashMovementKind.PAID_OUT),
            ).order_by("pk")
        )

    def of(self, session: CashSession) -> tuple[Cause, ...]:
        difference = session.difference_cents
        if session.closed_at is None or difference == 0:
            return ()
        return tuple(sorted(self._all(session, difference), key=lambda cause: not cause.fits))

    def _all(self, session: CashSession, difference: int) -> list[Cause]:
        causes = []
        if difference > 0:  # too much: cash came in that nobody entered as cash
            causes += [
                Cause("not_charged", v.code, v.client.name, v.balance_cents,
                      v.balance_cents == difference)
                for v in self.visits
            ]  # fmt: skip
            causes += [
                Cause("other_method", p.code, p.client.name, p.amount_cents, True)
                for p in self.by_card
                if p.amount_cents == difference
            ]
        causes += [
            Cause("taken_back", p.code, p.client.name, p.amount_cents,
                  p.amount_cents == abs(difference))
            for p in self.voided
            if p.session_id == session.pk
        ]  # fmt: skip
        causes += [
            # Entered the wrong way round, it counts twice.
            Cause("by_hand", "", m.get_reason_code_display(), m.amount_cents,
                  abs(difference) in (abs(m.amount_cents), 2 * abs(m.amount_cents)))
            for m in self.by_hand
            if m.session_id == session.pk
        ]  # fmt: skip
        return causes
