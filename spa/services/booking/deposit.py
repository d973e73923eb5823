"""What a new visit must pay ahead, and how long it waits for that (rule book §5 and §6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import Appointment, AppointmentStatus, Client, OverrideReason
from spa.services import audit, payment_requests, rights
from spa.services.audit import Actor

S = AppointmentStatus
LONGEST = timedelta(hours=24)  # the desk keeps no unpaid visit for longer


@dataclass(frozen=True, slots=True)
class Terms:
    """What the desk decides about a deposit; left alone, the policy does."""

    keep_minutes: int | None = None  # how long the visit waits for it
    waived: str = ""  # of `OverrideReason`: why a manager asks for none
    link: bool = False  # ask for it by a payment link, sent to who has an email

    @property
    def content(self) -> dict[str, object]:
        """What a repeated request is known by besides the booking itself."""
        told = {"keep_minutes": self.keep_minutes, "waived": self.waived, "link": self.link}
        return {name: value for name, value in told.items() if value}


AS_THE_POLICY_SAYS = Terms()


def insist(terms: Terms, *, actor: Actor) -> None:
    """Refuse terms that nobody may set.

    :raises RuleBroken: it would be kept for longer than a day (reason `hold_length`), or nobody
        says why there is no deposit (`waived_without_reason`)
    :raises NotAllowed: only a manager asks for none
    """
    if terms.keep_minutes is not None:
        insist_on_length(terms.keep_minutes)
    if terms.waived:
        insist_on_waiver(terms.waived, actor=actor)


def insist_on_length(minutes: int) -> None:
    if not timedelta() < timedelta(minutes=minutes) <= LONGEST:
        raise RuleBroken(
            _("An unpaid visit is kept for a minute to 24 hours."), reason="hold_length"
        )


def insist_on_waiver(reason: str, *, actor: Actor) -> None:
    if reason not in OverrideReason.values:
        raise RuleBroken(_("Say why no deposit is asked for."), reason="waived_without_reason")
    rights.insist(actor, "spa.override_policy")


def ask(
    visit: Appointment,
    client: Client,
    *,
    policy: Mapping[str, int],
    terms: Terms,
    now: datetime,
) -> None:
    """Freeze what a visit that is not written yet pays ahead; without that it is confirmed."""
    vip = client.is_vip(on=visit.location.today(now=visit.starts_at))
    due = due_cents(visit.total_cents, visit.starts_at, vip=vip, policy=policy, now=now)
    visit.deposit_cents = 0 if terms.waived else due
    if visit.deposit_cents:
        visit.status = S.PENDING_PAYMENT
        minutes = terms.keep_minutes or policy["hold_minutes"]
        visit.held_until = end_of_hold(minutes, visit.starts_at, now=now)
    else:
        visit.status = S.CONFIRMED


def due_cents(
    total_cents: int, starts_at: datetime, *, vip: bool, policy: Mapping[str, int], now: datetime
) -> int:
    """Return the deposit that the policy asks for: nothing at short notice, or of a VIP."""
    short_notice = timedelta(hours=policy["no_deposit_within_hours"])
    if starts_at <= now or starts_at - now < short_notice:
        return 0
    if vip and not policy["vip_pays_deposit"]:
        return 0
    return money.share(total_cents, policy["deposit_percent"])


def end_of_hold(minutes: int, starts_at: datetime, *, now: datetime) -> datetime:
    """Return until when a visit that is kept for so long from now on waits."""
    return min(now + timedelta(minutes=minutes), starts_at)


def ask_by_link(visit: Appointment, *, now: datetime, actor: Actor) -> None:
    """Open the link by which a visit that was just booked pays its deposit, and send it.

    Without a gateway, or below what that takes, the deposit is paid at the desk; of who owes none
    nothing is asked. Five queries.
    """
    if visit.status == S.PENDING_PAYMENT and payment_requests.can_be_asked_for(visit):
        payment_requests.ask(visit, now=now, actor=actor)
        payment_requests.send_link(visit, now=now, actor=actor)


def record_waiver(visit: Appointment, reason: str, *, actor: Actor, now: datetime) -> None:
    """Write down that a manager asks for no deposit. One query."""
    audit.record(
        "DEPOSIT_WAIVED",
        subject=f"appointment:{visit.code}",
        actor=actor,
        now=now,
        reason_code=reason,
    )


def end_hold_by_the_start(visit: Appointment, *, now: datetime) -> None:
    """Shorten the hold of an unpaid visit that was moved, unsaved, to an earlier start.

    :raises RuleBroken: it would start at once, with nothing left to wait for (reason `unpaid`)
    """
    if visit.status != S.PENDING_PAYMENT:
        return
    if visit.starts_at <= now:
        raise RuleBroken(
            _("This visit is not paid and would begin at once. Charge its deposit first."),
            reason="unpaid",
            client=visit.client_id,
        )
    visit.held_until = min(visit.held_until, visit.starts_at)
