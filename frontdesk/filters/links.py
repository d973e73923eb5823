"""Which payment links the list shows."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from spa.models import PaymentRequest
from spa.services.link_progress import REFUSED


class LinkFilter(django_filters.FilterSet):
    """Of requests that know `is_wanted`; without a choice those that somebody waits for."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="narrow",
        empty_label=_("Open links"),
        choices=[
            ("wanted", _("Asked for again")),
            ("paying", _("Being paid")),
            ("declined", _("Declined")),
            ("closed", _("Closed")),
        ],
    )

    class Meta:
        model = PaymentRequest
        fields = ()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if not self.form.cleaned_data.get("state"):
            return queryset.filter(Q(closed_at=None) | Q(is_wanted=True))
        return super().filter_queryset(queryset)

    def narrow(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            {
                "wanted": Q(is_wanted=True),
                "paying": Q(is_being_paid=True),
                "declined": Q(closed_at=None, is_being_paid=False, last_state__in=REFUSED),
                "closed": Q(closed_at__isnull=False),
            }[value]
        )
