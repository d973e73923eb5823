"""What happened to a visit, one row for each change (rule book §5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


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
    REBOOK = "rebook", _("Booked again: paid late")


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

    appointment = models.ForeignKey("Appointment", on_delete=models.CASCADE, related_name="changes")
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
