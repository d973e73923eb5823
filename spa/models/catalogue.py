"""What is sold by time, and the rooms it happens in (rule book §4)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

MAX_BUFFER_MINUTES = 180


class RoomKind(models.Model):
    """What a service asks of a room: a treatment room, a sauna, a manicure chair."""

    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("kind of room")
        verbose_name_plural = _("kinds of room")
        constraints = [models.UniqueConstraint(Lower("name"), name="room_kind_name_is_unique")]

    def __str__(self) -> str:
        return self.name


class RoomQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True).order_by("pk")


class Room(models.Model):
    """A room with places 0…n−1. In a `shared` one strangers may use the places."""

    location = models.ForeignKey("Location", on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(_("name"), max_length=80)
    kind = models.ForeignKey(RoomKind, on_delete=models.PROTECT, related_name="rooms")
    places = models.PositiveSmallIntegerField(_("places"), default=1)
    shared = models.BooleanField(_("shared by strangers"), default=False)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint("location", Lower("name"), name="room_name_is_unique"),
            models.CheckConstraint(name="room_has_a_place", condition=Q(places__range=(1, 100))),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(models.QuerySet):
    def offered(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Service(models.Model):
    """What is sold by time. Withdrawn, never deleted, once used."""

    name = models.CharField(_("name"), max_length=80)
    category = models.CharField(_("category"), max_length=40, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(_("duration, minutes"))
    price_cents = models.PositiveBigIntegerField(_("price, cents"))
    vip_price_cents = models.PositiveBigIntegerField(_("VIP price, cents"), null=True, blank=True)
    vat_percent = models.PositiveSmallIntegerField(_("VAT, percent"), default=19)
    # Empty: the policy's default.
    staff_buffer_minutes = models.PositiveSmallIntegerField(
        _("therapist's buffer, minutes"), null=True, blank=True
    )
    room_buffer_minutes = models.PositiveSmallIntegerField(
        _("room's buffer, minutes"), null=True, blank=True
    )
    needs_staff = models.BooleanField(_("needs a therapist"), default=True)
    skills = models.ManyToManyField("Skill", blank=True, related_name="services")
    room_kind = models.ForeignKey(
        RoomKind, null=True, blank=True, on_delete=models.PROTECT, related_name="services"
    )
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="service_name_is_unique"),
            models.CheckConstraint(
                name="service_lasts_5_to_480_minutes",
                condition=Q(duration_minutes__range=(5, 480)),
            ),
            models.CheckConstraint(
                name="service_costs_whole_pesos",
                condition=Q(price_cents__gte=0) & Q(price_cents=F("price_cents") / 100 * 100),
            ),
            models.CheckConstraint(
                name="service_vip_price_is_lower",
                condition=Q(vip_price_cents__isnull=True)
                | Q(vip_price_cents__lt=F("price_cents"))
                & Q(vip_price_cents=F("vip_price_cents") / 100 * 100),
            ),
            models.CheckConstraint(
                name="service_vat_is_a_percentage", condition=Q(vat_percent__lte=100)
            ),
            models.CheckConstraint(
                name="service_buffers_are_at_most_180_minutes",
                condition=(
                    Q(staff_buffer_minutes__isnull=True)
                    | Q(staff_buffer_minutes__lte=MAX_BUFFER_MINUTES)
                )
                & (
                    Q(room_buffer_minutes__isnull=True)
                    | Q(room_buffer_minutes__lte=MAX_BUFFER_MINUTES)
                ),
            ),
            models.CheckConstraint(
                name="service_needs_staff_or_a_room",
                condition=Q(needs_staff=True) | Q(room_kind__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def price_for(self, client, *, on: date) -> int:
        """Return the price in cents for `client`, who may be VIP `on` that day."""
        if self.vip_price_cents is not None and client is not None and client.is_vip(on=on):
            return self.vip_price_cents
        return self.price_cents
