"""What may stand in an address, and what is a 404 before any view sees it."""

from datetime import date

from django.urls import register_converter
from django.urls.converters import StringConverter

from frontdesk.codes import CODE
from frontdesk.forms.booking import YEARS


class CodeConverter(StringConverter):
    """The public code of a visit."""

    regex = CODE


class PaymentConverter(StringConverter):
    """The code of a payment."""

    regex = r"PG-\d{5,12}"


class DayConverter:
    """A date as `YYYY-MM-DD`; one that does not exist, or not in our calendar, is a 404."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        day = date.fromisoformat(value)
        if day.year not in YEARS:
            raise ValueError
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(CodeConverter, "code")
register_converter(DayConverter, "day")
register_converter(PaymentConverter, "payment")
