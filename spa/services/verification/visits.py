"""That nobody is booked twice, rows agree, and each visit's history is a legal one."""

import json

from spa.models import ACTIVE, BINDING, CHANGEABLE, OCCUPYING, Action, AppointmentStatus

S, A = AppointmentStatus, Action
# In service and waiting to be charged: a status of its own to whoever reads the history.
FINISHED = "finished"
BEGINNING = ""
WAITING = (S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED)

# What may happen to a visit (rule book §5): an action, and the status before and after it.
LEGAL = (
    (A.BOOK, BEGINNING, S.CONFIRMED),
    (A.BOOK, BEGINNING, S.PENDING_PAYMENT),
    *((A.MOVE, status, status) for status in WAITING),
    *((A.CHANGE_ITEMS, status, status) for status in CHANGEABLE),
    (A.CHECK_IN, S.CONFIRMED, S.ARRIVED),
    (A.START, S.ARRIVED, S.IN_SERVICE),
    (A.FINISH, S.IN_SERVICE, FINISHED),
    *((A.COMPLETE, status, S.COMPLETED) for status in (FINISHED, S.ARRIVED, S.CONFIRMED)),
    *((A.CANCEL, status, S.CANCELLED) for status in ACTIVE if status != S.IN_SERVICE),
    (A.NO_SHOW, S.CONFIRMED, S.NO_SHOW),
    (A.EXPIRE, S.PENDING_PAYMENT, S.EXPIRED),
    (A.KEEP, S.PENDING_PAYMENT, S.PENDING_PAYMENT),
    (A.CONFIRM, S.PENDING_PAYMENT, S.CONFIRMED),
    *((A.CHARGE, status, status) for status in (*WAITING, S.IN_SERVICE, FINISHED, S.COMPLETED)),
    # A debt that a chargeback left.
    *((A.CHARGE, status, status) for status in (S.CANCELLED, S.NO_SHOW, S.EXPIRED)),
    (A.CHARGE, S.PENDING_PAYMENT, S.CONFIRMED),
    (A.REBOOK, S.EXPIRED, S.CONFIRMED),
    *(
        (A.GIVE_BACK, status, status)
        for status in (
            *(*WAITING, S.IN_SERVICE, FINISHED),
            *(S.COMPLETED, S.CANCELLED, S.NO_SHOW, S.EXPIRED),
        )
    ),
)
# The moment that each action leaves behind.
MOMENTS = {
    A.CHECK_IN: "arrived_at",
    A.START: "started_at",
    A.FINISH: "finished_at",
    A.COMPLETE: "closed_at",
    A.CANCEL: "closed_at",
    A.NO_SHOW: "closed_at",
    A.EXPIRE: "closed_at",
}

# The ranges and conditions are the exclusion constraints', so that their indexes answer.
_OVERLAP = """
SELECT a.id || ' and ' || b.id FROM spa_appointmentitem a JOIN spa_appointmentitem b
  ON a.id < b.id AND a.{who} = b.{who} AND {also}
 AND tstzrange(a.starts_at, a.{until}, '[)') && tstzrange(b.starts_at, b.{until}, '[)')
WHERE a.occupies AND b.occupies
"""
_CLIENT_TWICE = """
SELECT a.code || ' and ' || b.code FROM spa_appointment a JOIN spa_appointment b
  ON a.id < b.id AND a.client_id = b.client_id
 AND tstzrange(a.starts_at, a.ends_at, '[)') && tstzrange(b.starts_at, b.ends_at, '[)')
WHERE a.status = ANY(%(binding)s) AND b.status = ANY(%(binding)s)
"""
_ITEMS = """
SELECT DISTINCT a.code FROM spa_appointment a
JOIN spa_appointmentitem i ON i.appointment_id = a.id WHERE {wrong}
"""
_SPAN = """
SELECT a.code FROM spa_appointment a
LEFT JOIN spa_appointmentitem i ON i.appointment_id = a.id GROUP BY a.id
HAVING min(i.starts_at) IS DISTINCT FROM a.starts_at OR max(i.ends_at) IS DISTINCT FROM a.ends_at
"""
# An item starts when all before it are over; a parallel one with the one before it.
_TIMES = """
WITH item AS (
  SELECT appointment_id, starts_at, parallel, lag(starts_at) OVER listed AS beside,
    max(ends_at) OVER (listed ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS done
  FROM spa_appointmentitem WINDOW listed AS (PARTITION BY appointment_id ORDER BY position)
)
SELECT DISTINCT a.code FROM spa_appointment a JOIN item i ON i.appointment_id = a.id
WHERE i.done IS NOT NULL
  AND i.starts_at <> CASE WHEN i.parallel THEN i.beside ELSE i.done END
"""
_FLAG = """
SELECT id::text FROM spa_client
WHERE persona_non_grata_manual AND persona_non_grata_since IS NULL
"""
_ORPHAN = """
SELECT c.appointment_id || ' version ' || c.version FROM spa_appointmentchange c
WHERE NOT EXISTS (SELECT FROM spa_appointment a WHERE a.id = c.appointment_id)
"""
_GAP = """
SELECT a.code FROM spa_appointment a
LEFT JOIN spa_appointmentchange c ON c.appointment_id = a.id GROUP BY a.id
HAVING count(c.id) <> a.version OR min(c.version) <> 1 OR max(c.version) <> a.version
"""

# Each change beside the one before it.
_STEP = """
WITH told AS (
  SELECT appointment_id, version, action, left_day, state,
    CASE WHEN state->>'status' = 'in_service' AND state->>'finished_at' IS NOT NULL
      THEN 'finished' ELSE state->>'status' END AS status,
    jsonb_build_array(
      jsonb_path_query_array(state, '$.items[*].service'),
      jsonb_path_query_array(state, '$.items[*] ? (@.parallel == true).service')
    ) AS services,
    jsonb_build_array(
      state->'starts_at', state->'ends_at',
      jsonb_path_query_array(state, '$.items[*].staff'),
      jsonb_path_query_array(state, '$.items[*].room'),
      jsonb_path_query_array(state, '$.items[*].starts_at')
    ) AS placement
  FROM spa_appointmentchange
), step AS (
  SELECT told.*, lag(status, 1, '') OVER history AS status_before,
    lag(services) OVER history AS services_before,
    lag(placement) OVER history AS placement_before,
    count(*) FILTER (WHERE action = 'move') OVER history AS moves
  FROM told WINDOW history AS (PARTITION BY appointment_id ORDER BY version)
)
SELECT a.code || ' version ' || s.version || ', ' || found.what
FROM step s JOIN spa_appointment a ON a.id = s.appointment_id CROSS JOIN LATERAL (VALUES
  (s.action || ' from ' || coalesce(nullif(s.status_before, ''), 'nothing') || ' to ' || s.status,
    s.action || ' ' || s.status_before || ' ' || s.status <> ALL(%(legal)s)),
  ('no moment of ' || s.action, %(moments)s::jsonb ? s.action
    AND s.state->>(%(moments)s::jsonb->>s.action) IS NULL),
  ('other services', s.action <> 'change_items' AND s.services <> s.services_before),
  ('moved by ' || s.action,
    s.action NOT IN ('move', 'change_items') AND s.placement <> s.placement_before),
  ('the day it left', (s.action = 'move') <> (s.left_day IS NOT NULL)),
  ('moves miscounted', (s.state->>'moves')::int <> s.moves)
) AS found(what, wrong) WHERE found.wrong
"""

# What a state tells of the visit and of its items: key, column, type.
_TOLD = (
    ("status", "status", "text"),
    *((name, name, "timestamptz") for name in ("starts_at", "ends_at", "held_until")),
    *((name, name, "timestamptz") for name in sorted(set(MOMENTS.values()))),
    ("client", "client_id", "bigint"),
    ("group", "group", "uuid"),
    *((name, name, "bigint") for name in ("deposit_cents", "moves", "client_moves")),
    ("cancelled_by", "cancelled_by", "text"),
)
# Told since there are books; older changes know nothing of it.
_TOLD_OF_MONEY = ("price_cents", "discount_cents", "paid_cents", "debt_cents")
_TOLD_OF_ITEMS = (
    *((name, f"{name}_id", "bigint") for name in ("service", "staff", "room")),
    ("place", "place", "bigint"),
    *((name, name, "timestamptz") for name in ("starts_at", "ends_at")),
    *((name, name, "timestamptz") for name in ("staff_busy_until", "room_busy_until")),
    ("occupies", "occupies", "boolean"),
    ("parallel", "parallel", "boolean"),
    *((name, name, "bigint") for name in ("price_cents", "vat_percent")),
)
_LAST = """
WITH last AS (
  SELECT DISTINCT ON (appointment_id) appointment_id, state
  FROM spa_appointmentchange ORDER BY appointment_id, version DESC
), item AS (
  SELECT appointment_id, array_agg(ROW({columns})::text ORDER BY position) AS items
  FROM spa_appointmentitem GROUP BY appointment_id
), told AS (
  SELECT appointment_id, state, (
    SELECT array_agg(ROW({told})::text ORDER BY number)
    FROM ROWS FROM (jsonb_to_recordset(state->'items') AS ({types}))
      WITH ORDINALITY AS one({keys}, number)
  ) AS items FROM last
)
SELECT a.code || ', ' || found.what
FROM spa_appointment a JOIN told t ON t.appointment_id = a.id
LEFT JOIN item i ON i.appointment_id = a.id CROSS JOIN LATERAL (VALUES
  {fields},
  ('items', t.items IS DISTINCT FROM i.items)
) AS found(what, wrong) WHERE found.wrong
"""


def _last() -> str:
    keys = ", ".join(f'"{key}"' for key, _column, _type in _TOLD_OF_ITEMS)
    return _LAST.format(
        keys=keys,
        # What was told before there were parallel items says nothing of them.
        told=keys.replace('"parallel"', 'coalesce("parallel", false)'),
        columns=", ".join(f'"{column}"' for _key, column, _type in _TOLD_OF_ITEMS),
        types=", ".join(f'"{key}" {kind}' for key, _column, kind in _TOLD_OF_ITEMS),
        fields=", ".join(
            f"('{key}', (t.state->>'{key}')::{kind} IS DISTINCT FROM a.\"{column}\")"
            for key, column, kind in _TOLD
        )
        + "".join(f", ('{key}', (t.state->>'{key}')::bigint <> a.{key})" for key in _TOLD_OF_MONEY),
    )


CHECKS = {
    "a therapist is booked twice: items": _OVERLAP.format(
        who="staff_id", until="staff_busy_until", also="true"
    ),
    "a place is booked twice: items": _OVERLAP.format(
        who="room_id",
        until="room_busy_until",
        also="a.place = b.place AND a.appointment_id <> b.appointment_id",
    ),
    "strangers share a room: items": _OVERLAP.format(
        who="room_id",
        until="room_busy_until",
        also='a."group" <> b."group" AND NOT a.room_shared AND NOT b.room_shared',
    ),
    "a client is booked twice": _CLIENT_TWICE,
    "occupies is not what the status says": _ITEMS.format(
        wrong="i.occupies <> (a.status = ANY(%(occupying)s))"
    ),
    "an item has another group": _ITEMS.format(wrong='i."group" <> a."group"'),
    "a visit does not span its items": _SPAN,
    "an item does not start in its turn": _TIMES,
    "a flag is manual, but not set: client": _FLAG,
    "a change has no visit": _ORPHAN,
    "a change is missing from the history": _GAP,
    "illegal history": _STEP,
    "the history ends in something else": _last(),
}


VALUES = {
    "binding": [str(status) for status in BINDING],
    "occupying": [str(status) for status in OCCUPYING],
    "legal": [" ".join(map(str, step)) for step in LEGAL],
    "moments": json.dumps(MOMENTS),
}
