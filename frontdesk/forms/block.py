"""What is typed to block time for a person, a room, or the whole location."""

from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frontdesk.forms.booking import YEARS
from frontdesk.forms.single import SingleValues
from spa import localtime
from spa.models import ExclusionKind, Location, Room, StaffMember
from spa.models.schedule import MINUTES_PER_DAY

EVERYBODY = "location"


class Day(forms.TextInput):
    """The browser's own calendar; takes and gives ISO text, whatever the language."""

    input_type = "date"


class Clock(forms.TextInput):
    input_type = "time"


class EndField(forms.TimeField):
    """When a block ends: the clock shows midnight as 00:00, which ends the last day (24:00)."""

    def clean(self, value: object) -> int | None:
        if value == "24:00":
            return MINUTES_PER_DAY
        at = super().clean(value)
        return None if at is None else at.hour * 60 + at.minute or MINUTES_PER_DAY


class BlockForm(SingleValues):
    """Whom it is about, from when to when on which days, and why."""

    who = forms.ChoiceField(label=_("Who or what"), widget=forms.Select(attrs={"autofocus": True}))
    kind = forms.ChoiceField(label=_("Reason"), choices=ExclusionKind)
    note = forms.CharField(label=_("Note"), required=False, max_length=80)
    first_day = forms.DateField(label=_("From"), input_formats=["%Y-%m-%d"], widget=Day)
    from_time = forms.TimeField(label=_("From, time"), input_formats=["%H:%M"], widget=Clock)
    last_day = forms.DateField(label=_("Until"), input_formats=["%Y-%m-%d"], widget=Day)
    to_time = EndField(label=_("Until, time"), input_formats=["%H:%M"], widget=Clock)
    confirmed = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *arguments, location: Location, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        self.location = location
        staff = StaffMember.objects.active().working_at(location).order_by("position", "pk")
        rooms = Room.objects.active().filter(location=location).order_by("position", "pk")
        self.subjects = {
            EVERYBODY: {},
            **{f"staff-{member.pk}": {"staff": member} for member in staff},
            **{f"room-{room.pk}": {"room": room} for room in rooms},
        }
        self.fields["who"].choices = [
            (_("Therapists"), [(f"staff-{one.pk}", one.name) for one in staff]),
            (_("Rooms"), [(f"room-{one.pk}", one.name) for one in rooms]),
            (_("Everybody"), [(EVERYBODY, location.name)]),
        ]

    def clean_first_day(self) -> date:
        return self._day("first_day")

    def clean_last_day(self) -> date:
        return self._day("last_day")

    def _day(self, field: str) -> date:
        day = self.cleaned_data[field]
        if day.year not in YEARS:
            raise ValidationError(_("There is no such day in the calendar."))
        return day

    @property
    def call(self) -> dict:
        """Return the arguments of `schedule.block_time`; for a valid form."""
        typed = self.cleaned_data
        start = typed["from_time"]
        return {
            "location": self.location,
            **self.subjects[typed["who"]],
            "starts_at": self._moment("first_day", start.hour * 60 + start.minute),
            "ends_at": self._moment("last_day", typed["to_time"]),
            "kind": typed["kind"],
            "note": typed["note"],
            "confirmed": typed["confirmed"],
        }

    def _moment(self, day: str, minute: int) -> datetime:
        return localtime.moment(localtime.instant(self.cleaned_data[day], minute, self.location.tz))
