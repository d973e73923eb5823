"""The part of a visit's panel that is about its payment link."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import OuterRef, Subquery

from frontdesk import link_words
from frontdesk.link_words import Said
from frontdesk.story import Line
from spa.models import (
    Appointment,
    AuditLog,
    GatewayTransaction,
    PaymentRequest,
    TransactionStatus,
    User,
)
from spa.services import link_progress, payment_requests
from spa.services.link_progress import Stage
from spa.wompi import keys

T = TransactionStatus
STEPS = ("PAYMENT_LINK_SENT", "PAYMENT_LINK_ENDED")


@dataclass(frozen=True)
class LinkPart:
    """What is known of the latest link of a visit, and what can be done about one now."""

    visit: Appointment
    request: PaymentRequest | None
    said: Said | None
    due_cents: int
    can_ask: bool  # for money by a link; never while Wompi works on a payment
    request_id: UUID

    @property
    def can_send(self) -> bool:
        return self.can_ask and bool(self.visit.client.email)

    @property
    def can_end(self) -> bool:
        return self.request is not None and self.request.is_open

    @property
    def was_sent(self) -> bool:
        return self.can_end and self.request.mail_state is not None

    @property
    def asked_again_at(self) -> datetime | None:
        return self.request.asked_again_at if self.request else None

    @property
    def waits_until(self) -> datetime | None:
        """Until when a balance can be paid; of a deposit the hold tells."""
        works = self.can_end and self.request.ends_at and self.said.stage != Stage.OVER
        return self.request.ends_at if works else None


def load(visit: Appointment, *, user: User, now: datetime) -> LinkPart | None:
    """Return the part for who may send links, where there is anything to say. One query."""
    if not keys.are_set() or not user.has_perm("spa.send_paymentrequest"):
        return None
    of_visit = PaymentRequest.objects.filter(appointment=visit.code)
    request = link_progress.with_progress(of_visit).order_by("-pk").first()
    can_ask = payment_requests.can_be_asked_for(visit)
    if request is None and not can_ask:
        return None
    email, zone = visit.client.email, visit.location.tz
    said = request and link_words.said(request, zone=zone, now=now, email=email)
    return LinkPart(
        visit=visit,
        request=request,
        said=said,
        due_cents=payment_requests.due_cents(visit, payment_requests.purpose_of(visit)),
        can_ask=can_ask and not (said and said.stage == Stage.PAYING),
        request_id=uuid4(),
    )


def lines(part: LinkPart | None) -> list[Line]:
    """Return what the visit's history says of its links. Two queries, none without a link."""
    if part is None or part.request is None:
        return []
    visit = part.visit
    name = User.objects.filter(pk=OuterRef("user_id")).values("name")
    steps = AuditLog.objects.filter(subject=f"appointment:{visit.code}", action__in=STEPS)
    refused = GatewayTransaction.objects.filter(
        payment__appointment=visit.code, status__in=(T.DECLINED, T.ERROR)
    )
    return link_words.history(steps.annotate(who=Subquery(name)), refused, email=visit.client.email)
