"""Facts, and what must always be true of them. Callers write `from spa.models import Client`."""

from spa.models.absence import AbsenceCall
from spa.models.alerts import Alert, AlertKind
from spa.models.audit import AuditLog
from spa.models.booking import (
    ACTIVE,
    BINDING,
    CHANGEABLE,
    MOVABLE,
    OCCUPYING,
    Appointment,
    AppointmentStatus,
    CancelledBy,
)
from spa.models.breaker import BreakerPhase, BreakerState
from spa.models.cash import (
    COINS,
    MOST_CENTS,
    NOTES,
    CashDrawer,
    CashMovement,
    CashMovementKind,
    CashReason,
    CashSession,
)
from spa.models.catalogue import Room, RoomKind, Service
from spa.models.changes import (
    Action,
    AppointmentChange,
    OverrideReason,
)
from spa.models.clients import Client, ClientChange, Consent, ConsentChannel, ConsentKind
from spa.models.credit import BY_HAND, ClientCredit, CreditOrigin, CreditUse
from spa.models.day_close import LONGEST_NOTE, DayClose
from spa.models.figures import GatewayKey, GatewayMinute
from spa.models.gateway import (
    EventOutcome,
    EventTruth,
    GatewayTransaction,
    Home,
    Mismatch,
    Resolution,
    TransactionStatus,
    WebhookEvent,
)
from spa.models.health import Heartbeat
from spa.models.health_notes import HealthNote
from spa.models.idempotency import IdempotencyKey
from spa.models.items import (
    MOST_ITEMS,
    SLOT_CONSTRAINTS,
    AppointmentItem,
)
from spa.models.journal import Account, JournalEntry, JournalEvent, JournalLine
from spa.models.limits import RateCounter
from spa.models.messages import (
    MOST_ATTEMPTS,
    OF_A_VISIT,
    DropReason,
    MessageKind,
    MessageState,
    OutboxMessage,
)
from spa.models.payment_requests import PaymentRequest, RequestEnd, RequestPurpose
from spa.models.payments import (
    AT_THE_DESK,
    WITH_REFERENCE,
    DebtReason,
    DiscountReason,
    Payment,
    PaymentMethod,
    PaymentState,
    Refund,
    RefundReason,
    RefundWay,
    Tip,
)
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
    "AT_THE_DESK",
    "BINDING",
    "BY_HAND",
    "CHANGEABLE",
    "COINS",
    "LONGEST_NOTE",
    "MOST_ATTEMPTS",
    "MOST_CENTS",
    "MOST_ITEMS",
    "MOVABLE",
    "NOTES",
    "OCCUPYING",
    "OF_A_VISIT",
    "SLOT_CONSTRAINTS",
    "WITH_REFERENCE",
    "AbsenceCall",
    "Account",
    "Action",
    "Alert",
    "AlertKind",
    "Appointment",
    "AppointmentChange",
    "AppointmentItem",
    "AppointmentStatus",
    "AuditLog",
    "AvailabilityExclusion",
    "BreakerPhase",
    "BreakerState",
    "CancelledBy",
    "CashDrawer",
    "CashMovement",
    "CashMovementKind",
    "CashReason",
    "CashSession",
    "Client",
    "ClientChange",
    "ClientCredit",
    "Consent",
    "ConsentChannel",
    "ConsentKind",
    "CreditOrigin",
    "CreditUse",
    "DayClose",
    "DebtReason",
    "DiscountReason",
    "DropReason",
    "EventOutcome",
    "EventTruth",
    "ExclusionKind",
    "GatewayKey",
    "GatewayMinute",
    "GatewayTransaction",
    "HealthNote",
    "Heartbeat",
    "Home",
    "IdempotencyKey",
    "JournalEntry",
    "JournalEvent",
    "JournalLine",
    "Location",
    "MessageKind",
    "MessageState",
    "Mismatch",
    "OpeningHours",
    "OutboxMessage",
    "OverrideReason",
    "Payment",
    "PaymentMethod",
    "PaymentRequest",
    "PaymentState",
    "RateCounter",
    "Refund",
    "RefundReason",
    "RefundWay",
    "RequestEnd",
    "RequestPurpose",
    "Resolution",
    "Room",
    "RoomKind",
    "Service",
    "Skill",
    "SpaPolicy",
    "StaffAvailability",
    "StaffMember",
    "Theme",
    "Tip",
    "TransactionStatus",
    "User",
    "WebhookEvent",
    "Weekday",
]
