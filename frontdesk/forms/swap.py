"""Which two visits shall change places."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from frontdesk.codes import is_code
from frontdesk.forms.booking import VersionForm
from spa.errors import RuleBroken


class SwapForm(VersionForm):
    """The version of the visit, the code of the other and its version."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    other_version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    shown = forms.CharField(required=False)  # whose version that is
    request_id = forms.UUIDField(required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.codes = list(dict.fromkeys(data.getlist("with")))

    def read(self) -> dict:
        """Return what could be read; `refusal` where more than one visit was chosen.

        Three visits that change round are three wishes: each pair is tried and explained.
        """
        self.is_valid()
        read = {name: self.cleaned_data.get(name) for name in self.fields}
        codes = [code for code in self.codes if is_code(code)]
        refusal = None
        if len(codes) > 1:
            refusal = RuleBroken(
                _(
                    "Only two visits can change places at once. Swap two of them first,"
                    " then one of these with the third."
                ),
                reason="more_than_two",
            )
        return {**read, "code": codes[0] if len(codes) == 1 else None, "refusal": refusal}
