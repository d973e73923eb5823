"""What the forms about a client send. What can be kept is decided by the services."""

from collections.abc import Collection
from datetime import date
from typing import ClassVar
from uuid import uuid4

from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy as _

from frontdesk.forms.pesos import PesoField
from frontdesk.forms.single import SingleValues
from spa import phones
from spa.errors import BusinessLogicError
from spa.models import BY_HAND, Client, ConsentChannel, ConsentKind
from spa.services import clients

# More than anything that can be kept: a field only keeps out what nobody types.
LONGEST_LINE, LONGEST_TEXT = 300, 5000
MOST_GUARDIANS = 5


class DeskForm(SingleValues):
    """A form that is sent once however often its button is pressed, and comes back as typed."""

    default_renderer = DjangoTemplates
    ids: str | bool = False  # several stand on one page: their templates name the fields

    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id=self.ids, label_suffix="", **kwargs)
        self.fields["request_id"].initial = uuid4
        self.use_required_attribute = False

    def clean(self) -> dict:
        cleaned = super().clean()
        if "request_id" in self.errors:
            # Nobody sees that field: it is said above the form, which can then be sent.
            self.add_error(None, _("This form is out of date. Send it once more."))
            self.forget_request()
        return cleaned

    def refuse(self, refusal: BusinessLogicError) -> None:
        """Put a refusal at the field that it names, else above the form."""
        field = refusal.facts.get("field")
        self.add_error(field if field in self.fields else None, str(refusal.detail))
        self.refusal = refusal

    def forget_request(self) -> None:
        """Have the form, when it is shown again, count as another request."""
        self.data = self.data.copy()
        self.data["request_id"] = str(uuid4())


class NewClientForm(DeskForm):
    ids = "id_%s"

    name = forms.CharField(label=_("Name"), max_length=LONGEST_LINE, required=False)
    phone = forms.CharField(label=_("Mobile"), max_length=LONGEST_LINE, required=False)
    email = forms.CharField(label=_("Email"), max_length=LONGEST_LINE, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs = {"autocomplete": "off", "autocapitalize": "words"}
        self.fields["phone"].widget = forms.TextInput({"type": "tel", "autocomplete": "off"})
        self.fields["email"].widget = forms.TextInput(
            {"inputmode": "email", "autocomplete": "off", "spellcheck": "false"}
        )


class ShownField(forms.CharField):
    """A detail as the page showed it, in the words of `clients.as_texts`."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, strip=False)


DETAILS = ("name", "phone", "email", "language", "birth_date", "guardian")


class EditClientForm(NewClientForm):
    """`guardian_name` looks for a guardian; who is found is then chosen as `guardian`.

    `shown_…` are the details that the page showed: what was left as it was is nobody's wish.
    """

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("In which we write to the client."),
    )
    birth_date = forms.DateField(
        label=_("Birth date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Write a date, or leave it empty.")},
    )
    guardian = forms.ModelChoiceField(
        label=_("Guardian"),
        queryset=Client.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        widget=forms.RadioSelect,
    )
    shown_name = ShownField()
    shown_phone = ShownField()
    shown_email = ShownField()
    shown_language = ShownField()
    shown_birth_date = ShownField()
    shown_guardian = ShownField()
    guardian_name = forms.CharField(
        label=_("Look for a guardian"),
        max_length=LONGEST_LINE,
        required=False,
        help_text=_("Name or mobile of a client. Only for who is not of age."),
    )

    def __init__(self, *args: object, client: Client, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        choices = set(filter(None, [client.guardian_id]))
        if self.is_bound and (sought := self.data.get("guardian_name", "")[:LONGEST_LINE]):
            found = Client.objects.exclude(pk=client.pk).matching(sought)
            choices |= {one.pk for one in found[:MOST_GUARDIANS]}
        self._offer(choices)

    def _offer(self, guardians: set[int]) -> None:
        self.fields["guardian"].queryset = Client.objects.filter(pk__in=guardians).order_by("name")

    @classmethod
    def about(cls, client: Client) -> "EditClientForm":
        """Return the form as it is opened, with what is stored."""
        fields = ("name", "email", "language", "birth_date", "guardian", "version")
        stored = {field: getattr(client, field) for field in fields}
        stored |= {f"shown_{field}": text for field, text in clients.as_texts(client).items()}
        return cls(client=client, initial={**stored, "phone": phones.spoken(client.phone)})

    def clean(self) -> dict:
        cleaned = super().clean()
        guardian = cleaned.get("guardian")
        sought = cleaned.get("guardian_name")
        if sought and (guardian is None or guardian.pk == self.client.guardian_id):
            # Never the likeliest by itself: whoever sits at the desk chooses.
            found = self.fields["guardian"].queryset.exclude(pk=self.client.guardian_id)
            self.add_error(
                "guardian" if found else "guardian_name",
                _("Choose who is meant.") if found else _("Nobody is found by that."),
            )
        return cleaned

    @property
    def details(self) -> dict:
        """What `clients.edit` takes."""
        return {field: self.cleaned_data[field] for field in DETAILS}

    @property
    def shown(self) -> dict[str, str] | None:
        """What the page showed; None where the form does not say."""
        if not any(f"shown_{field}" in self.data for field in DETAILS):
            return None
        return {field: self.cleaned_data[f"shown_{field}"] for field in DETAILS}

    def show_again(self, client: Client, *, clashing: Collection[str]) -> None:
        """Have the form, when it is shown again, speak of the client as she is now.

        What she left as it was shown, and another user changed, is shown as that user left it.
        """
        now, was, opened = clients.as_texts(client), self.shown or {}, type(self).about(client)
        chosen = self.cleaned_data["guardian"]
        self._offer({client.guardian_id, chosen and chosen.pk} - {None})
        self.data = self.data.copy()
        self.data["version"] = client.version
        for field in DETAILS:
            if was and now[field] != was[field] and field not in clashing:
                self.data[field] = opened[field].value() or ""
            self.data[f"shown_{field}"] = now[field]


class HealthForm(DeskForm):
    """What is kept with consent, which may be given in the same step."""

    consents = forms.BooleanField(
        required=False, label=_("The client agrees that we keep health data, and may refuse")
    )

    @property
    def consent_by(self) -> str:
        return ConsentChannel.DESK if self.cleaned_data["consents"] else ""


class AlertForm(HealthForm):
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    alert = forms.CharField(max_length=LONGEST_LINE, required=False, label=_("Alert"))

    def show_again(self, *, version: int) -> None:
        """Have the form, when it is shown again, speak of the client as she is now."""
        self.is_outdated = True
        self.data = self.data.copy()
        self.data["version"] = version


class NoteForm(HealthForm):
    note = forms.CharField(
        max_length=LONGEST_TEXT, required=False, label=_("New note"), widget=forms.Textarea
    )


class ConsentForm(DeskForm):
    kind = forms.ChoiceField(choices=ConsentKind)
    given = forms.TypedChoiceField(
        choices=[("1", "1"), ("0", "0")], coerce=lambda sent: sent == "1"
    )
    channel = forms.ChoiceField(choices=ConsentChannel, required=False)

    def clean_channel(self) -> str:
        return self.cleaned_data["channel"] or ConsentChannel.DESK


class ReasonForm(DeskForm):
    reason = forms.CharField(max_length=LONGEST_TEXT, required=False, label=_("Reason"))


class CreditForm(DeskForm):
    """How much credit a manager gives, and why; `seen` is what the client had on her page."""

    FIELDS: ClassVar = {
        "amount_not_positive": "amount",
        "amount_with_cents": "amount",
        "amount_too_large": "amount",
        "credit_without_reason": "reason",
    }

    amount = PesoField(
        label=_("Amount"),
        required=True,
        error_messages={"required": _("Write an amount in pesos, as 180.000.")},
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", "—"), *((one, one.label) for one in BY_HAND)],
        error_messages={"required": _("Say why the client gets credit.")},
    )
    seen = forms.IntegerField(min_value=0, max_value=2**53, widget=forms.HiddenInput)

    def refuse(self, refusal: BusinessLogicError) -> None:
        field = self.FIELDS.get(refusal.facts.get("reason"))
        if "limit_cents" in refusal.facts:
            field = "amount"
        self.add_error(field, str(refusal.detail))
        self.refusal = refusal

    def show_again(self, *, seen: int) -> None:
        """Have the form, when it is shown again, speak of what the client has now."""
        self.data = self.data.copy()
        self.data["seen"] = str(seen)


def is_minor(client: Client, *, today: date) -> bool:
    """Return whether the client is not of age on a day (SEC-47); unknown counts as of age."""
    born = client.birth_date
    if born is None:
        return False
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years < 18
