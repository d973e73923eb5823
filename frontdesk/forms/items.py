"""The treatments of a visit as a form sends them: four lists that belong together by order."""

from dataclasses import dataclass

from django import forms

from frontdesk.forms.booking import KEY, KeysField, Unreadable
from frontdesk.forms.single import SingleValues


@dataclass(frozen=True, slots=True)
class Sent:
    """One treatment as it was sent; `item`: None for a new one, `minutes`: None as it was."""

    item: int | None
    service: int
    therapist: int | None
    minutes: int | None
    parallel: bool = False  # at the same time as the one before it


class ItemsForm(SingleValues):
    """What the visit shall have, and the one button that was pressed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    request_id = forms.UUIDField(required=False)
    item = KeysField()
    service = KeysField()
    therapist = KeysField()
    minutes = KeysField()
    parallel = KeysField()  # the services that start with the one before them
    add = forms.IntegerField(**KEY)
    take_out = forms.IntegerField(**KEY)
    up = forms.IntegerField(**KEY)
    down = forms.IntegerField(**KEY)

    def read(self) -> dict:
        """Return what could be read; `sent` are the treatments, `unreadable` what to say."""
        self.is_valid()
        read = {name: self.cleaned_data.get(name) for name in self.fields}
        lists = [read.pop(name) or [] for name in ("item", "service", "therapist", "minutes")]
        sent = [] if len({len(one) for one in lists}) > 1 else list(zip(*lists, strict=True))
        garbled = bool(self.errors) or len(sent) < len(lists[1]) or any(not one[1] for one in sent)
        return {
            **read,
            "sent": [Sent(*one, one[1] in (read["parallel"] or ())) for one in sent if one[1]],
            "unreadable": Unreadable(reason="unreadable") if garbled else None,
        }
