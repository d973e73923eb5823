"""The four statements of a search, as text.

Django takes three times as long to write them anew each time as PostgreSQL to answer them, and
each booking asks twice. Instants come as whole minutes since the epoch, which is what the engine
counts in: a start rounded down, an end rounded up.
"""

from django.db import connection

# Whom a service could be done by: the active staff who have all its skills.
ABLE = """
ARRAY(
  SELECT member.id FROM spa_staffmember member
  WHERE member.is_active AND NOT EXISTS (
    SELECT FROM spa_service_skills needed
    WHERE needed.service_id = spa_service.id AND NOT EXISTS (
      SELECT FROM spa_staffmember_skills own
      WHERE own.staffmember_id = member.id AND own.skill_id = needed.skill_id)))
"""
SERVICES = f"""
SELECT spa_service.*, {ABLE} AS able FROM spa_service WHERE id = ANY(%(ids)s::bigint[])
"""  # noqa: S608  # nothing in it comes from outside

# Who is out is out everywhere, wherever that was written down.
HOUSE = """
SELECT
  (SELECT coalesce(json_agg(o ORDER BY o.id), '[]') FROM spa_openinghours o
    WHERE o.location_id = l.id) AS opening,
  (SELECT coalesce(json_agg(a ORDER BY a.id), '[]') FROM spa_staffavailability a
    JOIN spa_staffmember member ON member.id = a.staff_id AND member.is_active
    WHERE a.location_id = l.id
      AND a.valid_from <= %(last)s AND (a.valid_until IS NULL OR a.valid_until >= %(first)s)
  ) AS shifts,
  (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
    SELECT id, kind_id, places, shared, name FROM spa_room
    WHERE location_id = l.id AND is_active) r) AS rooms,
  (SELECT coalesce(json_agg(e ORDER BY e.id), '[]') FROM (
    SELECT id, staff_id, room_id, kind, note, weekday, from_minute, to_minute, valid_from,
      valid_until, floor(extract(epoch FROM starts_at) / 60)::bigint AS starts_at,
      ceil(extract(epoch FROM ends_at) / 60)::bigint AS ends_at
    FROM spa_availabilityexclusion x
    WHERE (x.location_id = l.id OR x.staff_id IN (
        SELECT w.staff_id FROM spa_staffavailability w WHERE w.location_id = l.id))
      AND (x.starts_at < %(end)s AND x.ends_at > %(start)s
        OR x.weekday = ANY(%(weekdays)s) AND x.valid_from <= %(last)s
          AND (x.valid_until IS NULL OR x.valid_until >= %(first)s))) e) AS exclusions,
  (SELECT row_to_json(p) FROM spa_spapolicy p) AS policy,
  (SELECT min(duration_minutes) FROM spa_service WHERE withdrawn_at IS NULL) AS shortest,
  (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_minutes)
    FROM spa_service WHERE withdrawn_at IS NULL) AS middling
FROM spa_location l WHERE l.id = %(location)s
"""

# The filters repeat the exclusion constraints' condition and range, so that their indexes answer.
_OCCUPYING = """
SELECT id, appointment_id, staff_id, room_id, place, "group",
  floor(extract(epoch FROM starts_at) / 60)::bigint,
  ceil(extract(epoch FROM staff_busy_until) / 60)::bigint,
  ceil(extract(epoch FROM room_busy_until) / 60)::bigint
FROM spa_appointmentitem
WHERE occupies AND {who} = ANY(%({who})s::bigint[])
  AND tstzrange(starts_at, {until}, '[)') && tstzrange(%(start)s, %(end)s, '[)')
  AND appointment_id <> ALL(%(away)s::bigint[])
"""
BUSY = (
    _OCCUPYING.format(who="staff_id", until="staff_busy_until")
    + " UNION "
    + _OCCUPYING.format(who="room_id", until="room_busy_until")
)

# What is completed is in the way only until it really ended; `least` passes over a null.
CLIENTS = """
SELECT c.id,
  (SELECT coalesce(json_agg(json_build_array(v.id,
      floor(extract(epoch FROM v.starts_at) / 60)::bigint,
      ceil(extract(epoch FROM v.until) / 60)::bigint) ORDER BY v.starts_at), '[]')
    FROM (
      SELECT id, starts_at, CASE status WHEN 'completed'
        THEN greatest(starts_at, least(ends_at, finished_at, closed_at)) ELSE ends_at END AS until
      FROM spa_appointment a
      WHERE a.client_id = c.id AND a.status = ANY(%(binding)s)
        AND a.starts_at < %(end)s AND a.ends_at > %(start)s AND a.id <> ALL(%(away)s::bigint[])) v),
  (SELECT i.staff_id FROM spa_appointmentitem i JOIN spa_appointment a ON a.id = i.appointment_id
    WHERE a.client_id = c.id AND a.status = 'completed' AND i.staff_id IS NOT NULL
    GROUP BY i.staff_id ORDER BY count(*) DESC, i.staff_id LIMIT 1)
FROM spa_client c WHERE c.id = ANY(%(ids)s::bigint[])
"""


def rows(statement: str, **values: object) -> list[tuple]:
    """Run one of the statements."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
