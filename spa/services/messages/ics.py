"""A calendar file of one visit (RFC 5545, RFC 5546): small, in UTC, every line folded."""

from dataclasses import dataclass
from datetime import UTC, datetime

LINE = 75  # bytes of a line, its end not counted
PRODUCT = "-//Spa Front Desk//Visits//EN"


@dataclass(frozen=True, slots=True)
class Event:
    """A visit in somebody's calendar. `sequence` grows with every change of it."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    written_at: datetime
    title: str
    place: str
    organizer: str  # an email address
    cancelled: bool = False


def write(event: Event) -> str:
    """Return the file. A cancelled event takes the one of its `uid` out of the calendar."""
    method, status = ("CANCEL", "CANCELLED") if event.cancelled else ("PUBLISH", "CONFIRMED")
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_utc(event.written_at)}",
        f"DTSTART:{_utc(event.starts_at)}",
        f"DTEND:{_utc(event.ends_at)}",
        f"SUMMARY:{escaped(event.title)}",
        f"LOCATION:{escaped(event.place)}",
        f"ORGANIZER:mailto:{''.join(event.organizer.split())}",
        f"STATUS:{status}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    """Return a text as a property's value: no character of it can end the line."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """Return a line in pieces of 75 bytes at most, no letter cut in two."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece += letter
        size += width
    return "\r\n".join((*pieces, piece))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
