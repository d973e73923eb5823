"""Letting a message leave: claim it, read what is true now, deliver it, write down that it left.

At least once: a worker that is killed between delivering and writing down leaves a claim, and
when that has passed the message is sent again, under the same key.
"""

import logging
import smtplib
import socket
from collections.abc import Callable
from datetime import datetime

from django.core.mail import BadHeaderError

from spa.models import DropReason, OutboxMessage
from spa.services.messages import claims
from spa.services.messages.alerts import AlertLetter
from spa.services.messages.letters import Letter, compose

log = logging.getLogger(__name__)
# How a failure is called in the list of the desk; its text may hold an address. First that fits.
CODES: tuple[tuple[type[BaseException], str], ...] = (
    (BadHeaderError, "bad_header"),
    (smtplib.SMTPRecipientsRefused, "refused"),
    (smtplib.SMTPAuthenticationError, "no_login"),
    (TimeoutError, "timeout"),
    (smtplib.SMTPException, "mail_server"),
    (socket.gaierror, "no_connection"),
    (ConnectionError, "no_connection"),
    (OSError, "no_connection"),
)
UNKNOWN = "unknown"
PERMANENT = 500  # from here on a mail server's answer is its last


def send(key: int, *, now: datetime, deliver: Callable[[Letter | AlertLetter], None]) -> bool:
    """Send one message if it is due and nobody else does; return whether it was sent.

    `deliver` brings a letter to the mail server and raises what keeps it from that. Never called
    inside a transaction.
    """
    message = claims.claim(key, now=now)
    if message is None:
        return False
    letter = compose(message, now=now)
    if isinstance(letter, DropReason):
        claims.drop(message, letter)
        return False
    try:
        deliver(letter)
    except Exception as error:
        code = code_of(error)
        log.warning("%s failed: %s (%s)", message.kind, code, type(error).__name__)
        claims.mark_failed(message, code, now=now, for_good=_is_final(error))
        return False
    return claims.mark_sent(message, version=letter.told_version, now=now)


def due(*, now: datetime, most: int) -> list[int]:
    """Return the keys of what is to be sent now, most urgent first. One query."""
    return list(OutboxMessage.objects.due(now).values_list("pk", flat=True)[:most])


def code_of(error: BaseException) -> str:
    """Return the code of a failure."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__:
        error = error.__context__  # how smtplib puts that nobody answered in time
    return next((code for kind, code in CODES if isinstance(error, kind)), UNKNOWN)


def _is_final(error: BaseException) -> bool:
    """Say whether no later attempt can succeed."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(answer[0] >= PERMANENT for answer in error.recipients.values())
    return isinstance(error, BadHeaderError)
