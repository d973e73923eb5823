"""Which tables only grow. Tests that flush must let TRUNCATE through on these."""

# TRUNCATE is refused on all of them.
APPEND_ONLY = (
    *("spa_auditlog", "spa_consent", "spa_appointmentchange"),
    *("spa_journalentry", "spa_journalline", "spa_cashmovement", "spa_tip", "spa_refund"),
)
