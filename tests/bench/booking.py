"""Booking by the service, against the very same statements sent by bare psycopg."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest.mock import patch
from uuid import UUID

import psycopg
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.bench import places
from tests.bench.dataset import Spa
from tests.bench.measure import Figure, Options, bench, say, statements

BLOCKS, BLOCK = 10, 25  # the two sides take turns in blocks
BEGIN, COMMIT = "BEGIN", "COMMIT"
COPIES = ("bench_record", "bench_django", "bench_bare")

Statement = tuple[str, object]


@bench("booking")
def book(options: Options) -> Iterator[Figure]:
    """Record what bookings send, then book and replay on equal copies, turn by turn.

    The copies are at the same number in all their sequences, so that the recorded statements
    fit: the keys that a row gets are those that it got when they were recorded.
    """
    for name in COPIES:
        places.copy(name)
    count = BLOCKS * BLOCK
    say(f"  recording {count} bookings")
    with places.using("bench_record"):
        recorded = record(options.now, count)
    own: list[float] = []
    bare: list[float] = []
    with (
        places.using("bench_django"),
        psycopg.connect(
            places.CLUSTER.dsn("bench_bare"), autocommit=True, cursor_factory=psycopg.ClientCursor
        ) as plain,
    ):
        plain.execute("SET TIME ZONE 'UTC'")
        requests = wishes(options.now)
        for begin in range(0, count, BLOCK):
            own += [timed_booking(next(requests)) for _ in range(BLOCK)]
            bare += [replay(plain, sent) for sent in recorded[begin : begin + BLOCK]]
    for name in COPIES:
        places.CLUSTER.drop_db(name)
    queries = [sum(sql not in (BEGIN, COMMIT) for sql, _ in sent) for sent in recorded]
    yield Figure("booking.queries", "book one visit (service call)", "queries", queries, 20)
    yield Figure("booking.time", "… how long", "ms", [1000 * each for each in own])
    yield Figure("booking.rate", "… one after the other", "booked/s", rates(own))
    yield Figure("booking.bare", "… its statements by bare psycopg", "booked/s", rates(bare))
    ratios = [a / b for a, b in zip(rates(own), rates(bare), strict=True)]
    yield Figure(
        "booking.ratio", "… our rate by bare psycopg’s", "ratio", ratios, 0.25, at_least=True
    )


def wishes(now: datetime) -> Iterator[dict]:
    """Yield bookings that are all possible: days behind the busy ones, an hour and a half each."""
    spa = Spa.read(now)
    number = 0
    for day in range(63, 170):
        for hour in (8, 10, 12, 14, 16, 18):
            for member in spa.staff[:6]:
                number += 1
                yield {
                    "location": spa.location,
                    "client": spa.regulars[number % len(spa.regulars)],
                    "wanted": [Wanted(spa.massage.pk, member.pk)],
                    "starts_at": spa.at(day, hour),
                    "now": now + timedelta(milliseconds=number),
                    "actor": Actor(
                        user=spa.desks[number % len(spa.desks)], request_id=UUID(int=number)
                    ),
                }


def timed_booking(request: dict) -> float:
    began = time.perf_counter()
    booking.book_at(**request)
    return time.perf_counter() - began


def record(now: datetime, count: int) -> list[list[Statement]]:
    """Return, for each of the first bookings, all it sent, transactions included."""
    requests, recorded = wishes(now), []
    connection.ensure_connection()
    for _ in range(count):
        with statements() as sent, transactions_noted(sent):
            booking.book_at(**next(requests))
        recorded.append(sent)
    return recorded


def transactions_noted(sent: list[Statement]) -> patch:
    """Note BEGIN and COMMIT too, which Django has psycopg send without a cursor."""
    set_autocommit = DatabaseWrapper._set_autocommit

    def noted(self: DatabaseWrapper, autocommit: bool) -> None:
        if not autocommit:
            sent.append((BEGIN, None))
        set_autocommit(self, autocommit)
        if autocommit:
            sent.append((COMMIT, None))

    return patch.object(DatabaseWrapper, "_set_autocommit", noted)


def replay(plain: psycopg.Connection, sent: list[Statement]) -> float:
    """Send a booking's statements, fetch what they return, and say how long that took."""
    began = time.perf_counter()
    with plain.cursor() as cursor:
        for sql, params in sent:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()
    return time.perf_counter() - began


def rates(seconds: list[float]) -> list[float]:
    """Return the rate of each block."""
    blocks = [seconds[at : at + BLOCK] for at in range(0, len(seconds), BLOCK)]
    return [len(block) / sum(block) for block in blocks]
