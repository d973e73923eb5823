"""Whole pesos, rounded half up, in one place."""

import re
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


@pytest.mark.parametrize(
    ("pesos", "percent", "base"),
    [
        (119, 19, 100),
        (180_000, 19, 151_261),  # 151.260,50…
        (180_000, 0, 180_000),
        (3, 100, 2),  # half a peso up
        (1, 100, 1),
        (105, 5, 100),
        (0, 19, 0),
    ],
)
def test_the_base_of_a_price_with_vat_is_rounded_half_up(pesos, percent, base):
    assert money.before_vat(pesos * money.CENTS, percent) == base * money.CENTS


@settings(deadline=None)
@given(some.integers(0, 10**12), some.integers(0, 100))
def test_a_base_is_whole_pesos_never_more_than_half_a_peso_off(pesos, percent):
    base = money.before_vat(pesos * money.CENTS, percent)

    assert base % money.CENTS == 0
    off = Fraction(base, money.CENTS) - Fraction(pesos * 100, 100 + percent)
    assert -Fraction(1, 2) < off <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "pesos"),
    [("180.000", 180_000), ("$ 180.000", 180_000), ("180000", 180_000), (" 0 ", 0),
     ("$\u00a01.234.567", 1_234_567)],
)  # fmt: skip
def test_an_amount_is_read_as_colombians_type_it(text, pesos):
    assert money.typed(text) == pesos * money.CENTS


@pytest.mark.parametrize("text", ["", "x", "18.00.000", "-5", "1.0000", "٣", "1e5", "$", "1 000"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        money.typed(text)


@pytest.mark.parametrize("text", ["180,50", "180.5", "180.000,00", "$ 1,5"])
def test_cents_are_refused_by_name(text):
    with pytest.raises(money.WithCents):
        money.typed(text)


@settings(deadline=None)
@given(some.integers(0, 10**12))
def test_what_is_shown_can_be_typed_again(pesos):
    assert money.typed(money.pesos(pesos * money.CENTS)) == pesos * money.CENTS


@pytest.mark.parametrize(
    ("cents", "currency", "shown"),
    [
        (71_999_99, "COP", "$\u00a071.999,99\u00a0COP"),
        (5, "COP", "$\u00a00,05\u00a0COP"),
        (1_234_567_00, "USD", "1.234.567,00\u00a0USD"),
    ],
)
def test_what_the_gateway_reports_is_shown_to_the_cent(cents, currency, shown):
    assert money.exact(cents, currency) == shown
