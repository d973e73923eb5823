"""Sets of half-open intervals, against sets of minutes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from spa.engine import Busy
from spa.engine.intervals import Spans, contains, first_overlap, merge, overlaps, subtract

INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6)
STARTS, LENGTHS = st.integers(-2, 30), st.integers(1, 10)
quick = settings(max_examples=100, deadline=None)


def minutes(intervals):
    return {minute for start, end in intervals for minute in range(start, end)}


@quick
@given(INTERVALS)
def test_merging_keeps_every_minute_and_leaves_nothing_that_touches(intervals):
    merged = merge(intervals)

    assert minutes(merged) == minutes(intervals)
    edges = [edge for interval in merged for edge in interval]
    assert edges == sorted(set(edges))


@quick
@given(INTERVALS, INTERVALS)
def test_subtracting_leaves_exactly_the_other_minutes(intervals, holes):
    left = subtract(merge(intervals), merge(holes))

    assert minutes(left) == minutes(intervals) - minutes(holes)
    assert merge(left) == left


@quick
@given(INTERVALS, STARTS, LENGTHS)
def test_containing_and_overlapping_are_about_minutes(intervals, start, length):
    merged, asked = merge(intervals), set(range(start, start + length))

    assert contains(merged, start, start + length) == (asked <= minutes(merged))
    assert overlaps(merged, start, start + length) == bool(asked & minutes(merged))


@quick
@given(INTERVALS, STARTS, LENGTHS)
def test_the_first_overlap_is_the_first_of_all(intervals, start, length):
    end = start + length
    spans = Spans(Busy(*interval, 1) for interval in intervals)

    hits = [s for s in spans.spans if minutes([(s.start, s.end)]) & set(range(start, end))]
    assert spans.all(start, end) == hits
    assert spans.first(start, end) == (hits[0] if hits else None)
    merged = [i for i in merge(intervals) if minutes([i]) & set(range(start, end))]
    assert first_overlap(merge(intervals), start, end) == (merged[0] if merged else None)
