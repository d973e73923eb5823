"""Sets of half-open intervals `[start, end)` of whole minutes.

A *merged* tuple is sorted, without empty members, and no two of its members touch: what
`merge`, `subtract` and `intersect` return, and what the other functions expect.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

Interval = tuple[int, int]

FOREVER = 1 << 62  # later than any minute, and still an integer
ALWAYS = ((-FOREVER, FOREVER),)


def merge(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Join what overlaps or touches; empty intervals vanish."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def subtract(intervals: tuple[Interval, ...], holes: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Return what `holes` leave of `intervals`; both merged."""
    left: list[Interval] = []
    first = 0
    for start, end in intervals:
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        at = first
        while at < len(holes) and holes[at][0] < end:
            if start < holes[at][0]:
                left.append((start, holes[at][0]))
            start = holes[at][1]
            at += 1
        if start < end:
            left.append((start, end))
    return tuple(left)


def intersect(ones: tuple[Interval, ...], others: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Return what lies in both; both merged."""
    return subtract(ones, subtract(ALWAYS, others))


def around(intervals: tuple[Interval, ...], start: int, end: int) -> Interval | None:
    """Return the one of merged `intervals` that holds all of `[start, end)`."""
    at = bisect_right(intervals, (start, FOREVER)) - 1
    return intervals[at] if at >= 0 and end <= intervals[at][1] else None


def contains(intervals: tuple[Interval, ...], start: int, end: int) -> bool:
    return around(intervals, start, end) is not None


def first_overlap(intervals: tuple[Interval, ...], start: int, end: int) -> Interval | None:
    """Return the first of merged `intervals` that shares a minute with `[start, end)`."""
    at = bisect_right(intervals, (start, FOREVER)) - 1
    if at < 0 or intervals[at][1] <= start:
        at += 1
    return intervals[at] if at < len(intervals) and intervals[at][0] < end else None


def overlaps(intervals: tuple[Interval, ...], start: int, end: int) -> bool:
    return first_overlap(intervals, start, end) is not None


class Span(Protocol):
    start: int
    end: int


S = TypeVar("S", bound=Span)


class Spans(Generic[S]):
    """Things that last, in order of start, with a quick look-up of what is in the way."""

    __slots__ = ("_latest_ends", "spans")

    def __init__(self, spans: Iterable[S]) -> None:
        lasting = (span for span in spans if span.start < span.end)
        self.spans = sorted(lasting, key=lambda span: (span.start, span.end))
        # Spans may overlap each other, so that their ends alone are not sorted.
        self._latest_ends = list(accumulate((span.end for span in self.spans), max))

    def intervals(self) -> list[Interval]:
        return [(span.start, span.end) for span in self.spans]

    def first(self, start: int, end: int) -> S | None:
        """Return the first span that overlaps `[start, end)`."""
        at = bisect_right(self._latest_ends, start)
        if at < len(self.spans) and self.spans[at].start < end:
            return self.spans[at]
        return None

    def all(self, start: int, end: int) -> list[S]:
        """Return every span that overlaps `[start, end)`."""
        at = bisect_right(self._latest_ends, start)
        return [s for s in self.spans[at:] if start < s.end and s.start < end]
