"""The figures as a table to read, and as JSON to keep."""

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from tests.bench.measure import Figure

VERDICTS = {True: "yes", False: "NO", None: ""}
HEAD = ("what", "median", "p10–p90", "unit", "aim", "met")


def machine() -> dict[str, object]:
    """Return what the figures depend on; no name of the machine."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgresql,) = cursor.fetchone()
        cursor.execute("SHOW fsync")
        (fsync,) = cursor.fetchone()
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "postgresql": postgresql,
        "fsync": fsync,
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def as_json(figures: Iterable[Figure], **about: object) -> dict[str, object]:
    """Return the whole run as plain values."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **about,
        "figures": [
            {
                "key": one.key,
                "what": one.what,
                "unit": one.unit,
                "median": round(one.median, 3),
                "p10": round(one.p10, 3),
                "p90": round(one.p90, 3),
                "samples": len(one.samples),
                "aim": one.aim,
                "aim_is": "at least" if one.at_least else "at most",
                "met": one.met,
                "note": one.note,
                "wrong": one.wrong,
            }
            for one in figures
        ],
    }


def as_text(figures: Iterable[Figure], *, machine: dict, **about: object) -> str:
    """Return the table under one line about the run."""
    facts = ", ".join(f"{name} {value}" for name, value in {**machine, **about}.items())
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {facts}\n\n{as_table(figures)}"


def as_table(figures: Iterable[Figure]) -> str:
    """Return a Markdown table, aligned for a terminal, and the notes under it."""
    figures = list(figures)
    rows = [HEAD, *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    notes = [f"{one.key}: {one.note}" for one in figures if one.note]
    wrong = [f"WRONG {one.key}: {one.wrong}" for one in figures if one.wrong]
    return "\n".join([*lines, "", *notes, *wrong])


def _row(one: Figure) -> tuple[str, ...]:
    several = len(set(one.samples)) > 1
    sign = "≥" if one.at_least else "≤"
    return (
        one.what,
        _number(one.median),
        f"{_number(one.p10)}–{_number(one.p90)}" if several else "",
        one.unit,
        "" if one.aim is None else f"{sign} {one.aim:g}",
        VERDICTS[one.met],
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
