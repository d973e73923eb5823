"""How the gateway has answered of late: what the footer and the managers' screen tell."""

from django.db import models
from django.db.models import F, Q


class GatewayKey(models.TextChoices):
    """With which key Wompi was asked; nobody reads these words on a screen."""

    PUBLIC = "public"
    PRIVATE = "private"


class GatewayMinute(models.Model):
    """The calls of one minute with one key. A failure is the gateway's own: not its saying no."""

    minute = models.DateTimeField()
    key = models.CharField(max_length=7, choices=GatewayKey)
    calls = models.PositiveIntegerField()
    failures = models.PositiveIntegerField(default=0)
    total_ms = models.PositiveBigIntegerField()
    slowest_ms = models.PositiveIntegerField()
    answered_at = models.DateTimeField(null=True)  # the last answer that took the key
    refused_at = models.DateTimeField(null=True)  # the last that did not
    refused_with = models.PositiveSmallIntegerField(null=True)  # 401 or 403

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["minute", "key"], name="gateway_minute_is_counted_once_for_a_key"
            ),
            models.CheckConstraint(
                name="gateway_minute_key_is_known", condition=Q(key__in=GatewayKey.values)
            ),
            models.CheckConstraint(
                name="gateway_minute_has_counted_something",
                condition=Q(calls__gte=1, failures__lte=F("calls"), slowest_ms__lte=F("total_ms")),
            ),
            models.CheckConstraint(
                name="gateway_minute_that_was_refused_says_how",
                condition=Q(refused_at__isnull=True, refused_with__isnull=True)
                | Q(
                    refused_at__isnull=False,
                    refused_with__isnull=False,
                    refused_with__in=(401, 403),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M} {self.key}: {self.calls}"
