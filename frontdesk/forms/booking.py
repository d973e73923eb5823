"""What the forms about a visit send."""

from datetime import date, datetime
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frontdesk.forms.single import SingleValues
from frontdesk.strip import WORDS
from spa.errors import RuleBroken
from spa.models import OverrideReason
from spa.services.booking import LARGEST

SCOPES = [("party", "party"), ("one", "one")]
YEARS = range(2000, 2200)  # what the calendar can be asked about
MOST_IDS = 20
T = TypeVar("T")
KEY = {"min_value": 1, "max_value": 2**63 - 1, "required": False}


class Unreadable(RuleBroken):
    """Something in the form is no number, day or time; `facts["fields"]` names it."""

    default_detail = _(
        "A part of what was sent could not be read and was left out. Check what is chosen."
    )


class VersionForm(SingleValues):
    """Which version of the visit the page showed when the button was pressed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)

    def asked(self, field: str, otherwise: T) -> T:
        """Return what was sent; what cannot be read is `otherwise`, for the service to refuse."""
        self.is_valid()
        return self.cleaned_data.get(field, otherwise)


class KeepForm(VersionForm):
    """For how many minutes from now on an unpaid visit is kept."""

    minutes = forms.IntegerField(min_value=1, max_value=24 * 60)


class LinkForm(VersionForm):
    """A step about a visit's payment link, by a number of its own: it may be taken again."""

    request_id = forms.UUIDField(required=False)


class WaiveForm(VersionForm):
    """Why a visit is confirmed without its deposit."""

    reason_code = forms.ChoiceField(choices=OverrideReason)


class DayField(forms.DateField):
    """A date as `YYYY-MM-DD`."""

    def __init__(self) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], required=False)

    def to_python(self, value: str | None) -> date | None:
        day = super().to_python(value)
        if day and day.year not in YEARS:
            raise ValidationError(_("There is no such day in the calendar."))
        return day


class MomentField(forms.CharField):
    """A moment in ISO 8601 with its offset from UTC, as `data-start` carries it."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=40)

    def clean(self, value: str | None) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            # A plus sign that was not escaped arrives as a space.
            moment = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError as error:
            raise ValidationError(_("That is not a time.")) from error
        if moment.tzinfo is None or moment.year not in YEARS:
            raise ValidationError(_("That is not a time."))
        return moment


class KeysField(forms.Field):
    """Keys in their order, one a field of the same name; an empty one is None."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: list[str] | None) -> list[int | None]:
        if value and len(value) > MOST_IDS:
            raise ValidationError(_("That is too many."))
        key = forms.IntegerField(**KEY)
        return [key.clean(one) for one in value or ()]


class PairsField(forms.Field):
    """Pairs of keys as `7:12`, one a field of the same name; an empty one is left out."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: list[str] | None) -> list[tuple[int, int]]:
        if value and len(value) > MOST_IDS:
            raise ValidationError(_("That is too many."))
        key = forms.IntegerField(**KEY | {"required": True})
        pairs = [one.partition(":")[::2] for one in value or () if one]
        return [(key.clean(first), key.clean(second)) for first, second in pairs]


class ReadForm(SingleValues):
    """A form of which whatever can be read is taken."""

    def read(self) -> dict:
        """Return what could be read, by field; `unreadable` is what to say of the rest."""
        self.is_valid()
        read = {name: self.cleaned_data.get(name) for name in self.fields}
        left_out = tuple(sorted(self.errors))
        refusal = Unreadable(reason="unreadable", fields=left_out) if left_out else None
        return {**read, "unreadable": refusal}


class TimesForm(ReadForm):
    """Which day and start are chosen; `auto_…`: what the page had chosen by itself."""

    day = DayField()
    go = DayField()  # a day of the strip that was pressed
    first = DayField()  # where the strip begins
    part = forms.ChoiceField(choices=WORDS, required=False)  # of the day
    within = forms.ChoiceField(choices=WORDS, required=False)  # one that was pressed
    take = MomentField()  # a first free time that was pressed, of whatever day
    start = MomentField()
    auto_day = DayField()
    auto_start = MomentField()
    override = forms.ChoiceField(choices=OverrideReason, required=False)  # a manager's reason
    request_id = forms.UUIDField(required=False)


class GuestForm(ReadForm):
    """One of those who come: who she is, and what she wants with whom."""

    client = forms.IntegerField(**KEY)
    q = forms.CharField(required=False, strip=False)
    new_client = forms.BooleanField(required=False)
    name = forms.CharField(required=False, strip=False)
    phone = forms.CharField(required=False, strip=False)
    service = KeysField()
    therapist = KeysField()  # of each service
    also = PairsField()  # service and therapist: who else will do
    parallel = KeysField()  # the services that start with the one before them


class BookingForm(TimesForm, GuestForm):
    """A visit that is being put together, and the one button that was pressed.

    Of a party one guest is open at a time, whose fields stand here; those of the others carry
    their number before their names. Both are counted from 0.
    """

    keep = forms.IntegerField(min_value=1, max_value=24 * 60, required=False)  # minutes
    waive = forms.ChoiceField(choices=OverrideReason, required=False)  # why without a deposit
    then = forms.ChoiceField(choices=[("charge", "charge"), ("link", "link")], required=False)

    guests = forms.IntegerField(min_value=1, max_value=LARGEST, required=False)
    open = forms.IntegerField(min_value=0, max_value=LARGEST - 1, required=False)
    staff = forms.IntegerField(**KEY)  # the therapist whom the visit was opened for

    pick = forms.IntegerField(**KEY)
    write_client = forms.BooleanField(required=False)
    drop_client = forms.BooleanField(required=False)
    past = forms.BooleanField(required=False)  # a forgotten visit is entered
    usual = forms.BooleanField(required=False)
    add = forms.IntegerField(**KEY)
    take_out = forms.IntegerField(**KEY)
    up = forms.IntegerField(**KEY)
    down = forms.IntegerField(**KEY)
    anyone = forms.BooleanField(required=False)
    only = forms.IntegerField(**KEY)
    companion = forms.BooleanField(required=False)  # one more comes
    edit = forms.IntegerField(min_value=0, max_value=LARGEST - 1, required=False)
    leave = forms.IntegerField(min_value=0, max_value=LARGEST - 1, required=False)

    def read(self) -> dict:
        """Return as the others do; `others` is what is chosen for each guest who is not open."""
        read = super().read()
        read["guests"] = read["guests"] or 1
        read["open"] = min(read["open"] or 0, read["guests"] - 1)
        numbers = (number for number in range(read["guests"]) if number != read["open"])
        read["others"] = [GuestForm(self.data, prefix=f"g{number}").read() for number in numbers]
        told = (other["unreadable"] for other in read["others"])
        read["unreadable"] = read["unreadable"] or next(filter(None, told), None)
        return read


class PartyForm(SingleValues):
    """For whom a party is cancelled, and which versions of its visits the page showed."""

    by = forms.ChoiceField(choices=[("client", "client"), ("spa", "spa")])
    versions = PairsField()


class MoveForm(TimesForm):
    """Another time for a visit: with whom, and who wants it."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    therapists = forms.ChoiceField(choices=[("same", "same"), ("any", "any")], required=False)
    only = forms.BooleanField(required=False)
    anyone = forms.BooleanField(required=False)
    who = forms.ChoiceField(choices=[("client", "client"), ("spa", "spa")], required=False)
    scope = forms.ChoiceField(choices=SCOPES, required=False)  # of a party
    versions = PairsField()  # of the visits of a party, by their keys
