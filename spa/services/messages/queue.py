"""A task for the cluster, by name, as part of the transaction of its cause.

`spa` does not know `tasks`; the queue is a table, so that a rollback takes the task back too.
"""

from datetime import timedelta

from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.tasks import async_task

SEND = "tasks.messages.send"


class Later(ORM):
    """The queue in the database; no worker sees what is put into it before `wait` has passed."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait

    def enqueue(self, task: str) -> int:
        # Workers take what is not locked any more; the clock of the queue is never shifted.
        free_at = timezone.now() + self.wait
        row = self.get_connection().create(key=self.list_key, payload=task, lock=free_at)
        return row.pk


def send_after(wait: timedelta, *messages: int) -> None:
    """Have these messages, by key, sent as soon as `wait` has passed. One query."""
    if messages:
        async_task(SEND, *messages, broker=Later(wait))
