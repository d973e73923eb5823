"""What who treats writes down about a client's health, sealed (rule book §3; SEC-13, 38, 46)."""

import logging

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from spa import encryption

log = logging.getLogger(__name__)


class HealthNote(models.Model):
    """One note, never rewritten: what changes is a new note. Deleted when consent is withdrawn.

    Read it only through `services.clients.open_health_notes`, which writes down who did.
    """

    client = models.ForeignKey("Client", on_delete=models.CASCADE, related_name="health_notes")
    text_sealed = models.TextField(editable=False)
    at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("health note")
        verbose_name_plural = _("health notes")
        default_permissions = ()
        permissions = [
            ("view_health_note", "Can open the health notes of those she treats or books"),
            ("write_health_note", "Can write health notes about those she treats or books"),
        ]
        indexes = [models.Index(fields=["client", "-at"], name="health_note_by_client")]

    def __str__(self) -> str:
        return f"health note {self.pk}"

    @property
    def text(self) -> str:
        return encryption.decrypt(self.text_sealed, table="healthnote", pk=self.pk, field="text")

    @property
    def shown_text(self) -> str:
        """`text` as a page shows it: a seal that cannot be opened is said, and fails no page."""
        try:
            return self.text
        except encryption.CannotDecrypt:
            log.error("health note %d cannot be decrypted", self.pk)
            return gettext("This note cannot be read. Tell an administrator.")
