"""What money demands is checked by the service too, whoever called it (SEC-11)."""

from django.utils.translation import gettext_lazy as _

from spa.errors import BusinessLogicError
from spa.services.audit import Actor


class NotAllowed(BusinessLogicError):
    """The person who acts may not do this; `facts["permission"]` says what she lacks."""

    internal_code = "SPA-RULE"
    http_status = 422
    default_detail = _("This needs a manager. Ask one to do it with her own log-in.")


def insist(actor: Actor, permission: str) -> None:
    """Refuse whoever lacks a right, e.g. `spa.refund_payment`; jobs have all of them.

    :raises NotAllowed: the user lacks it (reason `needs_a_manager`)
    """
    if actor.user is not None and not actor.user.has_perm(permission):
        raise NotAllowed(reason="needs_a_manager", permission=permission)
