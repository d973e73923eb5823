"""What the gateway reports of payments by link (rule book §6).

What Wompi says is kept as it says it, cents too; which money a transaction became, and that it
did so once, is proved by constraint.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TransactionStatus(models.TextChoices):
    """Wompi's own words."""

    PENDING = "PENDING", _("Under way")
    APPROVED = "APPROVED", _("Approved")
    DECLINED = "DECLINED", _("Declined")
    ERROR = "ERROR", _("Failed")
    VOIDED = "VOIDED", pgettext_lazy("payment", "Taken back")


class Home(models.TextChoices):
    """Where the money of an approved transaction is; nothing has come of one without."""

    PAYMENT = "payment", _("A payment")
    UNAPPLIED = "unapplied", _("Without a home")
    LISTED = "listed", _("Not in the books")  # another currency: no peso of ours


class Mismatch(models.TextChoices):
    """Why money of the gateway belongs to no payment."""

    AMOUNT = "amount", _("Another amount than asked for")
    CURRENCY = "currency", _("Another currency")
    REFERENCE = "reference", _("No payment of ours has this reference")


class Resolution(models.TextChoices):
    """What a manager, or the gateway, made of money without a home."""

    APPLIED = "applied", _("Applied to a visit")
    CREDITED = "credited", _("Given as credit")
    REFUNDED = "refunded", _("Given back outside")
    VOIDED = "voided", _("Taken back at Wompi")


T, H = TransactionStatus, Home
WITH_RECEIPT = (Resolution.APPLIED, Resolution.CREDITED)


class GatewayTransactionQuerySet(models.QuerySet):
    def locked(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")

    def visible_to(self, user) -> Self:
        """Return what a user's houses are about; money that is of no house is everybody's."""
        if user.all_locations:
            return self
        return self.filter(Q(payment=None) | Q(payment__location__in=user.locations.all()))

    def without_home(self) -> Self:
        """Return the transactions whose money had to be decided about, or has to be."""
        return self.filter(home__in=(H.UNAPPLIED, H.LISTED))

    def homeless(self) -> Self:
        """Return the transactions whose money waits for a manager."""
        return self.without_home().filter(resolution="")


class GatewayTransaction(models.Model):
    """One transaction as Wompi reported it when it was asked.

    `payment` is the attempt that has its reference. Its money was posted once, `posted_cents` of
    it: onto `receipt`, or to the money without a home.
    """

    gateway_id = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=255)
    payment = models.ForeignKey(
        "Payment", null=True, on_delete=models.PROTECT, related_name="transactions"
    )
    status = models.CharField(_("state"), max_length=8, choices=TransactionStatus)
    amount_cents = models.PositiveBigIntegerField(_("amount"))  # as it is, cents too
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=40, blank=True)
    status_message = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()  # at Wompi
    seen_at = models.DateTimeField()
    home = models.CharField(max_length=9, choices=Home, blank=True)
    mismatch = models.CharField(max_length=9, choices=Mismatch, blank=True)
    posted_cents = models.PositiveBigIntegerField(default=0)
    receipt = models.ForeignKey(
        "Payment", null=True, on_delete=models.PROTECT, related_name="brought_by"
    )
    resolution = models.CharField(max_length=8, choices=Resolution, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution_note = models.CharField(max_length=200, blank=True)  # erased with the client
    void_asked_at = models.DateTimeField(null=True)
    void_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    void_refused = models.CharField(max_length=255, blank=True)  # in Wompi's words
    body = models.JSONField(default=dict)  # names the payer: erased with her

    objects = GatewayTransactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("transaction of the gateway")
        verbose_name_plural = _("transactions of the gateway")
        default_permissions = ("view",)
        permissions = [("resolve_gatewaytransaction", "Can decide about money without a home")]
        constraints = [
            # Deferred: of two approvals of one reference either may be the one that is taken back.
            models.UniqueConstraint(
                fields=["receipt"],
                name="transaction_has_a_receipt_of_its_own",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="transaction_status_is_known", condition=Q(status__in=T.values)
            ),
            models.CheckConstraint(
                name="transaction_has_a_home_only_when_it_was_approved",
                condition=Q(home="") | Q(status__in=(T.APPROVED, T.VOIDED), home__in=H.values),
            ),
            models.CheckConstraint(
                name="transaction_is_posted_where_its_home_is",
                condition=Q(home__in=("", H.LISTED), posted_cents=0)
                | Q(
                    home__in=(H.PAYMENT, H.UNAPPLIED),
                    posted_cents__gt=0,
                    posted_cents=F("posted_cents") / 100 * 100,
                ),
            ),
            models.CheckConstraint(
                name="transaction_has_its_receipt",
                condition=Q(home=H.PAYMENT, receipt__isnull=False, resolution="")
                | ~Q(home=H.PAYMENT)
                & (
                    Q(
                        resolution__in=(Resolution.APPLIED, Resolution.CREDITED),
                        receipt__isnull=False,
                    )
                    | ~Q(resolution__in=(Resolution.APPLIED, Resolution.CREDITED))
                    & Q(receipt__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="transaction_without_a_home_says_why",
                condition=Q(home__in=(H.UNAPPLIED, H.LISTED), mismatch__in=Mismatch.values)
                | Q(home__in=("", H.PAYMENT), mismatch=""),
            ),
            models.CheckConstraint(
                name="transaction_that_was_resolved_says_when",
                condition=Q(resolution="", resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(
                    home__in=(H.UNAPPLIED, H.LISTED),
                    resolution__in=Resolution.values,
                    resolved_at__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["reference"], name="transaction_by_reference"),
            models.Index(
                fields=["seen_at"],
                name="transaction_without_a_home",
                condition=Q(home__in=(H.UNAPPLIED, H.LISTED), resolution=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gateway_id} {self.status}"


class EventOutcome(models.TextChoices):
    """What an event of Wompi's was when it came, compared with our own rows."""

    OWNED = "owned", _("A payment of ours")
    UNOWNED = "unowned", _("No payment of ours")
    MISMATCH = "mismatch", _("Another amount or currency")


class EventTruth(models.TextChoices):
    """What a read of the announced transaction said about the event."""

    CONFIRMED = "confirmed", _("Confirmed")
    UNKNOWN = "unknown", _("Wompi does not know it")
    DIFFERENT = "different", _("Wompi says something else")


class WebhookEvent(models.Model):
    """An event whose checksum was right. It announces; a read of its transaction decides."""

    transaction_id = models.CharField(max_length=64)
    status = models.CharField(max_length=32)
    reference = models.CharField(max_length=255)
    amount_cents = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    timestamp = models.BigIntegerField()  # UNIX seconds, of the first delivery
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=EventOutcome)
    truth = models.CharField(max_length=9, choices=EventTruth, blank=True)
    # When its transaction is read next, and how often that was tried; none: it was.
    look_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)  # names the payer: erased with her

    class Meta:
        verbose_name = _("event of the gateway")
        verbose_name_plural = _("events of the gateway")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["transaction_id", "status", "reference"], name="webhook_event_is_kept_once"
            ),
            models.CheckConstraint(
                name="webhook_event_outcome_is_known",
                condition=Q(outcome__in=EventOutcome.values, truth__in=("", *EventTruth.values)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], name="webhook_event_to_look_at", condition=~Q(look_at=None)
            ),
            models.Index(
                fields=["received_at"],
                name="webhook_event_of_nobody",
                condition=Q(outcome=EventOutcome.UNOWNED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.status}"
