"""The calendar file: every line folded at 75 bytes, every text escaped, times in UTC."""

from dataclasses import replace

import pytest

from spa.services.messages import ics
from tests.factories import NOW, at

EVENT = ics.Event(
    uid="br-10001@spa.test",
    sequence=3,
    starts_at=at(16),
    ends_at=at(17, 30),
    written_at=NOW,
    title="Visit to the spa",
    place="Chapinero",
    organizer="citas@spa.test",
)


def lines(event: ics.Event) -> list[str]:
    """Return the file's lines, unfolded, as a calendar reads them."""
    file = ics.write(event)
    assert file.endswith("\r\n")
    assert "\n" not in file.replace("\r\n", "")
    return file.replace("\r\n ", "").split("\r\n")[:-1]


def test_a_visit_is_an_event_in_utc():
    assert lines(EVENT) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Spa Front Desk//Visits//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:br-10001@spa.test",
        "SEQUENCE:3",
        "DTSTAMP:20261119T120000Z",
        "DTSTART:20261119T210000Z",
        "DTEND:20261119T223000Z",
        "SUMMARY:Visit to the spa",
        "LOCATION:Chapinero",
        "ORGANIZER:mailto:citas@spa.test",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_a_cancelled_visit_takes_its_event_back():
    file = lines(replace(EVENT, cancelled=True))

    assert "METHOD:CANCEL" in file
    assert "STATUS:CANCELLED" in file
    assert "UID:br-10001@spa.test" in file


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Baños, saunas; y más", "Baños\\, saunas\\; y más"),
        ("back\\slash", "back\\\\slash"),
        ("two\nlines", "two\\nlines"),
        ("two\r\nlines", "two\\nlines"),
        ("x\u2028y\x0bz\x85w", "x\\ny\\nz\\nw"),
        ("x\nATTENDEE:mailto:evil@spa.test", "x\\nATTENDEE:mailto:evil@spa.test"),
    ],
)
def test_no_text_ends_its_line_or_begins_another(text, value):
    file = lines(replace(EVENT, place=text))

    assert f"LOCATION:{value}" in file
    assert len(file) == len(lines(EVENT))


@pytest.mark.parametrize("place", ["a" * 400, "ñ" * 200, "🌸" * 100, "e\u0301" * 150, "a" * 66])
def test_long_lines_are_folded_between_letters(place):
    file = ics.write(replace(EVENT, place=place))

    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    assert f"LOCATION:{place}" in lines(replace(EVENT, place=place))


def test_a_line_of_exactly_75_bytes_is_whole():
    line = "X" * 75

    assert ics.folded(line) == line
    assert ics.folded(f"{line}Y") == f"{line}\r\n Y"
