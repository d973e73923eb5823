"""What is typed when a therapist is out: who, from when, until when, and why."""

from datetime import date, datetime
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from frontdesk.forms.clients import LONGEST_LINE
from frontdesk.forms.schedule import ChangeForm, DayField
from frontdesk.minutes import MinuteField
from spa import localtime
from spa.models import ExclusionKind, Location, StaffMember
from spa.models.schedule import MINUTES_PER_DAY, clock_of

REST, WHOLE, HOURS, DAYS = "rest", "whole", "hours", "days"
USUAL_MINUTE = 8 * 60  # what the form proposes on any other day than today
REASONS = (
    ExclusionKind.ABSENCE,
    ExclusionKind.TRAINING,
    ExclusionKind.HOLIDAY,
    ExclusionKind.BLOCK,
)


class OutForm(ChangeForm):
    """The fields of another length than the one chosen are not looked at."""

    staff = forms.TypedChoiceField(label=_("Therapist"), coerce=int)
    length = forms.ChoiceField(
        label=_("How long"),
        choices=[
            (REST, _("Until the end of the day")),
            (WHOLE, _("The whole day")),
            (HOURS, _("Until a time")),
            (DAYS, _("Several days")),
        ],
        widget=forms.RadioSelect,
    )
    first_day = DayField(label=_("Day"))
    from_time = MinuteField(label=_("From, time"), required=False)
    to_time = MinuteField(label=_("Until, time"), required=False, is_end=True)
    last_day = DayField(label=_("Last day"), required=False)
    kind = forms.ChoiceField(
        label=_("Reason"), choices=[(kind.value, kind.label) for kind in REASONS]
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_LINE)

    NEEDS = {REST: ("from_time",), WHOLE: (), HOURS: ("from_time", "to_time"), DAYS: ("last_day",)}
    # What a service calls differently.
    NAMES = {"starts_at": "first_day"}

    def __init__(self, *args: object, location: Location, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.location = location
        members = StaffMember.objects.active().working_at(location).order_by("position", "pk")
        self.members = {member.pk: member for member in members}
        self.fields["staff"].choices = [(pk, member.name) for pk, member in self.members.items()]

    @classmethod
    def new(cls, location: Location, day: date, *, staff: str, now: datetime) -> "OutForm":
        """Return the form for the rest of today, from this quarter of an hour on."""
        local = now.astimezone(location.tz)
        minute = local.hour * 60 + local.minute - local.minute % 15
        if local.date() != day:
            minute = USUAL_MINUTE
        initial = {
            "request_id": uuid4(),
            "staff": staff,
            "length": REST if local.date() == day else WHOLE,
            "first_day": day.isoformat(),
            "from_time": clock_of(minute),
            "to_time": clock_of(min(minute + 120, MINUTES_PER_DAY)),
            "last_day": day.isoformat(),
            "kind": ExclusionKind.ABSENCE,
        }
        return cls(location=location, initial=initial)

    def clean(self) -> dict:
        typed = super().clean()
        needed = self.NEEDS.get(typed.get("length"), ())
        for name in ("from_time", "to_time", "last_day"):
            if name not in needed:
                self.errors.pop(name, None)
            elif name not in self.errors and typed.get(name) is None:
                self.add_error(name, _("Fill this in."))
        return typed

    def refuse(self, refusal) -> None:
        field = refusal.facts.get("field")
        if field == "ends_at":
            ends = {HOURS: "to_time", DAYS: "last_day"}
            field = ends.get(self.cleaned_data["length"], "first_day")
        refusal.facts["field"] = self.NAMES.get(field, field)
        super().refuse(refusal)

    @property
    def call(self) -> dict:
        """Return the arguments of `absence.take_out`; for a valid form."""
        typed = self.cleaned_data
        starts_at, ends_at = self._span(typed["length"])
        return {
            "location": self.location,
            "staff": self.members[typed["staff"]],
            "starts_at": starts_at,
            "ends_at": ends_at,
            "kind": typed["kind"],
            "note": typed["note"],
        }

    def _span(self, length: str) -> tuple[datetime, datetime]:
        typed = self.cleaned_data
        first, start = typed["first_day"], typed.get("from_time") or 0
        if length == REST:
            return self._at(first, start), self._at(first, MINUTES_PER_DAY)
        if length == HOURS:
            return self._at(first, start), self._at(first, typed["to_time"])
        if length == WHOLE:
            return self._at(first, 0), self._at(first, MINUTES_PER_DAY)
        return self._at(first, 0), self._at(typed["last_day"], MINUTES_PER_DAY)

    def _at(self, day: date, minute: int) -> datetime:
        return localtime.moment(localtime.instant(day, minute, self.location.tz))
