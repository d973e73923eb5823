"""The outbox's jobs: `send` is queued with each message, `sweep` finds what was left lying."""

import time

from spa import clock
from spa.services.messages import send as outbox
from tasks import letters
from tasks.jobs import job

# A sweep ends well before django-q2 ends it; the next one goes on.
SWEEP_SECONDS = 40
MOST_AT_ONCE = 500


@job
def send(*keys: int) -> int:
    """Send these messages, if they are due and nobody else does; return how many left."""
    return sum(outbox.send(key, now=clock.now(), deliver=letters.deliver) for key in keys)


@job
def sweep() -> int:
    """Send whatever is due: what was put off, what failed, what a killed worker left."""
    until = time.monotonic() + SWEEP_SECONDS
    sent = 0
    for key in outbox.due(now=clock.now(), most=MOST_AT_ONCE):
        if time.monotonic() > until:
            break
        sent += outbox.send(key, now=clock.now(), deliver=letters.deliver)
    return sent
