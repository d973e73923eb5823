"""What the processes remember together of somebody who may fail: the circuit breaker's state."""

from django.db import models
from django.db.models import Q


class BreakerPhase(models.TextChoices):
    """The words are pybreaker's; nobody reads them on a screen."""

    CLOSED = "closed"
    OPEN = "open"
    TRIAL = "half-open"


class BreakerState(models.Model):
    """One row a breaker; without a row it is closed. Its moments are the database's own clock."""

    name = models.CharField(primary_key=True, max_length=30)
    phase = models.CharField(choices=BreakerPhase, default=BreakerPhase.CLOSED)
    failures = models.PositiveIntegerField(default=0)  # without a success between them
    # When it opened, or when the trial that is under way began.
    opened_at = models.DateTimeField(null=True)
    open_since = models.DateTimeField(null=True)  # when it first opened; a trial changes nothing

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="breaker_phase_is_known", condition=Q(phase__in=BreakerPhase.values)
            ),
            models.CheckConstraint(
                name="breaker_that_is_not_closed_has_its_moment",
                condition=Q(phase=BreakerPhase.CLOSED) | Q(opened_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.phase}"
