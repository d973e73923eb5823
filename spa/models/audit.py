"""Who did what, for ever (rule book §12)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditLog(models.Model):
    """One thing that somebody did. Append-only by trigger, and without foreign keys.

    Holds names of changed fields and plain facts (counts, codes), never personal or health
    values: old values and written reasons live in `ClientChange`, which erasure can clear.
    """

    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)  # no foreign key: the log outlives the account
    origin = models.CharField(_("from where"), max_length=16)
    action = models.CharField(_("action"), max_length=40)
    subject = models.CharField(_("subject"), max_length=40)  # "appointment:BR-48213"
    reason_code = models.CharField(_("reason"), max_length=40, blank=True)
    fields = ArrayField(models.CharField(max_length=40), default=list)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["subject", "at"], name="audit_by_subject"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
