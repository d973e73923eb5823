"""Payments: money that clients gave, what became of it, and what was given back (§6)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PaymentMethod(models.TextChoices):
    CASH = "cash", _("Cash")
    CARD_TERMINAL = "card_terminal", _("Card")
    BANK_TRANSFER = "bank_transfer", _("Transfer")
    WOMPI = "wompi", _("Wompi")


M = PaymentMethod
AT_THE_DESK = (M.CASH, M.CARD_TERMINAL, M.BANK_TRANSFER)
# Their reference says which voucher or transfer it is.
WITH_REFERENCE = (M.CARD_TERMINAL, M.BANK_TRANSFER)


class PaymentState(models.TextChoices):
    PENDING = "pending", _("Under way")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    ERROR = "error", _("Failed")
    ABANDONED = "abandoned", _("Abandoned")
    VOIDED = "voided", pgettext_lazy("payment", "Taken back")


class DiscountReason(models.TextChoices):
    COURTESY = "courtesy", _("Courtesy of the house")
    COMPLAINT = "complaint", _("Something was not as it should be")
    REGULAR = "regular", _("A client whom we know well")
    TEAM = "team", _("One of the team, or family")
    SHORTENED = "shortened", _("The treatment was shorter")


class DebtReason(models.TextChoices):
    """Why a manager lets a client go who has not paid."""

    PAYS_LATER = "pays_later", _("She pays next time")
    NO_NETWORK = "no_network", _("The card terminal or the bank was down")
    LEFT = "left", _("She left without paying")
    COMPANY = "company", _("A company pays for her")


class NextPaymentCode(models.Func):
    """The next code of a payment, from a sequence."""

    function = "spa_next_payment_code"
    arity = 0
    output_field = models.CharField()


class PaymentQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self if user.all_locations else self.filter(location__users=user)

    def approved(self) -> Self:
        return self.filter(state=PaymentState.APPROVED)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class Payment(models.Model):
    """Money of one client by one method, for one visit.

    `amount_cents` is what the house kept of what was handed over: applied to the visit, tips,
    and what became credit. Its visit is named by code, since payments outlive visits.
    """

    code = models.CharField(_("code"), max_length=16, unique=True, db_default=NextPaymentCode())
    location = models.ForeignKey("Location", on_delete=models.PROTECT, related_name="payments")
    client = models.ForeignKey("Client", on_delete=models.PROTECT, related_name="payments")
    appointment = models.CharField(_("visit"), max_length=16, blank=True)
    method = models.CharField(_("method"), max_length=16, choices=PaymentMethod)
    state = models.CharField(_("state"), max_length=12, choices=PaymentState)
    amount_cents = models.PositiveBigIntegerField(_("amount"))
    applied_cents = models.PositiveBigIntegerField(default=0)
    tip_cents = models.PositiveBigIntegerField(default=0)
    credited_cents = models.PositiveBigIntegerField(default=0)
    # What was given back of `applied_cents` and `credited_cents`, in whatever form.
    refunded_cents = models.PositiveBigIntegerField(default=0)
    tendered_cents = models.PositiveBigIntegerField(null=True)  # cash: what was handed over
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    # An attempt to pay by link: for what, and when the gateway is asked about it next (none: no
    # more), and how often it was.
    request = models.ForeignKey(
        "PaymentRequest", null=True, on_delete=models.PROTECT, related_name="attempts"
    )
    look_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0, db_default=0)
    session = models.ForeignKey(
        "CashSession", null=True, on_delete=models.PROTECT, related_name="payments"
    )
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="payments"
    )
    voided_at = models.DateTimeField(null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        default_permissions = ("view",)
        permissions = [
            ("take_payment", "Can take payments at the desk"),
            ("refund_payment", "Can refund and take back payments, and enter chargebacks"),
            ("discount_appointment", "Can give a discount up to the policy's limit"),
            ("discount_beyond_limit", "Can give any discount"),
            ("leave_debt", "Can complete a visit that is not paid"),
            ("export_payment", "Can export payments"),
        ]
        constraints = [
            models.CheckConstraint(
                name="payment_method_is_known", condition=Q(method__in=PaymentMethod.values)
            ),
            models.CheckConstraint(
                name="payment_state_is_known", condition=Q(state__in=PaymentState.values)
            ),
            models.CheckConstraint(
                name="payment_is_whole_pesos_and_not_nothing",
                condition=Q(
                    amount_cents__gt=0,
                    **{
                        field: F(field) / 100 * 100
                        for field in (
                            *("amount_cents", "applied_cents", "tip_cents"),
                            *("credited_cents", "refunded_cents"),
                        )
                    },
                ),
            ),
            models.CheckConstraint(
                name="payment_that_was_approved_has_a_home_to_the_peso",
                condition=~Q(state__in=(PaymentState.APPROVED, PaymentState.VOIDED))
                | Q(amount_cents=F("applied_cents") + F("tip_cents") + F("credited_cents")),
            ),
            models.CheckConstraint(
                name="payment_is_never_refunded_beyond_what_was_paid",
                condition=Q(
                    refunded_cents__gte=0,
                    refunded_cents__lte=F("applied_cents") + F("credited_cents"),
                ),
            ),
            models.CheckConstraint(
                name="payment_in_cash_lies_in_a_drawer",
                condition=Q(method=M.CASH, session__isnull=False)
                | ~Q(method=M.CASH) & Q(session__isnull=True),
            ),
            models.CheckConstraint(
                name="payment_in_cash_is_covered_by_what_was_handed_over",
                condition=Q(tendered_cents__isnull=True)
                | Q(method=M.CASH, tendered_cents__gte=F("amount_cents")),
            ),
            models.CheckConstraint(
                name="payment_of_a_request_is_by_the_gateway",
                condition=Q(request__isnull=True)
                | Q(method=M.WOMPI) & ~Q(reference="") & Q(tip_cents=0),
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(request__isnull=False),
                name="payment_reference_is_of_one_attempt",
            ),
            models.CheckConstraint(
                name="payment_that_was_voided_says_when",
                condition=Q(state=PaymentState.VOIDED, voided_at__isnull=False)
                | ~Q(state=PaymentState.VOIDED) & Q(voided_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["location", "-at"], name="payment_by_day"),
            models.Index(fields=["appointment"], name="payment_by_appointment"),
            models.Index(fields=["client", "-at"], name="payment_by_client"),
            models.Index(fields=["look_at"], name="payment_to_look_at", condition=~Q(look_at=None)),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_money(self) -> bool:
        """Whether anything was taken; of an attempt by link only an approval brings money."""
        return self.state in (PaymentState.APPROVED, PaymentState.VOIDED)

    @property
    def change_cents(self) -> int:
        """What was handed back at once."""
        return self.tendered_cents - self.amount_cents if self.tendered_cents else 0

    @property
    def refundable_cents(self) -> int:
        """What can still be given back of it; tips cannot."""
        if self.state != PaymentState.APPROVED:
            return 0
        return self.applied_cents + self.credited_cents - self.refunded_cents


class Tip(models.Model):
    """What a payment brought for one therapist, apart from the bill."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="tips")
    staff = models.ForeignKey("StaffMember", on_delete=models.PROTECT, related_name="tips")
    cents = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("tip")
        verbose_name_plural = _("tips")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "staff"], name="tip_of_a_payment_is_one_for_each_therapist"
            ),
            models.CheckConstraint(
                name="tip_is_whole_pesos_and_not_nothing",
                condition=Q(cents=F("cents") / 100 * 100, cents__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id}: {self.cents}"


class RefundWay(models.TextChoices):
    CREDIT = "credit", _("As credit")
    CASH = "cash", _("In cash")
    BANK_TRANSFER = "bank_transfer", _("By transfer")


class RefundReason(models.TextChoices):
    COMPLAINT = "complaint", _("The client was not happy")
    MISTAKE = "mistake", _("A mistake of ours")
    ILLNESS = "illness", _("Illness or a death in the family")
    CHARGEBACK = "chargeback", _("The bank took it back")


class Refund(models.Model):
    """What was given back of a payment; a chargeback is one that the bank decided."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    cents = models.PositiveBigIntegerField()
    way = models.CharField(max_length=16, choices=RefundWay, blank=True)  # none: the bank's
    reason_code = models.CharField(max_length=16, choices=RefundReason)
    reference = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="refund_is_whole_pesos_and_not_nothing",
                condition=Q(cents=F("cents") / 100 * 100, cents__gt=0),
            ),
            models.CheckConstraint(
                name="refund_way_is_known",
                condition=Q(way__in=RefundWay.values) & ~Q(reason_code=RefundReason.CHARGEBACK)
                | Q(way="", reason_code=RefundReason.CHARGEBACK),
            ),
            models.CheckConstraint(
                name="refund_says_why", condition=Q(reason_code__in=RefundReason.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.cents}"
