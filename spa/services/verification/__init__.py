"""Reading the living database for what must never be (rule book §12); changes nothing.

Each check is one statement that returns the codes or keys of what is wrong. They repeat what
constraints and triggers refuse, since a restored dump or a repair by hand may have got past
those, and add what no constraint can say: that each visit's history is a legal one and ends in
what the visit is now, and that each payment is in the journal, to the peso and once.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from spa.services.verification import gateway, messages, money, visits

CHECKS = visits.CHECKS | money.CHECKS | gateway.CHECKS
VALUES = visits.VALUES | money.VALUES


def findings(*, now: datetime | None = None) -> Iterator[str]:
    """Yield one line for each thing that is wrong; none when all is well.

    Without `now` nothing is said of what is late. One query for each check; seconds for tens of
    thousands of visits.
    """
    checks = CHECKS if now is None else CHECKS | messages.CHECKS | gateway.LATE
    with connection.cursor() as cursor:
        for what, sql in checks.items():
            cursor.execute(sql, VALUES | {"now": now})
            for (which,) in cursor.fetchall():
                yield f"{what} {which}"
