"""One person answers for one drawer, from the float to the count."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken, Stale
from spa.models import (
    COINS,
    NOTES,
    CashDrawer,
    CashMovement,
    CashMovementKind,
    CashReason,
    CashSession,
    DayClose,
    Location,
    User,
)
from spa.services import amounts, audit, idempotency, journal, rights
from spa.services.audit import Actor
from spa.services.journal import Posting
from spa.services.transactions import locked_transaction

K = CashMovementKind
MOST_PIECES = 100_000  # of one note or coin


class NoOpenDrawer(RuleBroken):
    """Whoever takes cash has no drawer open."""

    default_detail = _("You have no cash drawer open. Open one before you take cash.")


class DrawerIsOpen(RuleBroken):
    """Somebody answers for that drawer already, or this person for another one."""


class DayIsClosed(RuleBroken):
    """A manager has closed the day."""

    default_detail = _("This day is closed. Ask a manager to open it again.")


class DrawerIsShort(RuleBroken):
    """More would leave the drawer than lies in it."""

    default_detail = _("There is not that much cash in the drawer. Take the rest from the safe.")


@locked_transaction
def open_session(
    *, drawer: CashDrawer, float_cents: int, now: datetime, actor: Actor
) -> CashSession:
    """Begin to answer for a drawer, with so much cash in it.

    :raises DrawerIsOpen: it is open already, or the user has another one open
    :raises DayIsClosed: a manager has closed the day at that house
    :raises RuleBroken: the amount cannot be
    """
    earlier = idempotency.claim(
        actor=actor, operation="open_session", now=now, drawer=drawer.pk, cents=float_cents
    )
    if earlier:
        return CashSession.objects.get(pk=earlier)
    drawer = (
        CashDrawer.objects.select_related("location")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=drawer.pk)
    )
    if actor.user:
        # She may be opening another one.
        list(User.objects.select_for_update(no_key=True).filter(pk=actor.user.pk))

    rights.insist(actor, "spa.open_cashsession")
    amounts.insist(float_cents, nothing_too=True)
    if drawer.withdrawn_at:
        raise RuleBroken(_("That drawer is no longer used."), reason="drawer_withdrawn")
    _refuse_a_second(drawer, actor.user)
    today = drawer.location.today(now=now)
    if DayClose.objects.standing(location=drawer.location, day=today).exists():
        raise DayIsClosed(reason="day_closed")

    session = CashSession.objects.create(
        drawer=drawer, opened_at=now, opened_by=actor.user, float_cents=float_cents
    )
    if float_cents:
        record_movement(session, K.FLOAT, float_cents, now=now, actor=actor)
        posting = Posting(now, actor, drawer.location_id)
        journal.drawer_opened(posting, session_id=session.pk, cents=float_cents)

    _tell("CASH_SESSION_OPENED", session, actor, now)
    idempotency.settle(actor=actor, result=str(session.pk))
    return session


def lock_session_of(user: User | None, *, location: Location) -> CashSession:
    """Return the open session of the user at this location, locked: a close waits. One query.

    :raises NoOpenDrawer: there is none
    """
    session = CashSession.objects.of(user, location=location).locked().first() if user else None
    if session is None:
        raise NoOpenDrawer(reason="no_open_drawer")
    return session


@locked_transaction
def move_by_hand(
    *, session: CashSession, cents: int, reason: CashReason, now: datetime, actor: Actor
) -> CashMovement:
    """Put cash in (`cents` positive) or take it out, with a reason.

    :raises Stale: the session was closed meanwhile
    :raises DrawerIsShort: less than that lies in it
    :raises NotAllowed: it is somebody else's drawer
    :raises RuleBroken: the amount cannot be, or there is no reason (`movement_without_reason`)
    """
    earlier = idempotency.claim(
        actor=actor, operation="move_cash", now=now, session=session.pk, cents=cents, reason=reason
    )
    if earlier:
        return CashMovement.objects.get(pk=earlier)
    session = _locked(session, actor)

    amounts.insist(abs(cents))
    if reason not in CashReason.values:
        raise RuleBroken(_("Say why."), reason="movement_without_reason")
    if cents < 0:
        insist_on_cash(session, -cents)

    kind = K.PAID_IN if cents > 0 else K.PAID_OUT
    movement = record_movement(session, kind, cents, now=now, actor=actor, reason_code=reason)
    posting = Posting(now, actor, session.drawer.location_id)
    journal.cash_moved(posting, session_id=session.pk, cents=cents, reason=CashReason(reason))
    idempotency.settle(actor=actor, result=str(movement.pk))
    return movement


@locked_transaction
def close_session(
    *, session: CashSession, counts: Mapping[int, int], now: datetime, actor: Actor
) -> CashSession:
    """Count a drawer and hand it in; what is too much or missing is posted by name.

    `counts` holds how many pieces there are of each note and coin, by its worth in pesos.
    Whoever counts is not told what should be there until it is closed.

    :raises Stale: it was closed meanwhile
    :raises NotAllowed: it is somebody else's drawer, and she is no manager
    :raises RuleBroken: there is no such note, or no such number of them (`bad_count`)
    """
    counts = {int(worth): int(pieces) for worth, pieces in counts.items() if pieces}
    earlier = idempotency.claim(
        actor=actor, operation="close_session", now=now, session=session.pk, counts=counts
    )
    if earlier:
        return CashSession.objects.get(pk=earlier)
    session = _locked(session, actor)

    known = {*NOTES, *COINS}
    if any(w not in known or not 0 < pieces <= MOST_PIECES for w, pieces in counts.items()):
        raise RuleBroken(_("Count the notes and coins again."), reason="bad_count")

    now = max(now, session.opened_at)  # a server's clock may be put back meanwhile
    expected = in_drawer(session)
    counted = sum(worth * pieces for worth, pieces in counts.items()) * money.CENTS
    if counted != expected:
        record_movement(session, K.DIFFERENCE, counted - expected, now=now, actor=actor)
    if counted:
        record_movement(session, K.HANDED_IN, -counted, now=now, actor=actor)
    posting = Posting(now, actor, session.drawer.location_id)
    journal.drawer_closed(posting, session_id=session.pk, expected=expected, counted=counted)
    session.closed_at, session.closed_by = now, actor.user
    session.expected_cents, session.counted_cents = expected, counted
    session.counts = {str(worth): pieces for worth, pieces in sorted(counts.items())}
    session.save(
        update_fields=["closed_at", "closed_by", "expected_cents", "counted_cents", "counts"]
    )

    _tell("CASH_SESSION_CLOSED", session, actor, now, difference_cents=counted - expected)
    idempotency.settle(actor=actor, result=str(session.pk))
    return session


def record_movement(
    session: CashSession,
    kind: CashMovementKind,
    cents: int,
    *,
    now: datetime,
    actor: Actor,
    reason_code: str = "",
    payment: str = "",
) -> CashMovement:
    """Write down what came in or went out; the caller posts it and holds the session. One query."""
    return CashMovement.objects.create(
        session=session,
        kind=kind,
        amount_cents=cents,
        reason_code=reason_code,
        payment=payment,
        at=now,
        user=actor.user,
    )


def in_drawer(session: CashSession) -> int:
    """Return what should lie in it. One query."""
    return session.movements.aggregate(all=Sum("amount_cents"))["all"] or 0


def insist_on_cash(session: CashSession, cents: int) -> None:
    """Refuse to take out more than lies in a locked drawer.

    :raises DrawerIsShort: less than that does
    """
    if in_drawer(session) < cents:
        raise DrawerIsShort(reason="drawer_is_short")


def _locked(session: CashSession, actor: Actor) -> CashSession:
    session = CashSession.objects.select_related("drawer").locked().get(pk=session.pk)
    if session.opened_by != actor.user:
        rights.insist(actor, "spa.review_cashsession")
    if session.closed_at:
        raise Stale(_("This drawer was closed meanwhile."))
    return session


def _refuse_a_second(drawer: CashDrawer, user: User | None) -> None:
    if user is None:
        raise NoOpenDrawer(reason="no_open_drawer")
    other = CashSession.objects.open().filter(drawer=drawer).select_related("opened_by").first()
    if other:
        raise DrawerIsOpen(
            _("%(name)s has this drawer open. Take another one, or ask her to close it.")
            % {"name": other.opened_by.name},
            reason="drawer_open",
        )
    own = CashSession.objects.open().filter(opened_by=user).select_related("drawer").first()
    if own:
        raise DrawerIsOpen(
            _("You have %(drawer)s open. Close it first.") % {"drawer": own.drawer.name},
            reason="drawer_open",
        )


def _tell(action: str, session: CashSession, actor: Actor, now: datetime, **facts: object) -> None:
    audit.record(action, subject=f"cash_session:{session.pk}", actor=actor, now=now, **facts)
