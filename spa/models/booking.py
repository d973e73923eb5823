"""Visits: appointments with their statuses and money (rule book §5).

The database proves that nothing is booked twice; `spa/postgres/` and the migrations hold
the deferred triggers that a constraint cannot express.
"""

from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from spa.models.items import AppointmentItem
from spa.postgres.ranges import EQUAL, TsTzRange, never_twice, span


class AppointmentStatus(models.TextChoices):
    OFFERED = "offered", _("Offered")
    PENDING_PAYMENT = "pending_payment", _("Awaiting payment")
    CONFIRMED = "confirmed", _("Confirmed")
    ARRIVED = "arrived", _("Arrived")
    IN_SERVICE = "in_service", _("In service")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No-show")
    EXPIRED = "expired", pgettext_lazy("appointment", "Expired")


S = AppointmentStatus
# Tuples: a set changes its order from run to run, and migrations would follow it.
ACTIVE = (S.OFFERED, S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED, S.IN_SERVICE)
OCCUPYING = (*ACTIVE, S.COMPLETED)
MOVABLE = (S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED)
CHANGEABLE = (S.CONFIRMED, S.ARRIVED, S.IN_SERVICE)  # its treatments can be others
BINDING = tuple(status for status in ACTIVE if status != S.OFFERED)

# For so long after a visit whoever treated the client may look up her health.
HEALTH_KNOWN_AFTER = timedelta(days=7)

# How each status looks on a card; `confirmed` has three looks (`Appointment.look`).
LOOKS = {
    S.OFFERED: "offered",
    S.PENDING_PAYMENT: "pending",
    S.CONFIRMED: "confirmed",
    S.ARRIVED: "arrived",
    S.IN_SERVICE: "service",
    S.COMPLETED: "done",
    S.CANCELLED: "cancelled",
    S.NO_SHOW: "noshow",
    S.EXPIRED: "expired",
}


class CancelledBy(models.TextChoices):
    CLIENT = "client", _("The client")
    SPA = "spa", _("The spa")
    SYSTEM = "system", _("The system")


class AppointmentQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Return the visits that exist for `user`: of her locations; a therapist's own of these."""
        here = self if user.all_locations else self.filter(location__users=user)
        if user.has_perm("spa.view_calendar"):
            return here
        staff = getattr(user, "staff_member", None)
        if staff is None or not user.has_perm("spa.view_own_agenda"):
            return self.none()
        return here.filter(
            models.Exists(
                AppointmentItem.objects.filter(appointment=models.OuterRef("pk"), staff=staff)
            )
        )

    def of_party(self, appointment: "Appointment") -> Self:
        """Return the visits that were booked together with this one, it included."""
        return self.filter(group=appointment.group).order_by("pk")

    def telling_health_to(self, user, *, now: datetime) -> Self:
        """Return the visits by which `user` may know of the client's health (SEC-13)."""
        visible = self.visible_to(user)
        if user.has_perm("spa.view_calendar"):
            return visible
        return visible.occupying().filter(ends_at__gt=now - HEALTH_KNOWN_AFTER)

    def occupying(self) -> Self:
        return self.filter(status__in=OCCUPYING)

    def starting_between(self, start: datetime, end: datetime) -> Self:
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True).order_by("pk")


class NextCode(models.Func):
    """The next public code, from a sequence: never the same twice, and nobody waits for it."""

    function = "spa_next_code"
    arity = 0
    output_field = models.CharField()


class Appointment(models.Model):
    """One visit of one client: its items, one status, one balance."""

    code = models.CharField(_("code"), max_length=16, unique=True, db_default=NextCode())
    # One per appointment; the visits of a party share it.
    group = models.UUIDField(default=uuid4)
    location = models.ForeignKey("Location", on_delete=models.PROTECT, related_name="appointments")
    client = models.ForeignKey("Client", on_delete=models.PROTECT, related_name="appointments")
    status = models.CharField(_("status"), max_length=16, choices=AppointmentStatus)
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    held_until = models.DateTimeField(null=True, blank=True)
    deposit_cents = models.PositiveBigIntegerField(default=0)  # frozen when booked
    # As its items and the journal say, which the database proves at commit: what it costs, what
    # was given off that, what was paid of the rest in whatever form, and what is owed since it
    # was completed.
    price_cents = models.PositiveBigIntegerField(default=0, db_default=0)
    discount_cents = models.PositiveBigIntegerField(default=0, db_default=0)
    paid_cents = models.PositiveBigIntegerField(default=0, db_default=0)
    debt_cents = models.PositiveBigIntegerField(default=0, db_default=0)
    # Completed before the house kept its books here: nothing is known of its money.
    before_the_books = models.BooleanField(default=False, db_default=False)
    moves = models.PositiveSmallIntegerField(default=0)
    client_moves = models.PositiveSmallIntegerField(default=0)  # those the client asked for
    arrived_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # completed, cancelled or no-show
    cancelled_by = models.CharField(max_length=8, choices=CancelledBy, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Counts its changes; a form that shows an older one is stale.
    version = models.PositiveIntegerField(default=1)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        permissions = [
            ("view_calendar", "Can see the calendar of her locations"),
            ("view_own_agenda", "Can see her own agenda as a therapist"),
            ("book_appointment", "Can book and move visits"),
            ("cancel_appointment", "Can cancel visits and record no-shows"),
            ("check_in_appointment", "Can check in, complete"),
            ("treat_appointment", "Can start and finish visits"),
            ("override_policy", "Can override a rule of the policy, with a reason"),
        ]
        constraints = [
            models.CheckConstraint(
                name="appointment_status_is_known", condition=Q(status__in=S.values)
            ),
            models.CheckConstraint(
                name="appointment_ends_after_its_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="appointment_says_who_cancelled_it",
                condition=Q(status=S.CANCELLED, cancelled_by__in=CancelledBy.values)
                | ~Q(status=S.CANCELLED) & Q(cancelled_by=""),
            ),
            models.CheckConstraint(
                name="appointment_hold_has_an_end",
                condition=~Q(status__in=(S.OFFERED, S.PENDING_PAYMENT))
                | Q(held_until__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_hold_ends_by_the_start",
                condition=~Q(status=S.PENDING_PAYMENT) | Q(held_until__lte=F("starts_at")),
            ),
            models.CheckConstraint(
                name="appointment_client_moves_are_moves",
                condition=Q(client_moves__lte=F("moves")),
            ),
            models.CheckConstraint(
                name="appointment_is_there_when_it_is_treated",
                condition=~Q(status__in=(S.ARRIVED,)) | Q(arrived_at__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_in_service_has_started",
                condition=~Q(status=S.IN_SERVICE) | Q(started_at__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_starts_after_its_arrival",
                condition=Q(arrived_at__isnull=True)
                | Q(started_at__isnull=True)
                | Q(started_at__gte=F("arrived_at")),
            ),
            models.CheckConstraint(
                name="appointment_finishes_after_its_beginnings",
                condition=Q(finished_at__isnull=True)
                | (Q(started_at__isnull=True) | Q(finished_at__gte=F("started_at")))
                & (Q(arrived_at__isnull=True) | Q(finished_at__gte=F("arrived_at"))),
            ),
            models.CheckConstraint(
                name="appointment_that_is_over_was_closed",
                condition=~Q(status__in=(S.COMPLETED, S.CANCELLED, S.NO_SHOW))
                | Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_deposit_is_whole_pesos",
                condition=Q(deposit_cents=F("deposit_cents") / 100 * 100),
            ),
            models.CheckConstraint(
                name="appointment_money_is_whole_pesos",
                condition=Q(
                    discount_cents=F("discount_cents") / 100 * 100,
                    paid_cents=F("paid_cents") / 100 * 100,
                    debt_cents=F("debt_cents") / 100 * 100,
                ),
            ),
            never_twice(
                "client_is_never_booked_twice",
                ("client", EQUAL),
                span(TsTzRange, "starts_at", "ends_at"),
                condition=Q(status__in=BINDING),
            ),
        ]
        indexes = [
            models.Index(fields=["location", "starts_at"], name="appointment_by_day"),
            models.Index(fields=["client", "-starts_at"], name="appointment_by_client"),
            models.Index(fields=["created_by", "created_at"], name="appointment_by_creator"),
            models.Index(fields=["group"], name="appointment_by_group"),
            models.Index(
                fields=["held_until"],
                name="appointment_by_end_of_hold",
                condition=Q(status__in=(S.OFFERED, S.PENDING_PAYMENT)),
            ),
            models.Index(
                fields=["client"], name="appointment_with_debt", condition=Q(debt_cents__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_movable(self) -> bool:
        """Still waiting for its treatment, so that another time can be found for it."""
        return self.status in MOVABLE

    @property
    def is_changeable(self) -> bool:
        """Not yet over, so that its treatments can still be others."""
        return self.status in CHANGEABLE and not self.is_finished

    def tells_health_to(self, user, *, now: datetime) -> bool:
        """Return whether `user`, who sees this visit, may know of the client's health by it."""
        if user.has_perm("spa.view_calendar"):
            return True
        return self.status in OCCUPYING and self.ends_at > now - HEALTH_KNOWN_AFTER

    @property
    def is_finished(self) -> bool:
        """Treated, and waiting to be charged or closed."""
        return self.status == S.IN_SERVICE and self.finished_at is not None

    @property
    def total_cents(self) -> int:
        """What is to be paid in all."""
        return self.price_cents - self.discount_cents

    @property
    def balance_cents(self) -> int:
        """What is still to be paid; of a completed visit, what is owed."""
        if self.is_active:
            return self.total_cents - self.paid_cents
        return self.debt_cents

    @property
    def deposit_left_cents(self) -> int:
        """What of the deposit is to be paid before the visit is confirmed."""
        if self.status != S.PENDING_PAYMENT:
            return 0
        return max(min(self.deposit_cents, self.total_cents) - self.paid_cents, 0)

    @property
    def look(self) -> str:
        """The card's `data-status`; a confirmed visit looks paid when nothing is owed."""
        if self.status == S.CONFIRMED:
            if self.paid_cents and self.balance_cents == 0:
                return "paid"
            if self.moves:
                return "rescheduled"
        return LOOKS[self.status]
