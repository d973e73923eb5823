"""What is typed beside a week, and to take time away."""

from datetime import date
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from frontdesk.forms.block import Day
from frontdesk.forms.booking import YEARS
from frontdesk.forms.clients import LONGEST_LINE, DeskForm
from frontdesk.minutes import MinuteField
from spa import localtime
from spa.models import ExclusionKind, Location, Weekday

DATES, EVERY_WEEK = "dated", "weekly"


class DayField(forms.DateField):
    """A day, by the browser's own calendar."""

    widget = Day
    input_formats = ["%Y-%m-%d"]
    default_error_messages = {"invalid": _("Write a date."), "required": _("Write a date.")}

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and value.year not in YEARS:
            raise forms.ValidationError(_("There is no such day in the calendar."))


class ChangeForm(DeskForm):
    """Any change that is tried first; visits left outside have to be confirmed."""

    ids = "id_%s"

    confirmed = forms.CharField(required=False, max_length=16)  # the seal of what was shown

    def refuse(self, refusal) -> None:
        if self.is_bound and hasattr(refusal, "report"):
            self.refusal = refusal
            return
        super().refuse(refusal)


class WeekForm(ChangeForm):
    """From which day on, and which hours the form showed; the hours are `week.Week`."""

    valid_from = DayField(label=_("From this day on"))
    version = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def renew(self, version: str) -> None:
        """Have the form, when it is shown again, be about what is stored now."""
        self.data = self.data.copy()
        self.data["version"] = version


class OpeningForm(WeekForm):
    valid_from = None


class HolidaysForm(ChangeForm):
    """The days that are chosen, among those that are offered."""

    day = forms.TypedMultipleChoiceField(required=False, coerce=date.fromisoformat)

    def __init__(self, *args: object, days: list[date], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].choices = [(day.isoformat(), day.isoformat()) for day in days]


class ExclusionForm(ChangeForm):
    """On dates, or every week: the fields of the other way are not looked at."""

    kind = forms.ChoiceField(label=_("Reason"), choices=ExclusionKind)
    note = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_LINE)
    how = forms.ChoiceField(
        label=_("When"),
        choices=[(DATES, _("On dates")), (EVERY_WEEK, _("Every week"))],
        widget=forms.RadioSelect,
    )
    first_day = DayField(label=_("From"), required=False)
    from_time = MinuteField(label=_("From, time"), required=False)
    last_day = DayField(label=_("Until"), required=False)
    to_time = MinuteField(label=_("Until, time"), required=False, is_end=True)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"),
        choices=Weekday,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    weekly_from = MinuteField(label=_("From, time"), required=False)
    weekly_to = MinuteField(label=_("Until, time"), required=False, is_end=True)
    valid_from = DayField(label=_("First day"), required=False)
    valid_until = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: until it is removed.")
    )

    FIELDS = {
        DATES: ("first_day", "from_time", "last_day", "to_time"),
        EVERY_WEEK: ("weekdays", "weekly_from", "weekly_to", "valid_from"),
    }
    # What a service calls differently.
    NAMES = {"starts_at": "first_day", "ends_at": "to_time"}

    def __init__(self, *args: object, location: Location, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.location = location

    @classmethod
    def new(cls, location: Location, today: date, kind: str) -> "ExclusionForm":
        day = today.isoformat()
        return cls(
            location=location,
            initial={
                "request_id": uuid4(),
                "kind": kind,
                "how": DATES,
                "first_day": day,
                "from_time": "0:00",
                "last_day": day,
                "to_time": "24:00",
                "weekly_from": "13:00",
                "weekly_to": "14:00",
                "valid_from": day,
            },
        )

    @property
    def is_weekly(self) -> bool:
        return self["how"].value() == EVERY_WEEK

    def clean(self) -> dict:
        typed = super().clean()
        other = DATES if typed.get("how") == EVERY_WEEK else EVERY_WEEK
        for name in (*self.FIELDS[other], *(["valid_until"] if other == EVERY_WEEK else [])):
            self.errors.pop(name, None)
        for name in self.FIELDS.get(typed.get("how"), ()):
            if name not in self.errors and typed.get(name) in (None, "", []):
                self.add_error(name, _("Fill this in."))
        return typed

    def refuse(self, refusal) -> None:
        field = refusal.facts.get("field")
        if self.cleaned_data["how"] == EVERY_WEEK:
            field = {"to_time": "weekly_to"}.get(field, field)
        refusal.facts["field"] = self.NAMES.get(field, field)
        super().refuse(refusal)

    @property
    def call(self) -> dict:
        """Return the arguments of `schedule.exclude` or `schedule.exclude_weekly`."""
        typed = self.cleaned_data
        why = {"kind": typed["kind"], "note": typed["note"]}
        if typed["how"] == EVERY_WEEK:
            return why | {
                "weekdays": typed["weekdays"],
                "from_minute": typed["weekly_from"],
                "to_minute": typed["weekly_to"],
                "valid_from": typed["valid_from"],
                "valid_until": typed["valid_until"],
            }
        return why | {
            "starts_at": self._moment("first_day", "from_time"),
            "ends_at": self._moment("last_day", "to_time"),
        }

    def _moment(self, day: str, time: str):
        typed = self.cleaned_data
        return localtime.moment(localtime.instant(typed[day], typed[time], self.location.tz))
