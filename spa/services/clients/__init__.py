"""What can be done with a client: one file a subject, re-exported here."""

from spa.services.clients.consents import (
    CONSENT_TEXT_VERSION,
    MAX_ALERT,
    HealthConsentMissing,
    record_consent,
    set_alert,
)
from spa.services.clients.details import Details, create, edit
from spa.services.clients.flags import AlreadyFlagged, NotFlagged, flag, lift
from spa.services.clients.refusals import DetailInvalid

__all__ = [
    "CONSENT_TEXT_VERSION",
    "MAX_ALERT",
    "AlreadyFlagged",
    "DetailInvalid",
    "Details",
    "HealthConsentMissing",
    "NotFlagged",
    "create",
    "edit",
    "flag",
    "lift",
    "record_consent",
    "set_alert",
]
