"""The journal: where every peso came from and where it went (rule book §6).

Entries and their lines are append-only by trigger, and each entry sums to zero at commit. They
name visits and payments by code, without foreign keys: the books outlive what they tell of.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Account(models.TextChoices):
    """What is had is positive, what is owed to others and what was earned is negative."""

    CASH = "cash", _("Cash in a drawer")
    SAFE = "safe", _("Cash of the house outside the drawers")
    CARD_TERMINAL = "card_terminal", _("Card terminal")
    BANK_TRANSFER = "bank_transfer", _("Transfers")
    WOMPI = "wompi", _("Wompi")
    RECEIVABLES = "receivables", _("Owed by clients")
    UNAPPLIED_MONEY = "unapplied_money", _("Money without a home")
    CLIENT_DEPOSITS = "client_deposits", _("Paid ahead of a visit")
    CLIENT_CREDIT = "client_credit", _("Credit of clients")
    GIFT_VOUCHERS = "gift_vouchers", _("Gift vouchers")
    PREPAID_SESSIONS = "prepaid_sessions", _("Prepaid sessions")
    TIPS_PAYABLE = "tips_payable", _("Tips to hand on")
    SERVICE_REVENUE = "service_revenue", _("Treatments")
    MEMBERSHIP_REVENUE = "membership_revenue", _("Memberships")
    CANCELLATION_INCOME = "cancellation_income", _("Deposits kept")
    EXPIRED_VALUE = "expired_value", _("Expired credit and vouchers")
    DISCOUNTS = "discounts", _("Discounts")
    GOODWILL = "goodwill", _("Credit given as a gift")
    CASH_OVER_SHORT = "cash_over_short", _("Cash too much or missing")
    EXPENSES = "expenses", _("Small expenses")


A = Account
# Whose money a line is about: the kind of its `subledger`, by account. All others name nobody.
SUBLEDGERS = {
    "session": (A.CASH,),
    "visit": (A.CLIENT_DEPOSITS, A.RECEIVABLES),
    "client": (A.CLIENT_CREDIT,),
    "staff": (A.TIPS_PAYABLE,),
}


class JournalEvent(models.TextChoices):
    """What can happen to money: one posting function and one line of `docs/journal.md` each."""

    PAYMENT_TAKEN = "payment_taken", _("Payment")
    PAYMENT_VOIDED = "payment_voided", _("Payment taken back")
    PAYMENT_REFUNDED = "payment_refunded", _("Refund")
    PAYMENT_CHARGED_BACK = "payment_charged_back", _("Chargeback")
    MONEY_UNAPPLIED = "money_unapplied", _("Money without a home")
    UNAPPLIED_GIVEN_BACK = "unapplied_given_back", _("Money without a home given back")
    CREDIT_SPENT = "credit_spent", _("Credit used")
    CREDIT_GIVEN_BACK = "credit_given_back", _("Credit given back")
    CREDIT_ISSUED = "credit_issued", _("Credit issued")
    CREDIT_EXPIRED = "credit_expired", _("Credit expired")
    MONEY_TO_CREDIT = "money_to_credit", _("Money kept as credit")
    DEPOSIT_KEPT = "deposit_kept", _("Deposit kept")
    VISIT_COMPLETED = "visit_completed", _("Visit completed")
    TIP_PAID_OUT = "tip_paid_out", _("Tip handed on")
    DRAWER_OPENED = "drawer_opened", _("Drawer opened")
    CASH_PAID_IN = "cash_paid_in", _("Cash put in")
    CASH_PAID_OUT = "cash_paid_out", _("Cash taken out")
    DRAWER_CLOSED = "drawer_closed", _("Drawer closed")


def _subledger_goes_with_account() -> Q:
    named = Q()
    for kind, accounts in SUBLEDGERS.items():
        named |= Q(account__in=accounts, subledger__startswith=f"{kind}:")
    nobody = [a for a in A if not any(a in accounts for accounts in SUBLEDGERS.values())]
    return named | Q(account__in=nobody, subledger="")


class JournalEntry(models.Model):
    """One thing that happened to money; its lines sum to zero."""

    at = models.DateTimeField()
    event = models.CharField(max_length=24, choices=JournalEvent)
    # Codes and numbers, no foreign keys.
    location_id = models.BigIntegerField(null=True)
    appointment = models.CharField(max_length=16, blank=True)
    payment = models.CharField(max_length=16, blank=True)
    # The transaction of the gateway that brought this money in; each does so once.
    gateway_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    client_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=16)
    reason_code = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="entry_event_is_known", condition=Q(event__in=JournalEvent.values)
            ),
            models.UniqueConstraint(
                fields=["gateway_id"],
                condition=~Q(gateway_id=""),
                name="entry_of_a_transaction_is_posted_once",
            ),
        ]
        indexes = [
            models.Index(fields=["location_id", "at"], name="entry_by_day"),
            models.Index(fields=["appointment"], name="entry_by_appointment"),
            models.Index(fields=["client_id", "at"], name="entry_by_client"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.appointment or self.payment}".strip()


class JournalLine(models.Model):
    """What one account won (positive) or gave (negative)."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=24, choices=Account)
    subledger = models.CharField(max_length=24, blank=True)  # "visit:BR-48213", "staff:3"
    amount_cents = models.BigIntegerField()

    class Meta:
        verbose_name = _("journal line")
        verbose_name_plural = _("journal lines")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="line_account_is_known", condition=Q(account__in=Account.values)
            ),
            models.CheckConstraint(
                name="line_is_whole_pesos_and_not_nothing",
                condition=Q(amount_cents=F("amount_cents") / 100 * 100) & ~Q(amount_cents=0),
            ),
            models.CheckConstraint(
                name="line_names_whom_its_account_is_kept_for",
                condition=_subledger_goes_with_account(),
            ),
        ]
        indexes = [
            models.Index(
                fields=["subledger", "account"],
                name="line_by_subledger",
                condition=~Q(subledger=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.subledger} {self.amount_cents}"
