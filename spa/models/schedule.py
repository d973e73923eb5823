"""Where and when the spa works: locations, opening hours, availability, exclusions."""

from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from spa import localtime
from spa.postgres.ranges import EQUAL, DayRange, MinuteRange, span

MINUTES_PER_DAY = 1440


class Weekday(models.IntegerChoices):
    """ISO: weeks start on Monday."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


def is_a_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(_("There is no such time zone.")) from error


class LocationQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Return the locations in which `user` works; the others do not exist for her."""
        if user.all_locations:
            return self
        return self.filter(users=user)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True).order_by("pk")


class Location(models.Model):
    """One house of the spa, with a zone and opening hours of its own."""

    name = models.CharField(_("name"), max_length=80)
    zone = models.CharField(
        _("time zone"), max_length=64, default="America/Bogota", validators=[is_a_zone]
    )
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    # What clients are told of it; each may be missing.
    address = models.CharField(_("address"), max_length=160, blank=True, default="", db_default="")
    phone = models.CharField(_("phone"), max_length=16, blank=True, default="", db_default="")

    objects = LocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints = [models.UniqueConstraint(Lower("name"), name="location_name_is_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def today(self, *, now: datetime) -> date:
        """Return the date on this location's wall at `now`."""
        return now.astimezone(self.tz).date()


class OpeningHours(models.Model):
    """A window in which the location is open on one weekday; local minutes from–to, to ≤ 1440.

    Several a day; windows that touch, over midnight too, count as one.
    """

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.CheckConstraint(
                name="opening_hours_weekday_is_iso", condition=Q(weekday__range=(1, 7))
            ),
            models.CheckConstraint(
                name="opening_hours_end_after_they_start",
                condition=Q(from_minute__lt=F("to_minute"), to_minute__lte=MINUTES_PER_DAY),
            ),
            ExclusionConstraint(
                name="opening_hours_never_overlap",
                expressions=[
                    ("location", EQUAL),
                    ("weekday", EQUAL),
                    span(MinuteRange, "from_minute", "to_minute"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_weekday_display()} {clock_of(self.from_minute)}–{clock_of(self.to_minute)}"
        )


class StaffAvailability(models.Model):
    """A weekly block in which a staff member works at a location; local minutes from–to."""

    staff = models.ForeignKey("StaffMember", on_delete=models.CASCADE, related_name="availability")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="availability")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)  # the last day; empty: open end

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availability")
        constraints = [
            models.CheckConstraint(
                name="availability_weekday_is_iso", condition=Q(weekday__range=(1, 7))
            ),
            models.CheckConstraint(
                name="availability_ends_after_it_starts",
                condition=Q(from_minute__lt=F("to_minute"), to_minute__lte=MINUTES_PER_DAY),
            ),
            models.CheckConstraint(
                name="availability_is_valid_forwards",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            ExclusionConstraint(
                name="availability_blocks_never_overlap",
                expressions=[
                    ("staff", EQUAL),
                    ("weekday", EQUAL),
                    span(MinuteRange, "from_minute", "to_minute"),
                    span(DayRange, "valid_from", "valid_until", inclusive_upper=True),
                ],
            ),
        ]
        indexes = [models.Index(fields=["location", "weekday"], name="availability_by_location")]

    def __str__(self) -> str:
        return f"{self.staff}: {self.get_weekday_display()} {clock_of(self.from_minute)}"


class ExclusionKind(models.TextChoices):
    HOLIDAY = "holiday", _("Holiday")
    LUNCH = "lunch", _("Lunch")
    TRAINING = "training", _("Training")
    MAINTENANCE = "maintenance", _("Maintenance")
    ABSENCE = "absence", _("Absence")
    BLOCK = "block", _("Blocked")


ONE_DAY = timedelta(days=1)


class ExclusionQuerySet(models.QuerySet):
    def on_day(self, day: date, location: Location) -> Self:
        """Return the dated ones of a location that touch a local day."""
        start, end = localtime.day_span(day, location.tz)
        return self.filter(location=location, starts_at__lt=end, ends_at__gt=start)


class AvailabilityExclusion(models.Model):
    """Time in which a staff member, a room, or a whole location cannot be booked.

    Dated (`starts_at`–`ends_at`) or weekly (`weekday` with local minutes, valid from–until).
    `staff` or `room` says whom it is about; with neither it is the whole location.
    """

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="exclusions")
    staff = models.ForeignKey(
        "StaffMember", null=True, blank=True, on_delete=models.CASCADE, related_name="exclusions"
    )
    room = models.ForeignKey(
        "Room", null=True, blank=True, on_delete=models.CASCADE, related_name="exclusions"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ExclusionKind)
    note = models.CharField(_("note"), max_length=80, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    weekday = models.PositiveSmallIntegerField(choices=Weekday, null=True, blank=True)
    from_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    to_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            models.CheckConstraint(
                name="exclusion_is_of_a_person_or_a_room_or_all",
                condition=Q(staff__isnull=True) | Q(room__isnull=True),
            ),
            models.CheckConstraint(
                name="exclusion_kind_is_known", condition=Q(kind__in=ExclusionKind.values)
            ),
            models.CheckConstraint(
                name="exclusion_is_dated_or_weekly",
                condition=Q(
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    ends_at__gt=F("starts_at"),
                    weekday__isnull=True,
                    from_minute__isnull=True,
                    to_minute__isnull=True,
                    valid_from__isnull=True,
                    valid_until__isnull=True,
                )
                | Q(
                    starts_at__isnull=True,
                    ends_at__isnull=True,
                    weekday__isnull=False,
                    weekday__range=(1, 7),
                    from_minute__isnull=False,
                    to_minute__isnull=False,
                    to_minute__lte=MINUTES_PER_DAY,
                    from_minute__lt=F("to_minute"),
                    valid_from__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="exclusion_is_valid_forwards",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["location", "starts_at"], name="exclusion_by_location_and_time"),
            models.Index(fields=["staff"], name="exclusion_by_staff"),
        ]

    def __str__(self) -> str:
        return self.note or self.get_kind_display()

    def may_be_given_back_by(self, user) -> bool:
        """Return whether `user` may free this time from the calendar: never what is weekly.

        The desk gives back what a day brought: an absence, and what lasts a day at most.
        Holidays and longer plans are the manager's.
        """
        if self.weekday is not None:
            return False
        if user.has_perm("spa.change_staffavailability"):
            return True
        short = self.kind != ExclusionKind.HOLIDAY and self.ends_at - self.starts_at <= ONE_DAY
        of_the_day = short or self.kind == ExclusionKind.ABSENCE
        return of_the_day and user.has_perm("spa.add_availabilityexclusion")


def clock_of(minute: int) -> str:
    """Return a local minute of the day as it is read aloud: 570 → `9:30`, 1440 → `24:00`."""
    return f"{minute // 60}:{minute % 60:02d}"
