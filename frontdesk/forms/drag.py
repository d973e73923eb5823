"""Where a card was dropped, and where its lower edge was."""

from django import forms

from frontdesk.forms.booking import KEY, SCOPES, MomentField, PairsField, VersionForm

REQUIRED = KEY | {"required": True}


class DragForm(VersionForm):
    """Which item of which version was carried, to which therapist and start."""

    item = forms.IntegerField(**REQUIRED)
    start = MomentField()
    staff = forms.IntegerField(**KEY)  # none: the item needs nobody, or keeps whom it has
    request_id = forms.UUIDField()
    scope = forms.ChoiceField(choices=SCOPES, required=False)  # of a party, once it was asked
    versions = PairsField()  # of the visits of a party, as they were when it was asked

    def clean_start(self):
        start = self.cleaned_data["start"]
        if start is None:
            raise forms.ValidationError("required")
        return start


class StretchForm(VersionForm):
    """When one item of which version shall end."""

    item = forms.IntegerField(**REQUIRED)
    end = MomentField()
    request_id = forms.UUIDField()

    def clean_end(self):
        end = self.cleaned_data["end"]
        if end is None:
            raise forms.ValidationError("required")
        return end
