"""How often something was tried of late: what the limits of the public pages count (SEC-28)."""

from django.db import models
from django.db.models import F, Q


class RateCounter(models.Model):
    """One row for a limit and whom it counts; a new window begins in the same row.

    Whom it counts stands here as a digest only: no address, token or account can be read from it.
    """

    key = models.CharField(primary_key=True, max_length=64)  # HMAC of the limit's name and whom
    name = models.CharField(max_length=30)  # of the limit, see spa/services/limits.py
    began_at = models.DateTimeField()
    # The window's end; of a limit that was overrun and has a pause, the end of that.
    ends_at = models.DateTimeField()
    count = models.PositiveIntegerField()  # since it began, the refused ones too

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="rate_counter_key_is_a_digest", condition=Q(key__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="rate_counter_ends_after_it_began", condition=Q(ends_at__gt=F("began_at"))
            ),
            models.CheckConstraint(
                name="rate_counter_has_counted_something", condition=Q(count__gte=1)
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="rate_counter_by_end")]

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
