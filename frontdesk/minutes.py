"""Times of the day as they are typed, to minutes: `9`, `9:30`, `0930`, `24:00`."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from spa.models.schedule import MINUTES_PER_DAY

_TIME = re.compile(r"(\d{1,2})(?:[:.hH]?(\d{2}))?", re.ASCII)
LONGEST = 8
CHOICES = [f"{minute // 60}:{minute % 60:02d}" for minute in range(0, MINUTES_PER_DAY + 1, 30)]


def minute_of(text: str, *, is_end: bool = False) -> int | None:
    """Return the local minute, or None for what is no time; midnight ends a day as 24:00."""
    found = _TIME.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    at = hour * 60 + minute
    if minute > 59 or at > (MINUTES_PER_DAY if is_end else MINUTES_PER_DAY - 1):
        return None
    return MINUTES_PER_DAY if is_end and at == 0 else at


class MinuteField(forms.CharField):
    """A time of the day as a minute; the end of a span may be 24:00."""

    def __init__(self, *, is_end: bool = False, **keywords: object) -> None:
        self.is_end = is_end
        attrs = {"inputmode": "numeric", "autocomplete": "off", "list": "times", "maxlength": 5}
        super().__init__(widget=forms.TextInput(attrs), **keywords)

    def clean(self, value: str | None) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        minute = minute_of(text, is_end=self.is_end)
        if minute is None:
            raise forms.ValidationError(_("Write a time such as 9:30."))
        return minute
