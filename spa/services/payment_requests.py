"""What a client is asked to pay by link: opened, sent, ended by the desk (rule book §6).

Below booking, which asks for a deposit in the transaction that books. The money itself is the
gateway's subject (`spa/services/gateway/`).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken
from spa.models import (
    Appointment,
    AppointmentStatus,
    PaymentRequest,
    RequestEnd,
    RequestPurpose,
)
from spa.services import audit, idempotency, links, rights
from spa.services.audit import Actor
from spa.services.messages import tell
from spa.services.transactions import locked_transaction
from spa.wompi import checkout, keys

S, P = AppointmentStatus, RequestPurpose
# For how long the rest of a bill, or a debt, can be paid by a link; a deposit waits as its hold.
BALANCE_WAITS = timedelta(days=3)
SHOWN_AFTERWARDS = timedelta(days=30)  # for so long the page says that it is over (SEC-26)


def purpose_of(visit: Appointment) -> RequestPurpose:
    """Return what is asked for next: the deposit that a visit waits for, or what is left of it."""
    return P.DEPOSIT if visit.status == S.PENDING_PAYMENT else P.BALANCE


def due_cents(visit: Appointment, purpose: str) -> int:
    """Return what of a request's purpose is still to be paid."""
    if purpose == P.DEPOSIT:
        return visit.deposit_left_cents
    return max(visit.balance_cents, 0)


def end_of(request: PaymentRequest, visit: Appointment | None) -> datetime:
    """Return until when somebody can begin to pay: of a deposit the visit's hold decides."""
    if request.purpose == P.BALANCE:
        return request.ends_at
    return (visit and visit.held_until) or request.closed_at or request.created_at


def link_of(request: PaymentRequest) -> str:
    """Return the secret link of a request, as it is shown or sent; never to be stored or logged."""
    token = links.token(links.PAY, request.public_id, request.token_version)
    return f"{settings.SITE_URL}/pay/{token}/"


def can_be_asked_for(visit: Appointment) -> bool:
    """Say whether a link can be sent for a visit as it is now."""
    return (
        keys.are_set()
        and visit.status in (S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED, S.IN_SERVICE, S.COMPLETED)
        and due_cents(visit, purpose_of(visit)) >= checkout.LEAST_CENTS
    )


@locked_transaction
def open_request(*, appointment: Appointment, now: datetime, actor: Actor) -> PaymentRequest:
    """Have a link for what a visit must pay now; the one that is open already, if it still fits.

    :raises RuleBroken: there is no gateway (reason `no_gateway`), nothing is owed
        (`nothing_to_ask_for`), or less than Wompi takes (`below_the_least`)
    """
    visit = _locked(appointment)
    rights.insist(actor, "spa.send_paymentrequest")
    return ask(visit, now=now, actor=actor)


@locked_transaction
def send(*, appointment: Appointment, now: datetime, actor: Actor) -> PaymentRequest:
    """Send the link by email, within seconds, quiet hours or not; as often as it is asked for.

    :raises RuleBroken: the client has no email (`no_email`), or as `open_request` says
    """
    earlier = idempotency.claim(
        actor=actor, operation="send_link", now=now, appointment=appointment.pk
    )
    if earlier:
        return PaymentRequest.objects.get(pk=earlier)
    visit = _locked(appointment)
    rights.insist(actor, "spa.send_paymentrequest")

    if not visit.client.email:
        raise RuleBroken(
            _("The client has no email. Copy the link, or send it by WhatsApp."),
            reason="no_email",
            client=visit.client_id,
        )
    request = ask(visit, now=now, actor=actor)
    send_link(visit, now=now, actor=actor)
    idempotency.settle(actor=actor, result=str(request.pk))
    return request


@locked_transaction
def end(*, appointment: Appointment, now: datetime, actor: Actor) -> PaymentRequest:
    """End the open link of a visit: its page says so, and no payment can begin any more.

    One that has begun still counts when it comes.

    :raises RuleBroken: no link is open (reason `no_link`)
    """
    earlier = idempotency.claim(
        actor=actor, operation="end_link", now=now, appointment=appointment.pk
    )
    if earlier:
        return PaymentRequest.objects.get(pk=earlier)
    visit = _locked(appointment)
    rights.insist(actor, "spa.send_paymentrequest")

    request = PaymentRequest.objects.open().filter(appointment=visit.code).locked().first()
    if request is None:
        raise RuleBroken(_("This visit has no payment link any more."), reason="no_link")
    _close(request, RequestEnd.ENDED, now=now)
    audit.record("PAYMENT_LINK_ENDED", subject=f"appointment:{visit.code}", actor=actor, now=now)
    idempotency.settle(actor=actor, result=str(request.pk))
    return request


@locked_transaction
def ask_again(*, request: PaymentRequest, now: datetime) -> bool:
    """Write down that the client wants another link; return whether that is news.

    The desk sees it. Nothing is asked of who has paid, nor while the link still works.
    """
    visit = (
        Appointment.objects.select_for_update(no_key=True).filter(code=request.appointment).first()
    )
    request = PaymentRequest.objects.locked().get(pk=request.pk)
    works = request.is_open and end_of(request, visit) > now
    if request.asked_again_at or works or _is_paid(request, visit):
        return False
    request.asked_again_at = now
    request.save(update_fields=["asked_again_at"])
    return True


def ask(visit: Appointment, *, now: datetime, actor: Actor) -> PaymentRequest:
    """Return the open request of a locked visit, made anew where none fits. Three queries."""
    purpose = purpose_of(visit)
    due = due_cents(visit, purpose)
    if not keys.are_set():
        raise RuleBroken(
            _("This installation takes no payments by link. Charge at the desk."),
            reason="no_gateway",
        )
    if not due or visit.status in (S.CANCELLED, S.NO_SHOW, S.EXPIRED):
        raise RuleBroken(_("There is nothing left to pay."), reason="nothing_to_ask_for")
    if purpose == P.DEPOSIT and visit.held_until <= now:
        raise RuleBroken(
            _("The time that was kept is over. Keep the visit for longer, then send the link."),
            reason="hold_is_over",
        )
    if due < checkout.LEAST_CENTS:
        raise RuleBroken(
            _("Less than $ 1.500 cannot be paid by link. Charge it at the desk."),
            reason="below_the_least",
        )
    request = PaymentRequest.objects.open().filter(appointment=visit.code).locked().first()
    if request and request.purpose == purpose and end_of(request, visit) > now:
        if request.amount_cents != due or request.asked_again_at:
            # Whoever asked for another link is being given one.
            request.amount_cents, request.asked_again_at = due, None
            request.save(update_fields=["amount_cents", "asked_again_at"])
        return request
    if request:
        _close(request, RequestEnd.REPLACED, now=now)
    return PaymentRequest.objects.create(
        purpose=purpose,
        location=visit.location,
        client_id=visit.client_id,
        appointment=visit.code,
        amount_cents=due,
        ends_at=now + BALANCE_WAITS if purpose == P.BALANCE else None,
        created_at=now,
        created_by=actor.user,
    )


def send_link(visit: Appointment, *, now: datetime, actor: Actor) -> None:
    """Put the link of a locked visit into the outbox; it leaves first of all. Three queries.

    Who has no email is given it by the desk: then nothing is sent, and nothing written down.
    """
    if not visit.client.email:
        return
    occasion = str(actor.request_id or f"{now:%Y%m%d%H%M%S%f}")
    tell.payment_link(visit, occasion=occasion, now=now)
    audit.record("PAYMENT_LINK_SENT", subject=f"appointment:{visit.code}", actor=actor, now=now)


def close_of(visit: Appointment, *, now: datetime, reason: RequestEnd) -> None:
    """Close the open request of a locked visit, if there is one. One query."""
    PaymentRequest.objects.open().filter(appointment=visit.code).update(
        closed_at=now, closed_reason=reason
    )


def close_if_paid(visit: Appointment, *, now: datetime) -> None:
    """Close the open request of a locked visit of which nothing is left to pay. One query at most.

    However it was paid: at the desk, by another link, out of credit.
    """
    paid = [purpose for purpose in P if not due_cents(visit, purpose)]
    if paid:
        PaymentRequest.objects.open().filter(appointment=visit.code, purpose__in=paid).update(
            closed_at=now, closed_reason=RequestEnd.PAID
        )


def _locked(appointment: Appointment) -> Appointment:
    return (
        Appointment.objects.select_related("location", "client")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=appointment.pk)
    )


def _is_paid(request: PaymentRequest, visit: Appointment | None) -> bool:
    """Say whether a link was paid, too late for it or not."""
    if request.closed_reason == RequestEnd.PAID:
        return True
    is_due = visit is not None and due_cents(visit, request.purpose)
    return not is_due and request.attempts.approved().exists()


def _close(request: PaymentRequest, reason: RequestEnd, *, now: datetime) -> None:
    request.closed_at, request.closed_reason = now, reason
    request.save(update_fields=["closed_at", "closed_reason"])
