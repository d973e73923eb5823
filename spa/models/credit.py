"""What the house owes a client in treatments: credit, in lots that expire (rule book §6)."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CreditOrigin(models.TextChoices):
    OVERPAID = "overpaid", _("Paid too much")
    CANCELLED = "cancelled", _("Visit cancelled")
    LATE = "late", _("Paid too late")
    REFUND = "refund", _("Refund")
    GOODWILL = "goodwill", _("To make up for a mistake of ours")
    PROMOTION = "promotion", _("A gift of the house")
    CORRECTION = "correction", _("Correction of a mistake in the books")


# What a manager may give by hand.
BY_HAND = (CreditOrigin.GOODWILL, CreditOrigin.PROMOTION, CreditOrigin.CORRECTION)


class ClientCreditQuerySet(models.QuerySet):
    def spendable(self, *, today: date) -> Self:
        """Return what can be spent on a day, in the order in which it is: soonest expiry first."""
        lots = self.filter(remaining_cents__gt=0, expires_on__gte=today)
        return lots.order_by("expires_on", "pk")

    def due(self, *, today: date) -> Self:
        """Return the lots whose last day is over and that still hold something."""
        return self.filter(remaining_cents__gt=0, expires_on__lt=today)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class ClientCredit(models.Model):
    """One lot: what was given at once, what is left of it, and its last day.

    The lots of a client hold what the journal says, at every commit (by trigger).
    """

    client = models.ForeignKey("Client", on_delete=models.PROTECT, related_name="credits")
    origin = models.CharField(max_length=16, choices=CreditOrigin)
    initial_cents = models.PositiveBigIntegerField()
    remaining_cents = models.PositiveBigIntegerField()
    expires_on = models.DateField()  # the last day on which it can be spent
    # The visit that it came from, by code; credit given by hand has none.
    appointment = models.CharField(max_length=16, blank=True)
    payment = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ClientCreditQuerySet.as_manager()

    class Meta:
        verbose_name = _("client credit")
        verbose_name_plural = _("client credits")
        default_permissions = ("view",)
        permissions = [("issue_clientcredit", "Can give a client credit by hand")]
        constraints = [
            models.CheckConstraint(
                name="credit_origin_is_known", condition=Q(origin__in=CreditOrigin.values)
            ),
            models.CheckConstraint(
                name="credit_is_never_overspent",
                condition=Q(remaining_cents__gte=0, remaining_cents__lte=F("initial_cents")),
            ),
            models.CheckConstraint(
                name="credit_is_whole_pesos_and_not_nothing",
                condition=Q(
                    initial_cents=F("initial_cents") / 100 * 100,
                    remaining_cents=F("remaining_cents") / 100 * 100,
                    initial_cents__gt=0,
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["client", "expires_on"],
                name="credit_that_is_left",
                condition=Q(remaining_cents__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.remaining_cents}"


class CreditUse(models.Model):
    """What a visit took out of a lot, and how much of that came back."""

    credit = models.ForeignKey(ClientCredit, on_delete=models.PROTECT, related_name="uses")
    appointment = models.CharField(max_length=16)
    cents = models.PositiveBigIntegerField()
    returned_cents = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("use of credit")
        verbose_name_plural = _("uses of credit")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="credit_use_is_whole_pesos_and_not_nothing",
                condition=Q(
                    cents=F("cents") / 100 * 100,
                    returned_cents=F("returned_cents") / 100 * 100,
                    cents__gt=0,
                ),
            ),
            models.CheckConstraint(
                name="credit_use_gives_back_what_it_took",
                condition=Q(returned_cents__gte=0, returned_cents__lte=F("cents")),
            ),
        ]
        indexes = [models.Index(fields=["appointment"], name="credit_use_by_appointment")]

    def __str__(self) -> str:
        return f"{self.appointment}: {self.cents}"
