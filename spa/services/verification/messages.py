"""What must leave and does not: a message that nobody sends, a claim that nobody ends.

The sweep looks every minute, so that an hour means that no sweep runs, or that it always fails.
"""

_STUCK = """
SELECT id || ' (' || kind || ' ' || subject || ')' FROM spa_outboxmessage
WHERE state = '{state}' AND {since} < %(now)s - interval '1 hour'
"""

CHECKS = {
    "a message is an hour late:": _STUCK.format(state="waiting", since="due_at"),
    "a message was claimed and left:": _STUCK.format(state="claimed", since="claimed_until"),
}
