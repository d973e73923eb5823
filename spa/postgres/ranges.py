"""Ranges and the shape of our exclusion constraints. Migrations import these by path: keep them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateRangeField,
    DateTimeRangeField,
    IntegerRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db.models import Deferrable, Func, Q

EQUAL, OTHER, OVERLAPS = RangeOperators.EQUAL, RangeOperators.NOT_EQUAL, RangeOperators.OVERLAPS


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class MinuteRange(Func):
    function = "INT4RANGE"
    output_field = IntegerRangeField()


class DayRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


def span(
    cls: type[Func], start: str, end: str, *, inclusive_upper: bool = False
) -> tuple[Func, str]:
    """Return the range from one column to another, paired with "overlaps"."""
    return (cls(start, end, RangeBoundary(inclusive_upper=inclusive_upper)), OVERLAPS)


def never_twice(name: str, *expressions: tuple, condition: Q) -> ExclusionConstraint:
    """Return an exclusion constraint that is checked at the end of each statement.

    Deferrable, though immediate: moving a visit by half its length overlaps itself row by
    row, and is legal as one statement.
    """
    return ExclusionConstraint(
        name=name,
        expressions=list(expressions),
        condition=condition,
        deferrable=Deferrable.IMMEDIATE,
        violation_error_code="slot_taken",
    )
