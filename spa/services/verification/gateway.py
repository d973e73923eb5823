"""That every approved transaction of the gateway has a home, once, and the one that it says."""

# Money that a transaction brought is in the journal once, with the figure that it says.
_POSTED = """
WITH booked AS (
  SELECT e.gateway_id, sum(l.amount_cents) FILTER (WHERE l.account = 'wompi') AS cents
  FROM spa_journalentry e JOIN spa_journalline l ON l.entry_id = e.id
  WHERE e.gateway_id <> '' GROUP BY e.gateway_id
)
SELECT coalesce(t.gateway_id, b.gateway_id) || ', ' || found.what
FROM spa_gatewaytransaction t FULL JOIN booked b ON b.gateway_id = t.gateway_id
LEFT JOIN spa_payment p ON p.id = t.receipt_id CROSS JOIN LATERAL (VALUES
  ('no transaction', t.id IS NULL),
  ('not posted as it says', coalesce(b.cents, 0) <> coalesce(t.posted_cents, 0)),
  ('no home', t.status = 'APPROVED' AND t.home = ''),
  ('another sum than its receipt', p.amount_cents <> t.posted_cents),
  ('receipt is not approved', p.state NOT IN ('approved', 'voided')),
  ('receipt is of another method', p.method <> 'wompi'),
  ('taken back only here', p.state = 'voided' AND t.status <> 'VOIDED'),
  ('taken back only there', t.status = 'VOIDED' AND p.state = 'approved'),
  ('waits, although it went back',
    t.status = 'VOIDED' AND t.home IN ('unapplied', 'listed') AND t.resolution = '')
) AS found(what, wrong) WHERE found.wrong
"""
_RECEIPT = """
SELECT p.code FROM spa_payment p
WHERE p.method = 'wompi' AND p.state IN ('approved', 'voided')
  AND NOT EXISTS (SELECT FROM spa_gatewaytransaction t WHERE t.receipt_id = p.id)
"""
_HOMELESS = """
WITH waiting AS (
  SELECT coalesce(sum(posted_cents), 0) AS cents FROM spa_gatewaytransaction
  WHERE home = 'unapplied' AND resolution = ''
), booked AS (
  SELECT coalesce(-sum(amount_cents), 0) AS cents FROM spa_journalline
  WHERE account = 'unapplied_money'
)
SELECT 'unapplied_money' FROM waiting, booked WHERE waiting.cents <> booked.cents
"""
_REQUEST = """
SELECT r.appointment FROM spa_paymentrequest r JOIN spa_appointment a ON a.code = r.appointment
WHERE r.closed_at IS NULL AND a.status IN ('cancelled', 'no_show', 'expired')
"""

# An attempt that nobody has asked about for an hour although its moment came; an event, likewise.
_STUCK = """
SELECT code FROM spa_payment WHERE look_at < %(now)s - interval '1 hour'
UNION ALL
SELECT transaction_id FROM spa_webhookevent WHERE look_at < %(now)s - interval '1 hour'
"""

# An announcement is looked at until a read says what it was, or until two days of tries are over.
_UNREAD = "SELECT transaction_id FROM spa_webhookevent WHERE truth = '' AND look_at IS NULL"

CHECKS = {
    "a transaction of the gateway is not where it says:": _POSTED,
    "a payment by link has no transaction:": _RECEIPT,
    "money without a home is not what the journal says:": _HOMELESS,
    "a link is open for a visit that will not be:": _REQUEST,
    "what an event of Wompi announced was never read:": _UNREAD,
}
LATE = {"Wompi was not asked for an hour about": _STUCK}
