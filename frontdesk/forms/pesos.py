"""An amount of money as it is typed at the desk."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from spa import money
from spa.models import MOST_CENTS

LONGEST = 24


class PesoField(forms.CharField):
    """Whole pesos: `180.000`, `$180.000` or `180000`; cleaned to cents, None where empty."""

    def __init__(self, **keywords) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(**{"required": False, "max_length": LONGEST, "widget": widget, **keywords})

    def clean(self, value: str | None) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            cents = money.typed(text)
        except money.WithCents as error:
            raise ValidationError(_("Write whole pesos, without cents."), "cents") from error
        except ValueError as error:
            raise ValidationError(_("Write an amount in pesos, as 180.000."), "amount") from error
        if cents > MOST_CENTS:
            raise ValidationError(_("That is too much. Check the zeros."), "huge")
        return cents

    def prepare_value(self, value: object) -> object:
        """Show cents as they are typed: without the sign."""
        return money.pesos(value).removeprefix("$\u00a0") if isinstance(value, int) else value
