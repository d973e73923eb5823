"""A value that stands twice in a form is nobody's wish (SEC-14)."""

from django import forms
from django.core.exceptions import BadRequest


class SingleValues(forms.Form):
    """Refuses a field that was sent twice, but where it is made for several values."""

    def __init__(self, data=None, *arguments: object, **keywords: object) -> None:
        super().__init__(data, *arguments, **keywords)
        for name, field in self.fields.items():
            several = getattr(field, "takes_several", False) or field.widget.__class__ in SEVERAL
            sent = data.getlist(self.add_prefix(name)) if hasattr(data, "getlist") else ()
            if not several and len(sent) > 1:
                raise BadRequest(f"{name} stands in the form twice")


SEVERAL = (forms.CheckboxSelectMultiple, forms.SelectMultiple, forms.MultipleHiddenInput)
