"""Which clients the list shows: each filter is on or off, and all that are on must fit."""

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from spa.models import Appointment, AppointmentStatus, Client


class Switch(django_filters.ChoiceFilter):
    """`?vip=1` and nothing else; any other value is left out of account."""

    def __init__(self, label: str, method: str) -> None:
        super().__init__(label=label, method=method, choices=[("1", label)])


class ClientFilter(django_filters.FilterSet):
    """Needs `today`: VIP ends on a day."""

    vip = Switch(_("VIP"), "only_vip")
    blocked = Switch(_("May not book"), "only_blocked")
    first = Switch(_("First visit ahead"), "only_newcomers")

    ICONS = {
        "vip": "crown",
        "blocked": "shield-alert",
        "first": "sparkles",
    }

    class Meta:
        model = Client
        fields = ()

    def __init__(self, *args: object, today: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    @property
    def on(self) -> dict[str, str]:
        """The filters that are on, as an address carries them."""
        valid = self.form.cleaned_data if self.form.is_valid() else {}
        return {name: "1" for name in self.filters if valid.get(name)}

    def chips(self) -> list[dict]:
        """Return each filter with the query that turns it on, or off again."""
        on = self.on
        return [
            {
                "label": one.label,
                "icon": self.ICONS[name],
                "on": name in on,
                "query": _query(on, without=name) if name in on else _query({**on, name: "1"}),
            }
            for name, one in self.filters.items()
        ]

    def only_vip(self, clients: QuerySet, _name: str, _value: str) -> QuerySet:
        return clients.filter(vip_until__gte=self.today)

    def only_blocked(self, clients: QuerySet, _name: str, _value: str) -> QuerySet:
        return clients.filter(persona_non_grata_since__isnull=False)

    def only_newcomers(self, clients: QuerySet, _name: str, _value: str) -> QuerySet:
        completed = Appointment.objects.filter(
            client=OuterRef("pk"), status=AppointmentStatus.COMPLETED
        )
        return clients.exclude(Exists(completed))


def _query(on: dict[str, str], without: str = "") -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in on.items() if name != without})
    return f"?{query.urlencode()}" if query else ""
