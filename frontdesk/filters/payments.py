"""Which payments the list shows: of a day, by method, state and who took them."""

from datetime import date

import django_filters
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from spa.models import Payment, PaymentMethod, PaymentState, User


class PaymentFilter(django_filters.FilterSet):
    """Needs the `location` whose users are offered."""

    method = django_filters.ChoiceFilter(
        label=_("Method"), choices=PaymentMethod.choices, empty_label=_("Every method")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=PaymentState.choices,
        empty_label=_("Every state"),
    )
    user = django_filters.ModelChoiceFilter(
        label=_("Taken by"), queryset=User.objects.none(), empty_label=_("Everybody")
    )

    class Meta:
        model = Payment
        fields = ()

    def __init__(self, *args: object, location: object, day: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        takers = Payment.objects.filter(location=location).values("user")
        self.filters["user"].queryset = User.objects.filter(pk__in=takers).order_by("name", "pk")
        self.day = day

    @property
    def query(self) -> str:
        """Return the query string of what is chosen."""
        valid = self.form.cleaned_data if self.form.is_valid() else {}
        query = QueryDict(mutable=True)
        query["day"] = self.day.isoformat()
        for name, value in valid.items():
            if value:
                query[name] = str(getattr(value, "pk", value))
        return f"?{query.urlencode()}"
