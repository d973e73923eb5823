"""What must be there before anybody works: the roles with their permissions, the policy row.

Laid down after every migrate, and so after a test's flush as well; changes nothing that is
already right.
"""

from django.contrib.auth.models import Group, Permission
from django.db import connections

from spa.models import SpaPolicy

THERAPIST, RECEPTIONIST, MANAGER, ADMINISTRATOR = (
    "therapist",
    "receptionist",
    "manager",
    "administrator",
)

_TREAT = {"view_own_agenda", "treat_appointment", "view_health_note", "write_health_note"}
_DESK = _TREAT | {
    "view_calendar",
    "book_appointment",
    "cancel_appointment",
    "check_in_appointment",
    "view_client",
    "change_client",
    "add_availabilityexclusion",
    *("view_payment", "take_payment", "discount_appointment"),
    *("view_clientcredit", "open_cashsession"),
    *("view_outboxmessage", "send_outboxmessage"),
    *("view_paymentrequest", "send_paymentrequest", "view_alert"),
}
_HOUSE = _DESK | {
    *("override_policy", "flag_client", "change_staffavailability"),
    *("refund_payment", "export_payment", "discount_beyond_limit", "leave_debt"),
    *("issue_clientcredit", "review_cashsession", "view_journalentry"),
    *("view_gatewaytransaction", "resolve_gatewaytransaction"),
}

# Rule book §3; what a role may do beyond this comes with the capability.
ROLES = {
    THERAPIST: _TREAT,
    RECEPTIONIST: _DESK,
    MANAGER: _HOUSE,
    ADMINISTRATOR: _HOUSE | {"view_auditlog", "view_user", "change_user"},
}


def lay_down(using: str = "default", **_signal: object) -> None:
    """Make groups, their permissions and the policy row what this page says; idempotent."""
    # The signal also follows a migration back to nothing.
    if SpaPolicy._meta.db_table not in connections[using].introspection.table_names():
        return
    known = {
        permission.codename: permission
        for permission in Permission.objects.filter(content_type__app_label="spa")
    }
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(known[codename] for codename in sorted(codenames & known.keys()))
    SpaPolicy.objects.get_or_create(pk=1)
