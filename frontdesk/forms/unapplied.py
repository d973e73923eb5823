"""What a manager decides about money without a home, each with its reason."""

from django import forms
from django.utils.translation import gettext_lazy as _

from frontdesk.client_search import LONGEST_SEARCH
from frontdesk.codes import is_code
from frontdesk.forms.single import SingleValues
from spa.errors import BusinessLogicError
from spa.services.gateway.unapplied import LONGEST_NOTE


class DecisionForm(SingleValues):
    """What the three have in common. Its fields' ids begin with its name: one page has all."""

    # By the service's reason, whose field the refusal stands at.
    FIELDS = {"note_missing": "note", "note_too_long": "note"}

    note = forms.CharField(label=_("Reason"), max_length=LONGEST_NOTE)
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *arguments: object, **keywords: object) -> None:
        super().__init__(*arguments, **{"auto_id": f"{self.name}_%s", **keywords})

    def refuse(self, refusal: BusinessLogicError) -> None:
        field = self.FIELDS.get(str(refusal.facts.get("reason")))
        self.add_error(field if field in self.fields else None, refusal.detail)


class ApplyForm(DecisionForm):
    """Which visit it pays: one that is proposed, or one whose code is typed."""

    name = "apply"
    FIELDS = {**DecisionForm.FIELDS, "nothing_owed": "code"}

    visit = forms.CharField(required=False, max_length=16)
    code = forms.CharField(
        label=_("Code of another visit"),
        required=False,
        max_length=16,
        widget=forms.TextInput(
            attrs={"placeholder": "BR-48213", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    field_order = ("visit", "code", "note", "request_id")

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].upper()
        if code and not is_code(code):
            raise forms.ValidationError(_("A code looks like BR-48213."))
        return code

    def clean(self) -> dict:
        typed = super().clean()
        if not self.errors.get("code") and not self.chosen:
            self.add_error("code", _("Choose a visit, or type its code."))
        return typed

    @property
    def chosen(self) -> str:
        """Return the code of the visit; one that was typed goes before one that was ticked."""
        return self.cleaned_data.get("code") or self.cleaned_data.get("visit") or ""


class CreditForm(DecisionForm):
    """Whom it is given to, and what was typed to find her."""

    name = "credit"

    q = forms.CharField(label=_("Client"), required=False, max_length=LONGEST_SEARCH)
    client = forms.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        error_messages={"required": _("Choose whom it is given to.")},
    )
    field_order = ("q", "client", "note", "request_id")


class RefundedForm(DecisionForm):
    """How it was given back outside, so that it can be traced."""

    name = "refund"

    def __init__(self, *arguments: object, **keywords: object) -> None:
        super().__init__(*arguments, **keywords)
        self.fields["note"].label = _("How it was given back")
        self.fields["note"].help_text = _("The number of the transfer, or of Wompi’s case.")
