"""What is typed to give money back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from frontdesk.forms.pesos import PesoField
from frontdesk.forms.single import SingleValues
from spa.models import RefundReason, RefundWay

BY_THE_BANK = "bank"
REASONS = [one for one in RefundReason.choices if one[0] != RefundReason.CHARGEBACK]


class RefundForm(SingleValues):
    """How much, in what form, and why; what the bank took back needs no reason but its number."""

    way = forms.ChoiceField(
        label=_("How"),
        choices=[("", "—"), *RefundWay.choices, (BY_THE_BANK, _("The bank took it back"))],
    )
    amount = PesoField(label=_("Amount"), required=True)
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *REASONS], required=False)
    reference = forms.CharField(label=_("Reference"), required=False, max_length=40)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
