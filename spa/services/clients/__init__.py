"""What can be done with a client: one file a subject, re-exported here."""

from spa.services.clients.consent_texts import (
    consent_text,
    consent_text_behind,
    consent_text_version,
)
from spa.services.clients.consents import (
    MAX_ALERT,
    HealthConsentMissing,
    record_consent,
    set_alert,
)
from spa.services.clients.details import Details, as_texts, check, create, edit
from spa.services.clients.flags import AlreadyFlagged, NotFlagged, flag, lift
from spa.services.clients.health_notes import (
    MAX_NOTE,
    open_health_notes,
    write_health_note,
)
from spa.services.clients.refusals import DetailInvalid
from spa.services.clients.visits import Visits, usual_therapist, visits_of

__all__ = [
    "MAX_ALERT",
    "MAX_NOTE",
    "AlreadyFlagged",
    "DetailInvalid",
    "Details",
    "HealthConsentMissing",
    "NotFlagged",
    "Visits",
    "as_texts",
    "check",
    "consent_text",
    "consent_text_behind",
    "consent_text_version",
    "create",
    "edit",
    "flag",
    "lift",
    "open_health_notes",
    "record_consent",
    "set_alert",
    "usual_therapist",
    "visits_of",
    "write_health_note",
]
