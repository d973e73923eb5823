"""Reading the living database for what must never be (rule book §12); changes nothing."""

from collections.abc import Iterator

from django.db import connection

from spa.models import OCCUPYING, Action, AppointmentChange

_OVERLAPS = """
SELECT a.id, b.id FROM spa_appointmentitem a JOIN spa_appointmentitem b
  ON a.id < b.id AND a.{who} = b.{who} AND {also}
 AND tstzrange(a.starts_at, a.{until}) && tstzrange(b.starts_at, b.{until})
WHERE a.occupies AND b.occupies
"""
_SAME_PLACE = "a.place = b.place AND a.appointment_id <> b.appointment_id"
_CLIENTS = """
SELECT a.code, b.code FROM spa_appointment a JOIN spa_appointment b
  ON a.id < b.id AND a.client_id = b.client_id
 AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
WHERE a.status = ANY(%(binding)s) AND b.status = ANY(%(binding)s)
"""
_OCCUPIES = """
SELECT a.code FROM spa_appointment a JOIN spa_appointmentitem i ON i.appointment_id = a.id
WHERE i.occupies <> (a.status = ANY(%(occupying)s))
"""
_HISTORY = """
SELECT a.code FROM spa_appointment a
WHERE a.version <> (SELECT count(*) FROM spa_appointmentchange c WHERE c.appointment_id = a.id)
"""
BINDING = ["pending_payment", "confirmed", "arrived", "in_service"]
# Which action may follow which; None is the beginning.
LEGAL = {
    None: {Action.BOOK},
    Action.BOOK: {Action.MOVE, Action.CHECK_IN, Action.COMPLETE, Action.CANCEL, Action.NO_SHOW},
    Action.MOVE: {Action.MOVE, Action.CHECK_IN, Action.START, Action.COMPLETE, Action.CANCEL}
    | {Action.NO_SHOW},
    Action.CHECK_IN: {Action.MOVE, Action.START, Action.COMPLETE, Action.CANCEL},
    Action.START: {Action.FINISH},
    Action.FINISH: {Action.COMPLETE},
}


def findings() -> Iterator[str]:
    """Yield one line for each thing that is wrong; none when all is well."""
    resources = (
        ("staff_id", "staff_busy_until", "true"),
        (
            "room_id",
            "room_busy_until",
            "a.place = b.place AND a.appointment_id <> b.appointment_id",
        ),
    )
    for who, until, also in resources:
        for row in _rows(_OVERLAPS.format(who=who, until=until, also=also)):
            yield f"overlap by {who}: items {row[0]} and {row[1]}"
    for row in _rows(_CLIENTS):
        yield f"a client is booked twice: {row[0]} and {row[1]}"
    for row in _rows(_OCCUPIES):
        yield f"occupies is not what the status says: {row[0]}"
    for row in _rows(_HISTORY):
        yield f"a change is missing from the history: {row[0]}"
    yield from _illegal_histories()


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"binding": BINDING, "occupying": [str(one) for one in OCCUPYING]})
        return cursor.fetchall()


def _illegal_histories() -> Iterator[str]:
    before: tuple[int | None, str | None] = (None, None)
    changes = AppointmentChange.objects.order_by("appointment_id", "version")
    for visit, action in changes.values_list("appointment_id", "action").iterator():
        previous = before[1] if before[0] == visit else None
        if action not in LEGAL.get(previous, set()):
            yield f"illegal history of visit {visit}: {previous} then {action}"
        before = (visit, action)
