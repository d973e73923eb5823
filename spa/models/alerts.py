"""What managers have to know at once, told once (architecture §11)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AlertKind(models.TextChoices):
    AMOUNT_MISMATCH = "amount_mismatch", _("Money that belongs to no payment")
    UNKNOWN_TRANSACTION = "unknown_transaction", _("An event of which Wompi knows nothing")
    EVENT_DIFFERS = "event_differs", _("An event says something else than Wompi")
    LATE_MONEY = "late_money", _("Paid too late")
    TAKEN_BACK = "taken_back", _("A payment was taken back at Wompi")
    GATEWAY_DOWN = "gateway_down", _("Wompi does not answer")
    GATEWAY_SLOW = "gateway_slow", _("Wompi is slow")
    GATEWAY_KEYS = "gateway_keys", _("Wompi refuses our keys")


class AlertQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Return what is of a user's houses; of no house is what managers have to know."""
        here = Q(location__isnull=False)
        if not user.all_locations:
            here = Q(location__in=user.locations.all())
        if user.has_perm("spa.view_gatewaytransaction"):
            here |= Q(location=None)
        return self.filter(here)

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class Alert(models.Model):
    """Something that a manager has to know, told once as long as it is open.

    `facts` are counts and codes; never a personal value.
    """

    kind = models.CharField(max_length=24, choices=AlertKind)
    subject = models.CharField(max_length=80)
    location = models.ForeignKey("Location", null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    facts = models.JSONField(default=dict)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(closed_at=None),
                name="alert_is_open_once_for_its_subject",
            ),
            models.CheckConstraint(
                name="alert_kind_is_known", condition=Q(kind__in=AlertKind.values)
            ),
        ]
        indexes = [
            models.Index(
                fields=["-opened_at"], name="alert_that_is_open", condition=Q(closed_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
