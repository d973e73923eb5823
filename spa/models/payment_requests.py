"""What a client is asked to pay by link (rule book §6); the attempts are `Payment` rows of it."""

import secrets
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RequestPurpose(models.TextChoices):
    DEPOSIT = "deposit", _("Deposit")
    BALANCE = "balance", _("Balance")


class RequestEnd(models.TextChoices):
    """Why nothing more is asked for by a link."""

    PAID = "paid", pgettext_lazy("payment link", "Paid")
    ENDED = "ended", _("Ended by the desk")
    OVER = "over", _("The visit does not wait for it any more")
    REPLACED = "replaced", _("Replaced by another")


def new_public_id() -> UUID:
    """Return 128 random bits: what a link names its row by (SEC-25)."""
    return UUID(bytes=secrets.token_bytes(16))


class PaymentRequestQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self if user.all_locations else self.filter(location__users=user)

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class PaymentRequest(models.Model):
    """What a client is asked to pay for a visit, behind one secret link.

    The link is formed when it is shown or sent and stored nowhere; a new `token_version` ends
    all that were given out. A deposit is asked for until the visit's `held_until`.
    """

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False)
    token_version = models.PositiveSmallIntegerField(default=1)
    purpose = models.CharField(_("purpose"), max_length=8, choices=RequestPurpose)
    location = models.ForeignKey("Location", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey("Client", on_delete=models.PROTECT, related_name="+")
    appointment = models.CharField(_("visit"), max_length=16)
    amount_cents = models.PositiveBigIntegerField(_("amount"))
    ends_at = models.DateTimeField(null=True)  # of a balance; a deposit's is its visit's
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_again_at = models.DateTimeField(null=True)  # the client wants another link
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=8, choices=RequestEnd, blank=True)

    objects = PaymentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment link")
        verbose_name_plural = _("payment links")
        default_permissions = ("view",)
        permissions = [("send_paymentrequest", "Can send payment links and end them")]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(closed_at=None),
                name="payment_request_is_one_at_a_time_for_a_visit",
            ),
            models.CheckConstraint(
                name="payment_request_purpose_is_known",
                condition=Q(purpose__in=RequestPurpose.values),
            ),
            models.CheckConstraint(
                name="payment_request_is_whole_pesos_and_not_nothing",
                condition=Q(amount_cents__gt=0, amount_cents=F("amount_cents") / 100 * 100),
            ),
            models.CheckConstraint(
                name="payment_request_has_one_end",
                condition=Q(purpose=RequestPurpose.DEPOSIT, ends_at__isnull=True)
                | ~Q(purpose=RequestPurpose.DEPOSIT) & Q(ends_at__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_request_that_is_closed_says_why",
                condition=Q(closed_at__isnull=True, closed_reason="")
                | Q(closed_at__isnull=False, closed_reason__in=RequestEnd.values),
            ),
        ]
        indexes = [
            models.Index(fields=["appointment"], name="request_by_appointment"),
            models.Index(
                fields=["location", "-created_at"],
                name="request_that_is_open",
                condition=Q(closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.appointment}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
