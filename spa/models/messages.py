"""What clients are told: the outbox, one row a message (rule book §10).

A row names its visit by code and holds no text and no address: both are read when it is sent.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MOST_ATTEMPTS = 5


class MessageKind(models.TextChoices):
    CONFIRMED = "APPOINTMENT_CONFIRMED", _("Visit confirmed")
    MOVED = "APPOINTMENT_MOVED", _("Visit moved")
    CANCELLED = "APPOINTMENT_CANCELLED", _("Visit cancelled")
    RECEIPT = "PAYMENT_RECEIPT", _("Receipt")
    PAYMENT_LINK = "PAYMENT_LINK", _("Payment link")
    PAYMENT_APPROVED = "PAYMENT_APPROVED", _("Payment received")
    PAYMENT_DECLINED = "PAYMENT_DECLINED", _("Payment declined")
    LATE_MONEY = "LATE_MONEY_RESOLVED", _("Paid too late")
    ALERT = "MANAGER_ALERT", _("Alert")


# What is told of a visit's course: the later word replaces the earlier one.
OF_A_VISIT = (MessageKind.CONFIRMED, MessageKind.MOVED, MessageKind.CANCELLED)


class MessageState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    CLAIMED = "claimed", _("On its way")
    SENT = "sent", pgettext_lazy("message", "Sent")
    DROPPED = "dropped", pgettext_lazy("message", "Dropped")
    DEAD = "dead", _("Not delivered")


class DropReason(models.TextChoices):
    """Why a message was not sent, although nothing went wrong."""

    NO_EMAIL = "no_email", _("The client has no email")
    BAD_ADDRESS = "bad_address", _("The client’s email is none")
    GONE = "gone", _("The visit is no longer there")
    PAST = "past", _("The visit has begun")
    REPLACED = "replaced", _("A later message tells more")
    UNTRUE = "untrue", _("It is no longer so")
    NEVER_TOLD = "never_told", _("The client had not heard of it")
    NOTHING_NEW = "nothing_new", _("For the client nothing has changed")


S = MessageState


class OutboxQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self if user.all_locations else self.filter(location__users=user)

    def due(self, now: datetime) -> Self:
        """Return what is to be sent, most urgent first: also what somebody claimed and left."""
        ready = Q(state=S.WAITING, due_at__lte=now) | Q(state=S.CLAIMED, claimed_until__lt=now)
        return self.filter(ready).order_by("priority", "due_at", "pk")

    def open(self) -> Self:
        """Return what was not sent yet, or not at all."""
        return self.filter(state__in=(S.WAITING, S.CLAIMED, S.DEAD))


class OutboxMessage(models.Model):
    """Something to be told, written in the transaction of its cause; unique by `occasion`.

    `subject` is the code of a visit. `occasion` is the visit's version of which it tells, or the
    request that asked for it. `told_version` is the version that it told when it was sent.
    """

    kind = models.CharField(_("message"), max_length=32, choices=MessageKind)
    subject = models.CharField(_("visit"), max_length=16)
    occasion = models.CharField(max_length=36)
    location = models.ForeignKey("Location", on_delete=models.PROTECT, related_name="messages")
    client = models.ForeignKey(
        "Client", null=True, on_delete=models.PROTECT, related_name="messages"
    )
    priority = models.PositiveSmallIntegerField(default=5)  # 0 is sent first
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(_("leaves"))
    state = models.CharField(_("state"), max_length=8, choices=MessageState, default=S.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    told_version = models.PositiveIntegerField(null=True)
    drop_reason = models.CharField(max_length=16, choices=DropReason, blank=True)
    last_error_code = models.CharField(max_length=32, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        default_permissions = ("view",)
        permissions = [("send_outboxmessage", "Can send messages to clients, and send them again")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "occasion"], name="message_is_once_for_its_occasion"
            ),
            models.CheckConstraint(
                name="message_kind_is_known", condition=Q(kind__in=MessageKind.values)
            ),
            models.CheckConstraint(
                name="message_state_is_known", condition=Q(state__in=MessageState.values)
            ),
            models.CheckConstraint(
                name="message_is_not_due_before_its_cause",
                condition=Q(due_at__gte=F("created_at")),
            ),
            models.CheckConstraint(
                name="message_is_tried_five_times_at_most",
                condition=Q(attempts__lte=MOST_ATTEMPTS),
            ),
            models.CheckConstraint(
                name="message_is_claimed_for_a_while",
                condition=Q(state=S.CLAIMED, claimed_until__isnull=False, attempts__gte=1)
                | ~Q(state=S.CLAIMED) & Q(claimed_until__isnull=True),
            ),
            models.CheckConstraint(
                name="message_that_was_sent_says_when",
                condition=Q(state=S.SENT, sent_at__isnull=False)
                | ~Q(state=S.SENT) & Q(sent_at__isnull=True, told_version__isnull=True),
            ),
            models.CheckConstraint(
                name="message_that_was_dropped_says_why",
                condition=Q(state=S.DROPPED, drop_reason__in=DropReason.values)
                | ~Q(state=S.DROPPED) & Q(drop_reason=""),
            ),
            models.CheckConstraint(
                name="message_that_failed_says_how",
                condition=~Q(state=S.DEAD) | Q(attempts__gte=1) & ~Q(last_error_code=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="message_to_be_sent",
                condition=Q(state__in=(S.WAITING, S.CLAIMED)),
            ),
            models.Index(
                fields=["location", "due_at"],
                name="message_that_is_open",
                condition=Q(state__in=(S.WAITING, S.CLAIMED, S.DEAD)),
            ),
            models.Index(fields=["subject"], name="message_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.occasion}"
