"""What is typed to charge a visit."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from frontdesk.forms.booking import PairsField
from frontdesk.forms.pesos import PesoField
from frontdesk.forms.single import SingleValues
from spa.models import (
    AT_THE_DESK,
    Appointment,
    DebtReason,
    DiscountReason,
    PaymentMethod,
    StaffMember,
)

METHODS = [(str(one), PaymentMethod(one).label) for one in AT_THE_DESK]


class ChargeForm(SingleValues):
    """One method pays the rest (`rest`); the others pay what is written beside them.

    `therapists` are those of the visit, or of her party: each may get a tip. `companions` are
    the visits that can be paid along with hers.
    """

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    together = forms.TypedMultipleChoiceField(
        label=_("Pay for the others, too"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    versions = PairsField()  # of the visits of her party, by their keys
    part = forms.ChoiceField(choices=[("deposit", "deposit"), ("", "all")], required=False)
    rest = forms.ChoiceField(choices=[*METHODS, ("", _("Nothing more now"))], required=False)
    cash = PesoField(label=_("Amount"))
    card_terminal = PesoField(label=_("Amount"))
    bank_transfer = PesoField(label=_("Amount"))
    tendered = PesoField(label=_("Handed over"))
    card_reference = forms.CharField(
        label=_("Voucher number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autofocus": True, "inputmode": "numeric"}),
    )
    transfer_reference = forms.CharField(label=_("Reference"), required=False, max_length=40)
    use_credit = forms.BooleanField(label=_("Use the client’s credit"), required=False)
    excess_to_credit = forms.BooleanField(
        label=_("Keep what is too much as credit"), required=False
    )
    discount = PesoField(label=_("Discount"))
    discount_reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "—"), *DiscountReason.choices], required=False
    )
    close = forms.BooleanField(label=_("The treatment is over: close the visit"), required=False)
    debt_reason = forms.ChoiceField(
        label=_("Leave the rest as a debt"),
        choices=[("", "—"), *DebtReason.choices],
        required=False,
    )

    def __init__(
        self,
        *arguments,
        therapists: Sequence[StaffMember],
        companions: Sequence[Appointment] = (),
        **keywords,
    ) -> None:
        super().__init__(*arguments, **keywords)
        self.fields["together"].choices = [(one.pk, one.client.name) for one in companions]
        self.therapists = therapists
        for one in therapists:
            self.fields[f"tip_{one.pk}"] = PesoField(label=one.name)

    @property
    def tip_fields(self) -> list[forms.BoundField]:
        return [self[f"tip_{one.pk}"] for one in self.therapists]

    @property
    def tips(self) -> dict[int, int]:
        """Return the cents by therapist, as far as they could be read."""
        read = self.cleaned_data
        return {one.pk: cents for one in self.therapists if (cents := read.get(f"tip_{one.pk}"))}
