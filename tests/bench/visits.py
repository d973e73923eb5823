"""Visits by the hundred thousand: written by SQL, and legal to the last column.

Each is a copy of one visit that the product itself has booked, with other people, places and
times, so that a column nobody here has heard of has its right value too. All constraints and
triggers fire.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

BATCH = 20_000
PER_DAY = 120  # ten therapists, twelve hours
DAYS_AHEAD = 60

# Which cells of the calendar become visits; a cell is a day, a therapist and an hour.
CHOSEN = {
    # The days before today, each of them full.
    "history": (
        "SELECT n, -1 - n / 120 AS day_offset, n - %(begin)s AS turn"
        " FROM generate_series(%(first)s, %(until)s - 1) AS n"
    ),
    # Today, full.
    "today": "SELECT n, 0 AS day_offset, n AS turn FROM generate_series(0, %(until)s - 1) AS n",
    # Strewn over the days ahead.
    "coming": (
        "SELECT n, 1 + n / 120 AS day_offset, 120 + row_number() OVER (ORDER BY n) - 1 AS turn"
        " FROM (SELECT n FROM generate_series(0, %(days)s * 120 - 1) AS n"
        "       ORDER BY md5(n::text) LIMIT %(until)s) AS few"
    ),
}
CELLS = """
CREATE TEMP TABLE cell AS
WITH chosen AS ({chosen}), placed AS (
  SELECT chosen.*, n %% 120 / 12 AS who, n %% 12 AS hour FROM chosen
), timed AS (
  SELECT placed.*, service.id AS service, service.duration_minutes AS minutes,
    service.price_cents AS price, service.vat_percent AS vat,
    (%(today)s::date + day_offset + make_interval(mins => 480 + 60 * hour)) AT TIME ZONE %(zone)s
      AS starts_at,
    CASE WHEN NOT %(is_over)s THEN 'confirmed' WHEN n %% 25 = 0 THEN 'no_show'
      WHEN n %% 12 = 5 THEN 'cancelled' ELSE 'completed' END AS status
  FROM placed JOIN spa_service service ON service.id = CASE
    WHEN who < 6 THEN (%(cabin_services)s::bigint[])[1 + n %% cardinality(%(cabin_services)s)]
    ELSE (%(salon_services)s::bigint[])[1 + n %% cardinality(%(salon_services)s)] END
)
SELECT timed.*, nextval(pg_get_serial_sequence('spa_appointment', 'id')) AS visit,
  gen_random_uuid() AS grp, starts_at + make_interval(mins => minutes) AS ends_at,
  starts_at + make_interval(mins => minutes + 10) AS busy_until,
  price * 2 / 5 AS deposit, (%(staff)s::bigint[])[1 + who] AS staff,
  (%(rooms)s::bigint[])[1 + least(who, 6)] AS room, greatest(who - 6, 0) AS place,
  who >= 6 AS shared,
  %(client)s + turn %% %(clients)s AS client,
  (%(desks)s::bigint[])[1 + n %% cardinality(%(desks)s)] AS desk,
  least(starts_at - interval '7 days', %(now)s - interval '1 day') AS booked_at,
  CASE status WHEN 'completed' THEN starts_at + make_interval(mins => minutes)
    WHEN 'no_show' THEN starts_at + interval '30 minutes'
    WHEN 'cancelled' THEN starts_at - interval '1 day' END AS closed_at,
  CASE status WHEN 'cancelled' THEN 'client' ELSE '' END AS cancelled_by,
  status NOT IN ('no_show', 'cancelled') AS occupies,
  CASE WHEN %(is_over)s THEN 2 ELSE 1 END AS versions
FROM timed
"""
APPOINTMENTS = """
INSERT INTO spa_appointment SELECT made.* FROM cell, spa_appointment sample,
LATERAL jsonb_populate_record(sample, jsonb_build_object(
  'id', visit, 'code', spa_next_code(), 'group', grp, 'client_id', client, 'status', cell.status,
  'starts_at', cell.starts_at, 'ends_at', cell.ends_at, 'deposit_cents', deposit,
  'price_cents', price, 'before_the_books', cell.status = 'completed',
  'closed_at', cell.closed_at, 'cancelled_by', cell.cancelled_by, 'created_at', booked_at,
  'created_by_id', desk, 'version', versions)) AS made
WHERE sample.id = %(sample)s
"""
ITEMS = """
INSERT INTO spa_appointmentitem SELECT made.* FROM cell, spa_appointmentitem sample,
LATERAL jsonb_populate_record(sample, jsonb_build_object(
  'id', nextval(pg_get_serial_sequence('spa_appointmentitem', 'id')), 'appointment_id', visit,
  'service_id', service, 'staff_id', staff, 'room_id', room, 'place', cell.place,
  'room_shared', shared, 'group', grp, 'occupies', cell.occupies, 'starts_at', cell.starts_at,
  'ends_at', cell.ends_at, 'staff_busy_until', busy_until, 'room_busy_until', busy_until,
  'price_cents', price, 'vat_percent', vat, 'duration_minutes', minutes)) AS made
WHERE sample.appointment_id = %(sample)s
"""
CHANGES = """
INSERT INTO spa_appointmentchange SELECT made.* FROM cell
CROSS JOIN LATERAL generate_series(1, cell.versions) AS v
CROSS JOIN LATERAL (SELECT v = 2 AS closing) AS step, spa_appointmentchange sample,
LATERAL jsonb_populate_record(sample, jsonb_build_object(
  'id', nextval(pg_get_serial_sequence('spa_appointmentchange', 'id')), 'appointment_id', visit,
  'version', v, 'at', CASE WHEN closing THEN closed_at ELSE booked_at END, 'user_id', desk,
  'action', CASE WHEN NOT closing THEN 'book' WHEN status = 'completed' THEN 'complete'
    WHEN status = 'cancelled' THEN 'cancel' ELSE status END,
  'day', (starts_at AT TIME ZONE %(zone)s)::date,
  'state', sample.state || jsonb_build_object(
    'status', CASE WHEN closing THEN status ELSE 'confirmed' END,
    'starts_at', starts_at, 'ends_at', ends_at, 'client', client, 'group', grp,
    'closed_at', CASE WHEN closing THEN closed_at END, 'deposit_cents', deposit,
    'price_cents', price,
    'cancelled_by', CASE WHEN closing THEN cancelled_by ELSE '' END,
    'items', jsonb_build_array(sample.state->'items'->0 || jsonb_build_object(
      'service', service, 'staff', staff, 'room', room, 'place', place, 'starts_at', starts_at,
      'ends_at', ends_at, 'staff_busy_until', busy_until, 'room_busy_until', busy_until,
      'occupies', occupies OR NOT closing, 'price_cents', price, 'vat_percent', vat))
  ))) AS made
WHERE sample.appointment_id = %(sample)s
"""


@dataclass(frozen=True)
class Cast:
    """Who and what the written visits are made of, by their keys."""

    now: datetime
    today: str
    zone: str
    desks: list[int]
    staff: list[int]  # the first six treat in cabins, the others in the salon
    rooms: list[int]  # six cabins, then the salon
    cabin_services: list[int]
    salon_services: list[int]
    sample: int  # the visit that all are copies of


def write(which: str, cast: Cast, *, first: int, until: int, client: int, clients: int) -> None:
    """Write the cells `first` to `until` of a kind; `clients` from the key `client` take turns."""
    values = {**vars(cast), "days": DAYS_AHEAD, "is_over": which == "history"}
    values |= {"begin": first, "client": client, "clients": clients}
    statements = (CELLS.format(chosen=CHOSEN[which]), APPOINTMENTS, ITEMS, CHANGES)
    size = BATCH if which == "history" else until
    for start in range(first, until, size):
        values |= {"first": start, "until": min(start + size, until)}
        with transaction.atomic(), connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql, values)
            cursor.execute("DROP TABLE cell")
