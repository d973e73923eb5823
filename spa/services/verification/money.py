"""That the journal balances, and that visits, credit, drawers and payments say what it says."""

from spa.models import ACTIVE

_UNBALANCED = """
SELECT e.id::text FROM spa_journalentry e LEFT JOIN spa_journalline l ON l.entry_id = e.id
GROUP BY e.id HAVING count(l.id) < 2 OR sum(l.amount_cents) <> 0
"""
_ORPHAN = """
SELECT l.id::text FROM spa_journalline l
WHERE NOT EXISTS (SELECT FROM spa_journalentry e WHERE e.id = l.entry_id)
"""

# -- Visits -----------------------------------------------------------------------------------
_VISIT = """
WITH booked AS (
  SELECT substr(subledger, 7) AS code,
    -coalesce(sum(amount_cents) FILTER (WHERE account = 'client_deposits'), 0) AS held,
    coalesce(sum(amount_cents) FILTER (WHERE account = 'receivables'), 0) AS owed
  FROM spa_journalline WHERE subledger LIKE 'visit:%%' GROUP BY subledger
), cost AS (
  SELECT appointment_id, sum(price_cents) AS price FROM spa_appointmentitem GROUP BY appointment_id
)
SELECT a.code || ', ' || found.what FROM spa_appointment a
LEFT JOIN booked b ON b.code = a.code LEFT JOIN cost c ON c.appointment_id = a.id
CROSS JOIN LATERAL (VALUES
  ('price', coalesce(c.price, 0) <> a.price_cents),
  ('debt', coalesce(b.owed, 0) <> a.debt_cents),
  ('paid', coalesce(b.held, 0)
    <> CASE WHEN a.status = ANY(%(active)s) THEN a.paid_cents ELSE 0 END),
  ('overpaid', a.discount_cents + a.paid_cents > a.price_cents),
  ('not settled', a.status = 'completed' AND NOT a.before_the_books
    AND a.price_cents <> a.discount_cents + a.paid_cents + a.debt_cents)
) AS found(what, wrong) WHERE found.wrong
"""

# -- Credit -----------------------------------------------------------------------------------
_CREDIT = """
WITH lots AS (
  SELECT client_id, sum(remaining_cents) AS cents FROM spa_clientcredit GROUP BY client_id
), booked AS (
  SELECT substr(subledger, 8)::bigint AS client_id, -sum(amount_cents) AS cents
  FROM spa_journalline WHERE account = 'client_credit' GROUP BY subledger
)
SELECT client_id::text FROM lots FULL JOIN booked USING (client_id)
WHERE coalesce(lots.cents, 0) <> coalesce(booked.cents, 0)
"""
_LOT = """
SELECT c.id::text FROM spa_clientcredit c
LEFT JOIN spa_credituse u ON u.credit_id = c.id GROUP BY c.id
HAVING c.remaining_cents NOT BETWEEN 0 AND c.initial_cents
  OR coalesce(sum(u.cents - u.returned_cents), 0) > c.initial_cents - c.remaining_cents
"""
_USE = """
WITH used AS (
  SELECT appointment, sum(cents - returned_cents) AS cents FROM spa_credituse GROUP BY appointment
), booked AS (
  SELECT e.appointment, sum(l.amount_cents) AS cents
  FROM spa_journalentry e JOIN spa_journalline l ON l.entry_id = e.id
  WHERE e.event IN ('credit_spent', 'credit_given_back') AND l.account = 'client_credit'
  GROUP BY e.appointment
)
SELECT appointment FROM used FULL JOIN booked USING (appointment)
WHERE coalesce(used.cents, 0) <> coalesce(booked.cents, 0)
"""

# -- Drawers ----------------------------------------------------------------------------------
_DRAWER = """
WITH moved AS (
  SELECT session_id AS id, sum(amount_cents) AS cents FROM spa_cashmovement GROUP BY session_id
), booked AS (
  SELECT substr(subledger, 9)::bigint AS id, sum(amount_cents) AS cents
  FROM spa_journalline WHERE account = 'cash' GROUP BY subledger
)
SELECT id::text || ', ' || found.what FROM spa_cashsession s
LEFT JOIN moved USING (id) FULL JOIN booked USING (id) CROSS JOIN LATERAL (VALUES
  ('cash', coalesce(moved.cents, 0) <> coalesce(booked.cents, 0)),
  ('less than nothing', moved.cents < 0),
  ('not handed in', s.closed_at IS NOT NULL AND moved.cents <> 0),
  ('miscounted', s.closed_at IS NOT NULL AND s.counted_cents <> 100 * coalesce(
    (SELECT sum(worth::bigint * pieces::bigint) FROM jsonb_each_text(s.counts) AS c(worth, pieces)),
    0))
) AS found(what, wrong) WHERE found.wrong
"""

# A day that is closed says what its drawers came to, and has none that is open.
_CLOSE = """
SELECT l.id::text || ' ' || c.day || ', ' || found.what FROM spa_dayclose c
JOIN spa_location l ON l.id = c.location_id CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE s.closed_at IS NULL) AS open,
    count(*) FILTER (WHERE s.counted_cents <> s.expected_cents) AS off,
    coalesce(sum(s.counted_cents - s.expected_cents), 0) AS difference
  FROM spa_cashsession s JOIN spa_cashdrawer d ON d.id = s.drawer_id
  WHERE d.location_id = l.id AND (s.opened_at AT TIME ZONE l.zone)::date = c.day
) AS drawers CROSS JOIN LATERAL (VALUES
  ('a drawer is open', drawers.open > 0),
  ('difference', drawers.off <> c.drawers_off OR drawers.difference <> c.difference_cents)
) AS found(what, wrong) WHERE c.reopened_at IS NULL AND found.wrong
"""

# -- Payments ---------------------------------------------------------------------------------
# What was taken, taken back, and given back of each, by the journal, in cents.
_PAYMENT = """
WITH booked AS (
  SELECT e.payment AS code,
    sum(l.amount_cents) FILTER (WHERE e.event = 'payment_taken' AND l.account = ANY(%(money)s))
      AS taken,
    -sum(l.amount_cents) FILTER (WHERE e.event = 'payment_voided' AND l.account = ANY(%(money)s))
      AS voided,
    -sum(l.amount_cents) FILTER (WHERE e.event = 'payment_taken' AND l.account = 'tips_payable')
      AS tips,
    sum(l.amount_cents) FILTER (WHERE l.amount_cents > 0
      AND e.event IN ('payment_refunded', 'payment_charged_back')) AS refunded,
    count(DISTINCT e.id) FILTER (WHERE e.event = 'payment_taken') AS entries
  FROM spa_journalentry e JOIN spa_journalline l ON l.entry_id = e.id
  WHERE e.payment <> '' GROUP BY e.payment
), tip AS (
  SELECT payment_id, sum(cents) AS cents FROM spa_tip GROUP BY payment_id
), refund AS (
  SELECT payment_id, sum(cents) AS cents,
    coalesce(sum(cents) FILTER (WHERE reason_code = 'chargeback'), 0) AS by_the_bank
  FROM spa_refund GROUP BY payment_id
), moved AS (
  SELECT payment, sum(amount_cents) FILTER (WHERE kind IN ('payment', 'void')) AS cents
  FROM spa_cashmovement WHERE payment <> '' GROUP BY payment
)
SELECT coalesce(p.code, b.code) || ', ' || found.what
FROM spa_payment p FULL JOIN booked b ON b.code = p.code
LEFT JOIN tip ON tip.payment_id = p.id LEFT JOIN refund ON refund.payment_id = p.id
LEFT JOIN moved ON moved.payment = p.code CROSS JOIN LATERAL (VALUES
  ('no payment', p.id IS NULL),
  ('not in the journal', coalesce(b.taken, 0)
    <> CASE WHEN p.state IN ('approved', 'voided') THEN p.amount_cents ELSE 0 END),
  ('posted twice', b.entries > 1),
  ('taken back', coalesce(b.voided, 0)
    <> CASE WHEN p.state = 'voided' THEN p.amount_cents - coalesce(refund.by_the_bank, 0)
      ELSE 0 END),
  ('parts', p.state IN ('approved', 'voided')
    AND p.amount_cents <> p.applied_cents + p.tip_cents + p.credited_cents),
  ('tips', coalesce(tip.cents, 0) <> p.tip_cents OR coalesce(b.tips, 0) <> p.tip_cents),
  ('refunds', coalesce(refund.cents, 0) <> p.refunded_cents
    OR coalesce(b.refunded, 0) <> p.refunded_cents
    OR p.refunded_cents > p.applied_cents + p.credited_cents),
  ('cash', p.method = 'cash' AND coalesce(moved.cents, 0)
    <> CASE WHEN p.state = 'approved' THEN p.amount_cents ELSE 0 END)
) AS found(what, wrong) WHERE found.wrong
"""
# What a house has of each method is what was paid, less what was given back.
_METHOD = """
SELECT account FROM spa_journalline
WHERE account = ANY(%(money)s) AND account NOT IN ('cash', 'unapplied_money')
GROUP BY account HAVING sum(amount_cents) <> coalesce((
  SELECT sum(amount_cents) FROM spa_payment p WHERE p.method = account AND p.state = 'approved'
), 0) - coalesce((
  SELECT sum(r.cents) FROM spa_refund r JOIN spa_payment p ON p.id = r.payment_id
  WHERE r.way = account
    OR r.reason_code = 'chargeback' AND p.method = account AND p.state <> 'voided'
), 0) + coalesce((
  SELECT sum(posted_cents) FROM spa_gatewaytransaction
  WHERE account = 'wompi' AND home = 'unapplied' AND resolution = ''
), 0)
"""
_TIPS = """
WITH owed AS (
  SELECT staff_id, sum(t.cents) AS cents FROM spa_tip t
  JOIN spa_payment p ON p.id = t.payment_id WHERE p.state = 'approved' GROUP BY staff_id
), booked AS (
  SELECT substr(l.subledger, 7)::bigint AS staff_id, -sum(l.amount_cents) AS cents
  FROM spa_journalentry e JOIN spa_journalline l ON l.entry_id = e.id
  WHERE l.account = 'tips_payable' AND e.event <> 'tip_paid_out' GROUP BY l.subledger
)
SELECT staff_id::text FROM owed FULL JOIN booked USING (staff_id)
WHERE coalesce(owed.cents, 0) <> coalesce(booked.cents, 0)
"""

CHECKS = {
    "an entry of the journal does not balance:": _UNBALANCED,
    "a line of the journal has no entry:": _ORPHAN,
    "a visit's money is not what the journal says:": _VISIT,
    "a client's credit is not what the journal says:": _CREDIT,
    "more of a credit is left than can be: lot": _LOT,
    "the credit that a visit used is not what the journal says:": _USE,
    "a drawer is not what the journal says: session": _DRAWER,
    "a closed day is not what its drawers say: location": _CLOSE,
    "a payment is not what the journal says:": _PAYMENT,
    "the money of a method is not what was paid:": _METHOD,
    "tips are not what the journal says: therapist": _TIPS,
}
VALUES = {
    "active": [str(status) for status in ACTIVE],
    # Where what is taken comes from; money that had no home was in the house already.
    "money": ["cash", "card_terminal", "bank_transfer", "wompi", "unapplied_money"],
}
