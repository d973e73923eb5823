"""The day's close: one act of a manager, after which no drawer of that day is open."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from spa import localtime
from spa.errors import RuleBroken, Stale
from spa.models import (
    Appointment,
    CashDrawer,
    CashSession,
    DayClose,
    Location,
    Payment,
    Refund,
)
from spa.services import audit, idempotency, rights
from spa.services.audit import Actor
from spa.services.cash.day import not_charged, opened_on
from spa.services.cash.drawers import DrawerIsOpen
from spa.services.transactions import locked_transaction


@locked_transaction
def close_day(
    *,
    location: Location,
    day: date,
    difference_cents: int,
    now: datetime,
    actor: Actor,
    note: str = "",
    left_reason: str = "",
) -> DayClose:
    """Put down what a day came to; `difference_cents` is that of all drawers, as it was shown.

    :raises Stale: it was closed meanwhile, or the drawers are no longer as they were shown
    :raises DrawerIsOpen: a drawer of that day is open
    :raises RuleBroken: the day is ahead (reason `day_ahead`), a drawer was not right and nobody
        says why (`difference_without_note`), or visits that are over were not charged, and
        nobody says why (`visits_left`)
    :raises NotAllowed: whoever closes it is no manager
    """
    earlier = idempotency.claim(
        actor=actor, operation="close_day", now=now, location=location.pk, day=day,
        cents=difference_cents, note=note, left_reason=left_reason,
    )  # fmt: skip
    if earlier:
        return DayClose.objects.get(pk=earlier)
    # Drawers first, as whoever opens one does; then nobody begins a session meanwhile.
    list(CashDrawer.objects.select_for_update(no_key=True).filter(location=location).order_by("pk"))
    sessions = list(opened_on(location, day).select_related("drawer", "opened_by").locked())

    rights.insist(actor, "spa.review_cashsession")
    left = waiting(location, day)
    _refuse(location, day, sessions, now=now)
    off = [session.difference_cents for session in sessions if session.difference_cents]
    if sum(off) != difference_cents:
        raise Stale(_("The drawers changed meanwhile. Look at the day again."))
    if off and not note:
        raise RuleBroken(
            _("Write what is known of the difference."), reason="difference_without_note"
        )
    if left and not left_reason:
        raise RuleBroken(
            _("Charge the visits that wait, or write why they are left."), reason="visits_left"
        )

    close = DayClose.objects.create(
        location=location,
        day=day,
        closed_at=now,
        closed_by=actor.user,
        taken_cents=_taken(location, day),
        given_back_cents=_given_back(location, day),
        difference_cents=sum(off),
        drawers_off=len(off),
        note=note,
        visits_left=len(left),
        left_reason=left_reason if left else "",
    )

    _tell("DAY_CLOSED", close, actor, now, difference_cents=sum(off), visits_left=len(left))
    idempotency.settle(actor=actor, result=str(close.pk))
    return close


@locked_transaction
def reopen_day(*, close: DayClose, reason: str, now: datetime, actor: Actor) -> DayClose:
    """Take a day's close back, so that a drawer can be opened on it again.

    :raises Stale: it was taken back meanwhile
    :raises RuleBroken: there is no reason (`reopened_without_reason`)
    :raises NotAllowed: whoever does it is no manager
    """
    earlier = idempotency.claim(
        actor=actor, operation="reopen_day", now=now, close=close.pk, reason=reason
    )
    if earlier:
        return DayClose.objects.get(pk=earlier)
    close = DayClose.objects.locked().get(pk=close.pk)

    rights.insist(actor, "spa.review_cashsession")
    if close.reopened_at:
        raise Stale(_("This day was opened again meanwhile."))
    if not reason:
        raise RuleBroken(_("Write why the day is opened again."), reason="reopened_without_reason")

    close.reopened_at, close.reopened_by, close.reopen_reason = now, actor.user, reason
    close.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])

    _tell("DAY_REOPENED", close, actor, now)
    idempotency.settle(actor=actor, result=str(close.pk))
    return close


def waiting(location: Location, day: date) -> Sequence[Appointment]:
    """Return the visits of a day that are over and wait to be charged. One query."""
    return [visit for visit in not_charged(location, day) if visit.is_finished]


def _refuse(
    location: Location, day: date, sessions: Sequence[CashSession], *, now: datetime
) -> None:
    if day > location.today(now=now):
        raise RuleBroken(_("This day has not come yet."), reason="day_ahead")
    if DayClose.objects.standing(location=location, day=day).exists():
        raise Stale(_("This day was closed meanwhile."))
    for session in sessions:
        if session.closed_at is None:
            raise DrawerIsOpen(
                _("%(name)s has %(drawer)s open. Count and close it first.")
                % {"name": session.opened_by.name, "drawer": session.drawer.name},
                reason="drawer_open",
            )


def _taken(location: Location, day: date) -> dict[str, int]:
    first, last = localtime.day_span(day, location.tz)
    payments = Payment.objects.filter(location=location, at__gte=first, at__lt=last).approved()
    taken = payments.values_list("method").annotate(all=Sum("amount_cents")).order_by("method")
    return dict(taken)


def _given_back(location: Location, day: date) -> int:
    first, last = localtime.day_span(day, location.tz)
    refunds = Refund.objects.filter(payment__location=location, at__gte=first, at__lt=last)
    return refunds.aggregate(all=Sum("cents"))["all"] or 0


def _tell(action: str, close: DayClose, actor: Actor, now: datetime, **facts: object) -> None:
    subject = f"location:{close.location_id}"
    audit.record(action, subject=subject, actor=actor, now=now, day=str(close.day), **facts)
