"""What a user sets for herself."""

from django import forms

from frontdesk.forms.single import SingleValues
from spa.models import Theme


class ThemeForm(SingleValues):
    theme = forms.ChoiceField(choices=Theme)
