"""What the forms about a visit send."""

from django import forms


class VersionForm(forms.Form):
    """Which version of the visit the page showed when the button was pressed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
