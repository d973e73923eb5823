"""A manager lets a rule of the policy not count, with a reason; never a physical clash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa.errors import BusinessLogicError, RuleBroken
from spa.models import Appointment, OverrideReason
from spa.services import audit
from spa.services.audit import Actor


@dataclass(frozen=True, slots=True)
class Override:
    """Who may give one is decided by the view (permission `spa.override_policy`).

    It lets pass the limits, the moves that a client may ask for, and a start in the past since
    yesterday. It is written down only where it was needed.
    """

    reason: str  # of `OverrideReason`


# What a manager can let pass; anything else is a clash, or no rule of the policy.
_RULES = frozenset({"moves_used_up", "too_late_to_move", "lead_time"})
_CODES = frozenset({"APP-003", "APP-004", "APPOINTMENT_RATE_LIMIT"})


def can_pass(refusal: BusinessLogicError) -> bool:
    """Say whether an override would let this refusal pass."""
    return refusal.internal_code in _CODES or refusal.facts.get("reason") in _RULES


def insist(override: Override | None, *, actor: Actor) -> None:
    """Refuse an override that says nothing.

    :raises RuleBroken: it has no reason, or nobody stands for it
    """
    if override is None:
        return
    if override.reason not in OverrideReason.values or actor.user is None:
        raise RuleBroken(
            _("Say why the rule shall not count this time."), reason="override_without_reason"
        )


def let_pass(broken: Sequence[BusinessLogicError], override: Override | None) -> tuple[str, ...]:
    """Return the names of the rules that `override` lets pass.

    :raises BusinessLogicError: the first of those broken, without an override
    """
    if broken and override is None:
        raise broken[0]
    return tuple(_name(refusal) for refusal in broken)


def record(
    rules: Sequence[str],
    override: Override | None,
    *,
    appointment: Appointment,
    actor: Actor,
    now: datetime,
) -> str:
    """Write the rules down that did not count; return the reason, "" where all of them did."""
    if not rules or override is None:
        return ""
    audit.record(
        "POLICY_OVERRIDDEN",
        subject=f"appointment:{appointment.code}",
        actor=actor,
        now=now,
        reason_code=override.reason,
        rules=list(rules),
    )
    return override.reason


def _name(refusal: BusinessLogicError) -> str:
    return str(refusal.facts.get("reason") or refusal.internal_code)
