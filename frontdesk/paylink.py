"""A payment link as the desk shows it: to be copied, read by a camera, or sent by WhatsApp."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Self
from urllib.parse import quote

import segno
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from frontdesk.templatetags.spa import told_clock, told_day
from spa import money
from spa.models import Appointment, PaymentRequest
from spa.services import payment_requests

BORDER = 2  # units that stay light around a code, besides the ground it lies on


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code as `booking/_qr.html` draws it: a square of so many units, and its dark lines."""

    size: int
    lines: str

    @classmethod
    def of(cls, text: str) -> Self:
        rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=BORDER))
        return cls(len(rows), "".join(_lines(rows)))


def _lines(rows: Sequence[Sequence[int]]) -> Iterator[str]:
    """Yield each run of dark units as a stroke along the middle of its row."""
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield f"M{x} {y}.5h{length}"
            x += length


@dataclass(frozen=True)
class PayLink:
    """The open link of a visit; both with their client and location at hand."""

    visit: Appointment
    request: PaymentRequest

    @cached_property
    def address(self) -> str:
        """The secret itself: for who asked to see it, and for no log."""
        return payment_requests.link_of(self.request)

    @property
    def ends_at(self) -> datetime:
        return payment_requests.end_of(self.request, self.visit)

    @property
    def whatsapp(self) -> str:
        """Where WhatsApp opens a chat with the client, the message written in her language."""
        digits = "".join(filter(str.isdigit, self.visit.client.phone))
        return f"https://wa.me/{digits}?text={quote(self._message(), safe='')}"

    @cached_property
    def qr(self) -> "Code":
        return Code.of(self.address)

    def _message(self) -> str:
        zone, client = self.visit.location.tz, self.visit.client
        with translation.override(client.language):
            told = {
                "name": client.first_name,
                "amount": money.pesos(self.request.amount_cents),
                "day": told_day(self.visit.starts_at, zone),
                "time": told_clock(self.visit.starts_at, zone),
                "link": self.address,
            }
            return (
                _(
                    "Hello %(name)s! Here you can pay %(amount)s for your visit on %(day)s"
                    " at %(time)s: %(link)s"
                )
                % told
            )
