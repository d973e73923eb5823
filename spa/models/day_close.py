"""The end of a day at a house, put down by a manager (rule book §6)."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST_NOTE = 300


class DayCloseQuerySet(models.QuerySet):
    def standing(self, *, location, day: date) -> Self:
        """Return the close of a day that nobody has taken back, if there is one."""
        return self.filter(location=location, day=day, reopened_at__isnull=True)

    def locked(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class DayClose(models.Model):
    """What a day came to when it was closed. Never rewritten, only taken back (by trigger).

    While it stands, no drawer of the house is open of that day, and none is opened on it (by
    trigger). A day that is closed again gets another row.
    """

    location = models.ForeignKey("Location", on_delete=models.PROTECT, related_name="day_closes")
    day = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    taken_cents = models.JSONField(default=dict)  # by method
    given_back_cents = models.PositiveBigIntegerField()
    difference_cents = models.BigIntegerField()  # of all drawers together
    drawers_off = models.PositiveSmallIntegerField()  # whose count was not right
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    visits_left = models.PositiveSmallIntegerField()  # that were over, and not charged
    left_reason = models.CharField(max_length=LONGEST_NOTE, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reopen_reason = models.CharField(max_length=LONGEST_NOTE, blank=True)

    objects = DayCloseQuerySet.as_manager()

    class Meta:
        verbose_name = _("day close")
        verbose_name_plural = _("day closes")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                name="day_is_closed_once",
                fields=["location", "day"],
                condition=Q(reopened_at__isnull=True),
            ),
            models.CheckConstraint(
                name="day_close_explains_its_difference",
                condition=Q(drawers_off=0, difference_cents=0) | Q(drawers_off__gt=0) & ~Q(note=""),
            ),
            models.CheckConstraint(
                name="day_close_says_why_visits_are_left",
                condition=Q(visits_left=0, left_reason="")
                | Q(visits_left__gt=0) & ~Q(left_reason=""),
            ),
            models.CheckConstraint(
                name="day_is_opened_again_by_somebody_for_a_reason",
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True, reopen_reason="")
                | Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopen_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day}"

    @property
    def sum_cents(self) -> int:
        return sum(self.taken_cents.values())
