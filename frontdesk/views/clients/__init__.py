"""The screens about clients: the list, one client, her details, her health notes."""

from frontdesk.views.clients.edit import edit, new, same_phone
from frontdesk.views.clients.health import health_notes, write_health_note
from frontdesk.views.clients.list import client_list
from frontdesk.views.clients.page import (
    block,
    client,
    give_credit,
    record_consent,
    set_alert,
    unblock,
)

__all__ = [
    "block",
    "client",
    "client_list",
    "edit",
    "give_credit",
    "health_notes",
    "new",
    "record_consent",
    "same_phone",
    "set_alert",
    "unblock",
    "write_health_note",
]
