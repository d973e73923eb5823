"""What a form's `request_id` made the first time (rule book §5)."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """The result of one form's submission, so that its repetition changes nothing.

    Written in the transaction of the work itself: a refusal leaves no row and frees the key.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    request_id = models.UUIDField()
    operation = models.CharField(max_length=40)
    content_hash = models.CharField(max_length=64)
    result = models.CharField(max_length=64)  # the code or key of what was made
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "request_id"], name="request_id_is_used_once_by_a_user"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return f"{self.operation} {self.request_id}"
