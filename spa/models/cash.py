"""Cash: drawers, the sessions in which somebody answers for one, and each movement (§6)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# What Colombians pay with, in pesos: notes, then coins.
NOTES = (100_000, 50_000, 20_000, 10_000, 5_000, 2_000)
COINS = (1_000, 500, 200, 100, 50)
MOST_CENTS = 1_000_000_000_00  # of anything that is typed


class CashDrawer(models.Model):
    """A place for cash, answered for by one person at a time."""

    location = models.ForeignKey("Location", on_delete=models.PROTECT, related_name="drawers")
    name = models.CharField(_("name"), max_length=40)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("cash drawer")
        verbose_name_plural = _("cash drawers")
        constraints = [
            models.UniqueConstraint(
                fields=["location", "name"], name="drawer_has_its_own_name_at_its_house"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CashSessionQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def of(self, user, *, location) -> Self:
        """Return the open session in which `user` answers for a drawer of `location`."""
        return self.open().filter(opened_by=user, drawer__location=location)

    def visible_to(self, user) -> Self:
        return self if user.all_locations else self.filter(drawer__location__users=user)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class CashSession(models.Model):
    """From the float to the count. Closed, it is never edited (by trigger).

    `expected_cents` is what should have been there, `counted_cents` what was: their difference
    is posted when it is closed.
    """

    drawer = models.ForeignKey(CashDrawer, on_delete=models.PROTECT, related_name="sessions")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cash_sessions"
    )
    float_cents = models.PositiveBigIntegerField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    expected_cents = models.BigIntegerField(null=True)
    counted_cents = models.PositiveBigIntegerField(null=True)
    # How many of each note and coin, by its worth in pesos.
    counts = models.JSONField(default=dict)

    objects = CashSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("cash session")
        verbose_name_plural = _("cash sessions")
        default_permissions = ("view",)
        permissions = [
            ("open_cashsession", "Can open and close her own cash drawer"),
            ("review_cashsession", "Can review all drawers and close the day"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="drawer_has_one_open_session",
                fields=["drawer"],
                condition=Q(closed_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="user_answers_for_one_drawer",
                fields=["opened_by"],
                condition=Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="session_is_counted_exactly_when_it_is_closed",
                condition=Q(
                    closed_at__isnull=True,
                    closed_by__isnull=True,
                    expected_cents__isnull=True,
                    counted_cents__isnull=True,
                )
                | Q(
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    expected_cents__isnull=False,
                    counted_cents__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="session_closes_after_it_opened", condition=Q(closed_at__gte=F("opened_at"))
            ),
            models.CheckConstraint(
                name="session_counts_whole_pesos",
                condition=Q(
                    float_cents=F("float_cents") / 100 * 100,
                    counted_cents=F("counted_cents") / 100 * 100,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drawer_id} {self.opened_at:%Y-%m-%d %H:%M}"

    @property
    def difference_cents(self) -> int:
        """What was too much (positive) or missing when it was counted."""
        return (self.counted_cents or 0) - (self.expected_cents or 0)


class CashMovementKind(models.TextChoices):
    FLOAT = "float", _("Float")
    PAYMENT = "payment", _("Payment")
    VOID = "void", _("Payment taken back")
    REFUND = "refund", _("Refund")
    TIP = "tip", _("Tip handed on")
    PAID_IN = "paid_in", _("Put in")
    PAID_OUT = "paid_out", _("Taken out")
    DIFFERENCE = "difference", _("Difference of the count")
    HANDED_IN = "handed_in", _("Handed in at the close")


class CashReason(models.TextChoices):
    """Why cash was put into a drawer or taken out of it, besides payments."""

    CHANGE = "change", _("Change, from or to the safe")
    BANK = "bank", _("Taken to the bank")
    SUPPLIES = "supplies", _("Supplies for the house")
    TRANSPORT = "transport", _("Transport")
    OTHER_EXPENSE = "other_expense", _("Another small expense")


class CashMovement(models.Model):
    """What came into a drawer (positive) or left it. Append-only; needs an open session."""

    session = models.ForeignKey(CashSession, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=CashMovementKind)
    amount_cents = models.BigIntegerField()
    reason_code = models.CharField(max_length=16, choices=CashReason, blank=True)
    payment = models.CharField(max_length=16, blank=True)  # its code
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("cash movement")
        verbose_name_plural = _("cash movements")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="movement_kind_is_known", condition=Q(kind__in=CashMovementKind.values)
            ),
            models.CheckConstraint(
                name="movement_is_whole_pesos_and_not_nothing",
                condition=Q(amount_cents=F("amount_cents") / 100 * 100) & ~Q(amount_cents=0),
            ),
            models.CheckConstraint(
                name="movement_by_hand_says_why",
                condition=Q(kind__in=("paid_in", "paid_out"), reason_code__in=CashReason.values)
                | ~Q(kind__in=("paid_in", "paid_out")) & Q(reason_code=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_cents}"
