"""`python -m tests.drills.paying KILLS SEED`: fork who takes payments, and kill them.

Each payment is of two parts, cash and card, with a tip, so that it writes into every table of
the till. A process says what it has taken once it was told so; the rest may be there or not,
but never in part.
"""

import os
import random
import signal
import sys
import time
from datetime import timedelta

import django

PART = 1_000_00  # of the bill, by each of the two methods
TIP = 100_00


def main(kills: str, seed: str) -> None:
    django.setup()
    chance = random.Random(int(seed))
    visit, user = build()
    told, in_the_middle = 0, 0
    for _ in range(int(kills)):
        reader, child = start(visit, user)
        # It takes a few payments, and is killed somewhere in the next.
        said = os.read(reader, 1)
        for _ in range(2 * chance.randint(0, 5)):
            said += os.read(reader, 1)
        time.sleep(chance.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said += read_all(reader)
        told += said.count(b")")
        in_the_middle += said.endswith(b"(")
    judge(visit, told, int(kills), in_the_middle)


def build():
    """Lay a house with an open drawer and one dear visit into a database that has none."""
    from spa.models import Appointment
    from tests.factories import at, make_service
    from tests.spa.booking.houses import House
    from tests.tills import make_worker, open_drawer

    house = House()
    house.massage = make_service(room_kind=house.room.kind, pesos=100_000_000)
    visit = house.book(starts_at=at(10))
    user = make_worker()
    open_drawer(house.location, user)
    return Appointment.objects.get(pk=visit.pk), user


def start(visit, user) -> tuple[int, int]:
    """Fork a process that takes payments until it is killed; return where it tells, and its pid."""
    from django.db import connections

    connections.close_all()  # a connection is of one process
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return reader, child
    try:
        take_payments(visit, user, writer)
    finally:
        os._exit(1)


def take_payments(visit, user, writer: int) -> None:
    from spa.services import payments
    from spa.services.audit import Actor
    from spa.services.payments import Tender
    from tests.factories import at

    staff = visit.items.get().staff_id
    while True:
        os.write(writer, b"(")
        payments.charge(
            appointment=visit,
            tenders=[Tender("cash", PART), Tender("card_terminal", PART + TIP, reference="1")],
            tips={staff: TIP},
            now=at(9) + timedelta(seconds=1),
            actor=Actor(user=user),
        )
        os.write(writer, b")")


def read_all(reader: int) -> bytes:
    with os.fdopen(reader, "rb") as rest:
        return rest.read()


def judge(visit, told: int, kills: int, in_the_middle: int) -> None:
    """Count what is there.

    :raises AssertionError: a payment is there in part, or one is lost that was told of
    """
    from spa.models import (
        Appointment,
        AppointmentChange,
        CashMovement,
        JournalEntry,
        JournalLine,
        Payment,
        Tip,
    )
    from spa.services import verification

    visit = Appointment.objects.get(pk=visit.pk)
    charges = AppointmentChange.objects.filter(action="charge").count()
    there = {
        "told": told <= charges <= told + kills,
        "paid": visit.paid_cents == charges * 2 * PART,
        "payments": Payment.objects.count() == charges * 2,
        "tips": Tip.objects.count() == charges,
        "cash": CashMovement.objects.filter(kind="payment").count() == charges,
        "entries": JournalEntry.objects.filter(event="payment_taken").count() == charges * 2,
        "lines": JournalLine.objects.filter(entry__event="payment_taken").count() == charges * 5,
    }
    assert all(there.values()), there
    assert list(verification.findings()) == []
    assert told > kills, "too little was taken to prove anything"
    assert in_the_middle > kills // 2, "most were killed between payments"
    sys.stdout.write(f"{charges} payments, {in_the_middle} killed in the middle of one")


if __name__ == "__main__":
    main(*sys.argv[1:])
