"""Whole pesos, rounded half up, in one place."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from spa import money


@settings(deadline=None)
@given(some.integers(0, 10**12), some.integers(0, 100))
def test_a_share_is_whole_pesos_never_more_than_half_a_peso_off(pesos, percent):
    share = money.share(pesos * money.CENTS, percent)

    assert share % money.CENTS == 0
    off = Fraction(share, money.CENTS) - Fraction(pesos * percent, 100)
    assert -Fraction(1, 2) < off <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("pesos", "percent", "share"), [(180_000, 40, 72_000), (5, 10, 1), (4, 10, 0), (7, 100, 7)]
)
def test_half_a_peso_is_rounded_up(pesos, percent, share):
    assert money.share(pesos * money.CENTS, percent) == share * money.CENTS


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (0, "$\u00a00"),
        (999_00, "$\u00a0999"),
        (180_000_00, "$\u00a0180.000"),
        (1_234_567_00, "$\u00a01.234.567"),
        (-72_000_00, "−$\u00a072.000"),
    ],
)
def test_an_amount_is_shown_as_colombians_write_it(cents, shown):
    assert money.pesos(cents) == shown
