"""Whom somebody has called because her therapist is out."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AbsenceCall(models.Model):
    """A client was told by phone that her visit cannot be as it stands; once for each exclusion."""

    exclusion = models.ForeignKey(
        "AvailabilityExclusion", on_delete=models.CASCADE, related_name="calls"
    )
    appointment = models.ForeignKey("Appointment", on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("call about an absence")
        verbose_name_plural = _("calls about absences")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["exclusion", "appointment"], name="absence_call_is_noted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exclusion_id}: {self.appointment_id}"
