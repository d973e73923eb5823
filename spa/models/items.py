"""What a visit consists of: one service each, by whom, where and when (rule book §5)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spa.postgres.ranges import EQUAL, OTHER, TsTzRange, never_twice, span

MOST_ITEMS = 8  # of one appointment


class AppointmentItem(models.Model):
    """One service of a visit: who, where, from–to; price, duration and buffers are frozen."""

    appointment = models.ForeignKey("Appointment", on_delete=models.CASCADE, related_name="items")
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
