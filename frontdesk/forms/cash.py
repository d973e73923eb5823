"""What is typed about a cash drawer: the float, a movement by hand, the count."""

from django import forms
from django.utils.translation import gettext_lazy as _

from frontdesk.forms.pesos import PesoField
from frontdesk.forms.single import SingleValues
from spa.models import COINS, LONGEST_NOTE, NOTES, CashDrawer, CashReason, Location

MOST_PIECES = 100_000


class OpenForm(SingleValues):
    """Which drawer, and how much lies in it."""

    drawer = forms.ModelChoiceField(label=_("Drawer"), queryset=CashDrawer.objects.none())
    float = PesoField(label=_("Cash in it"), required=True)
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *arguments, location: Location, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        drawers = CashDrawer.objects.filter(location=location, withdrawn_at=None)
        self.fields["drawer"].queryset = drawers.exclude(
            sessions__closed_at=None, sessions__isnull=False
        ).order_by("name", "pk")


class MoveForm(SingleValues):
    """Cash that is put in or taken out by hand, and why."""

    way = forms.ChoiceField(
        choices=[("in", _("Put in")), ("out", _("Take out"))], widget=forms.RadioSelect
    )
    amount = PesoField(label=_("Amount"), required=True)
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *CashReason.choices])
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    @property
    def cents(self) -> int:
        """Return the amount with its sign: positive when it is put in."""
        sign = 1 if self.cleaned_data["way"] == "in" else -1
        return sign * self.cleaned_data["amount"]


class CountForm(SingleValues):
    """How many there are of each note and coin."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *arguments, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        for worth in (*NOTES, *COINS):
            self.fields[f"count_{worth}"] = forms.IntegerField(
                label=f"{worth:,}".replace(",", "."),
                min_value=0,
                max_value=MOST_PIECES,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )

    @property
    def notes(self) -> list[forms.BoundField]:
        return [self[f"count_{worth}"] for worth in NOTES]

    @property
    def coins(self) -> list[forms.BoundField]:
        return [self[f"count_{worth}"] for worth in COINS]

    @property
    def counts(self) -> dict[int, int]:
        """Return the pieces by their worth in pesos, as far as they could be read."""
        return {
            worth: pieces
            for worth in (*NOTES, *COINS)
            if (pieces := self.cleaned_data.get(f"count_{worth}"))
        }

    @property
    def counted_cents(self) -> int:
        return sum(worth * pieces for worth, pieces in self.counts.items()) * 100


class TipsForm(SingleValues):
    """Whose tips are handed on, and what they came to when the page was drawn."""

    staff = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    cents = forms.IntegerField(min_value=1, max_value=2**53, widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)


class DrawerForm(SingleValues):
    """A drawer that the house did not have before."""

    name = forms.CharField(label=_("Name of a new drawer"), max_length=40)


class CloseDayForm(SingleValues):
    """What a manager says of a day; `difference` is what its page showed, in cents."""

    note = forms.CharField(
        label=_("What is known of the difference"), required=False, max_length=LONGEST_NOTE
    )
    left_reason = forms.CharField(
        label=_("Why visits are left uncharged"), required=False, max_length=LONGEST_NOTE
    )
    difference = forms.IntegerField(min_value=-(2**53), max_value=2**53, widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def show_again(self, *, difference: int) -> None:
        """Have the form, when it is shown again, speak of the day as it is now."""
        self.data = self.data.copy()
        self.data["difference"] = str(difference)


class ReopenDayForm(SingleValues):
    """Which close is taken back, and why."""

    reason = forms.CharField(
        label=_("Why the day is opened again"), required=False, max_length=LONGEST_NOTE
    )
    close = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
