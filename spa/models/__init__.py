"""Facts, and what must always be true of them. Callers write `from spa.models import Client`."""

from spa.models.absence import AbsenceCall
from spa.models.audit import AuditLog
from spa.models.booking import (
    ACTIVE,
    BINDING,
    CHANGEABLE,
    MOST_ITEMS,
    MOVABLE,
    OCCUPYING,
    SLOT_CONSTRAINTS,
    Action,
    Appointment,
    AppointmentChange,
    AppointmentItem,
    AppointmentStatus,
    CancelledBy,
    OverrideReason,
)
from spa.models.catalogue import Room, RoomKind, Service
from spa.models.clients import Client, ClientChange, Consent, ConsentChannel, ConsentKind
from spa.models.health import Heartbeat
from spa.models.health_notes import HealthNote
from spa.models.idempotency import IdempotencyKey
from spa.models.people import Skill, StaffMember, Theme, User
from spa.models.policy import SpaPolicy
from spa.models.schedule import (
    AvailabilityExclusion,
    ExclusionKind,
    Location,
    OpeningHours,
    StaffAvailability,
    Weekday,
)

__all__ = [
    "ACTIVE",
    "BINDING",
    "CHANGEABLE",
    "MOST_ITEMS",
    "MOVABLE",
    "OCCUPYING",
    "SLOT_CONSTRAINTS",
    "AbsenceCall",
    "Action",
    "Appointment",
    "AppointmentChange",
    "AppointmentItem",
    "AppointmentStatus",
    "AuditLog",
    "AvailabilityExclusion",
    "CancelledBy",
    "Client",
    "ClientChange",
    "Consent",
    "ConsentChannel",
    "ConsentKind",
    "ExclusionKind",
    "HealthNote",
    "Heartbeat",
    "IdempotencyKey",
    "Location",
    "OpeningHours",
    "OverrideReason",
    "Room",
    "RoomKind",
    "Service",
    "Skill",
    "SpaPolicy",
    "StaffAvailability",
    "StaffMember",
    "Theme",
    "User",
    "Weekday",
]
