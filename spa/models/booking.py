"""Visits: appointments, their items, and each change of them (rule book §5).

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

from spa.postgres.ranges import EQUAL, OTHER, TsTzRange, never_twice, span


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

MOST_ITEMS = 8  # of one appointment
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


class AppointmentItem(models.Model):
    """One service of a visit: who, where, from–to; price, duration and buffers are frozen."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    # Starts with the item before it, and not when that one ends.
    parallel = models.BooleanField(default=False, db_default=False)
    service = models.ForeignKey("Service", on_delete=models.PROTECT, related_name="items")
    staff = models.ForeignKey(
        "StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    staff_requested = models.BooleanField(default=False)  # the client asked for this therapist
    room = models.ForeignKey(
        "Room", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    room_shared = models.BooleanField(default=False)
    group = models.UUIDField()
    occupies = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    staff_busy_until = models.DateTimeField()
    room_busy_until = models.DateTimeField()
    price_cents = models.PositiveBigIntegerField()
    vat_percent = models.PositiveSmallIntegerField()
    duration_minutes = models.PositiveSmallIntegerField()
    staff_buffer_minutes = models.PositiveSmallIntegerField()
    room_buffer_minutes = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("item of an appointment")
        verbose_name_plural = _("items of an appointment")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "position"],
                name="item_has_its_own_position",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                fields=["appointment", "service"],
                name="service_is_once_in_an_appointment",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                name="item_is_one_of_eight", condition=Q(position__lt=MOST_ITEMS)
            ),
            models.CheckConstraint(
                name="item_that_is_parallel_follows_another",
                condition=Q(parallel=False) | Q(position__gt=0),
            ),
            models.CheckConstraint(
                name="item_ends_after_its_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="item_is_busy_from_its_start",
                condition=Q(
                    staff_busy_until__gte=F("starts_at"), room_busy_until__gte=F("starts_at")
                ),
            ),
            models.CheckConstraint(
                name="item_has_staff_or_room",
                condition=Q(staff__isnull=False) | Q(room__isnull=False),
            ),
            models.CheckConstraint(
                name="item_place_goes_with_room",
                condition=Q(room__isnull=True, place__isnull=True)
                | Q(room__isnull=False, place__isnull=False),
            ),
            models.CheckConstraint(
                name="item_costs_whole_pesos",
                condition=Q(price_cents=F("price_cents") / 100 * 100),
            ),
            models.CheckConstraint(
                name="item_vat_is_a_percentage", condition=Q(vat_percent__lte=100)
            ),
            never_twice(
                "staff_is_never_booked_twice",
                ("staff", EQUAL),
                span(TsTzRange, "starts_at", "staff_busy_until"),
                condition=Q(occupies=True),
            ),
            never_twice(
                "place_is_never_booked_twice",
                ("room", EQUAL),
                ("place", EQUAL),
                ("appointment", OTHER),
                span(TsTzRange, "starts_at", "room_busy_until"),
                condition=Q(occupies=True),
            ),
            never_twice(
                "room_is_never_shared_with_strangers",
                ("room", EQUAL),
                ("group", OTHER),
                span(TsTzRange, "starts_at", "room_busy_until"),
                condition=Q(occupies=True, room_shared=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.service_id}"


# The constraints whose breach means "somebody was faster"; any other breach is a bug.
SLOT_CONSTRAINTS = frozenset(
    {
        "client_is_never_booked_twice",
        "staff_is_never_booked_twice",
        "place_is_never_booked_twice",
        "room_is_never_shared_with_strangers",
    }
)


class Action(models.TextChoices):
    """The transitions of an appointment, one service function each."""

    BOOK = "book", _("Booked")
    MOVE = "move", _("Moved")
    CHANGE_ITEMS = "change_items", _("Treatments changed")
    CHECK_IN = "check_in", _("Checked in")
    START = "start", _("Started")
    FINISH = "finish", _("Finished")
    COMPLETE = "complete", _("Completed")
    CANCEL = "cancel", _("Cancelled")
    NO_SHOW = "no_show", _("No-show recorded")
    CHARGE = "charge", _("Charged")
    GIVE_BACK = "give_back", _("Money given back")
    KEEP = "keep", _("Kept for longer")
    CONFIRM = "confirm", _("Confirmed without a deposit")
    EXPIRE = "expire", _("Hold expired")


class OverrideReason(models.TextChoices):
    """Why a manager let a rule of the policy not count."""

    FORGOTTEN = "forgotten", _("The visit took place and was not entered")
    REGULAR = "regular", _("A client whom we know well")
    FAMILY = "family", _("She books for others as well")
    GOODWILL = "goodwill", _("To make up for a mistake of ours")
    URGENT = "urgent", _("It cannot wait")


class AppointmentChange(models.Model):
    """What an appointment was after one change, whole, and who made it.

    Append-only by trigger; archiving takes it away together with its appointment.

    `state` holds ids, times, status and money, no personal values. `day` is the local date on
    which the visit stands afterwards, `left_day` the one it was moved away from: a calendar
    asks by them what changed on its page.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=16, choices=Action)
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    origin = models.CharField(max_length=16)
    reason_code = models.CharField(max_length=40, blank=True)
    request_id = models.UUIDField(null=True, blank=True)
    location = models.ForeignKey("Location", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    left_day = models.DateField(null=True, blank=True)
    state = models.JSONField()

    class Meta:
        verbose_name = _("change of an appointment")
        verbose_name_plural = _("changes of appointments")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "version"], name="change_has_its_own_version"
            ),
            models.CheckConstraint(
                name="change_action_is_known", condition=Q(action__in=Action.values)
            ),
        ]
        indexes = [
            models.Index(fields=["location", "day"], name="change_by_day"),
            models.Index(fields=["location", "left_day"], name="change_by_left_day"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} v{self.version}: {self.action}"
