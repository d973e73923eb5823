from django.db import models


class Heartbeat(models.Model):
    """When something last proved that it lives; `tasks` beats once a minute, through a task."""

    name = models.CharField(primary_key=True, max_length=30)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
