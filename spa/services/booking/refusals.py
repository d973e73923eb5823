"""Why a visit cannot be booked or changed: the refusals that all commands of this folder share."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from spa import engine
from spa.errors import BusinessLogicError, RuleBroken
from spa.models import SLOT_CONSTRAINTS

# Somebody else's visit is in the way; any other reason is a rule of the house.
TAKEN = frozenset({"busy", "client_busy", "no_room"})


class SlotTaken(BusinessLogicError):
    """The time, the therapist or the last place went to somebody else; `facts["reasons"]`."""

    internal_code = "SPA-SLOT-TAKEN"
    http_status = 409
    default_detail = _("That time has just been taken. Choose another one.")


class IllegalTransition(BusinessLogicError):
    """The visit's status does not allow it."""

    internal_code = "SPA-ILLEGAL-TRANSITION"
    http_status = 409
    default_detail = _("The visit is no longer in a state that allows this. Look at it again.")


class ServiceTwice(BusinessLogicError):
    """The same service stands in the list more than once."""

    internal_code = "APP-005"
    default_detail = _("A service can be in a visit only once.")


class ClientBlocked(BusinessLogicError):
    """The client is persona non grata."""

    internal_code = "SPA-CLIENT-BLOCKED"
    default_detail = _("This client may not book until a manager lifts the block.")


def refuse(refused: engine.Refused, **facts: object) -> None:
    """Raise what the engine's reasons amount to; `facts` go with them.

    :raises SlotTaken: only other visits are in the way
    :raises RuleBroken: a rule of §5 forbids it, or what is asked for stands in its own way
        (`together`); `facts["reason"]` is the first of them
    """
    rules = [reason.code for reason in refused.reasons if reason.code not in TAKEN]
    if not rules and all(reason.detail == engine.TOGETHER for reason in refused.reasons):
        rules = [engine.TOGETHER]
    if not rules:
        raise SlotTaken(reasons=refused.reasons, **facts)
    raise RuleBroken(_SENTENCES.get(rules[0]), reason=rules[0], reasons=refused.reasons, **facts)


@contextmanager
def slot_refusals() -> Iterator[None]:
    """Turn a breach of the slot constraints into `SlotTaken`; any other is a bug and stays one.

    Stands outside the transaction, to see what COMMIT raises as well.
    """
    try:
        yield
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) in (
            SLOT_CONSTRAINTS
        ):
            raise SlotTaken from error
        raise


_SENTENCES = {
    "closed": _("The spa is closed at that time. Choose a time within the opening hours."),
    "not_working": _("The therapist does not work then. Choose another time or therapist."),
    "excluded": _("That time is blocked. Choose another one."),
    "cannot_do_service": _("This therapist does not do that service. Choose another one."),
    "lead_time": _("That time has passed. Choose a later one."),
    "too_far": _("That is further ahead than visits can be booked. Choose an earlier day."),
    engine.TOGETHER: _(
        "Treatments at the same time need a therapist each. Choose another time or therapist."
    ),
    "off_grid": _("Visits start on the quarter hour. Choose one of the times shown."),
}
