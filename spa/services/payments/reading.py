"""What was taken on a day, in sums; reads and never decides."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from spa import localtime
from spa.models import Location, Payment, PaymentMethod, Refund


@dataclass(frozen=True, slots=True)
class DaySums:
    """What a house took on a day, and gave back. Cents."""

    by_method: dict[str, int]
    count: int
    tips: int
    given_back: int

    @property
    def taken(self) -> int:
        return sum(self.by_method.values())


def of_day(location: Location, day: date) -> QuerySet[Payment]:
    """Return the payments of a local day at a location."""
    first, last = localtime.day_span(day, location.tz)
    return Payment.objects.filter(location=location, at__gte=first, at__lt=last)


def sums(location: Location, day: date) -> DaySums:
    """Return the sums of what was approved on a local day. Two queries."""
    rows = (
        of_day(location, day)
        .approved()
        .values("method")
        .annotate(taken=Sum("amount_cents"), tips=Sum("tip_cents"), number=Count("pk"))
    )
    rows = {row["method"]: row for row in rows}
    first, last = localtime.day_span(day, location.tz)
    back = Refund.objects.filter(payment__location=location, at__gte=first, at__lt=last)
    return DaySums(
        by_method={
            str(method): rows[method]["taken"] for method in PaymentMethod if method in rows
        },
        count=sum(row["number"] for row in rows.values()),
        tips=sum(row["tips"] for row in rows.values()),
        given_back=back.aggregate(all=Sum("cents"))["all"] or 0,
    )
