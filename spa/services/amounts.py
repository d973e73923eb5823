"""Amounts that are asked for: whole pesos, more than nothing, not beyond reason."""

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import MOST_CENTS


def insist(cents: int, *, nothing_too: bool = False) -> None:
    """Refuse an amount that cannot be.

    :raises RuleBroken: negative or zero (reason `amount_not_positive`), with cents
        (`amount_with_cents`) or beyond a billion pesos (`amount_too_large`)
    """
    if cents < 0 or (cents == 0 and not nothing_too):
        raise RuleBroken(_("The amount must be more than zero."), reason="amount_not_positive")
    if cents % money.CENTS:
        raise RuleBroken(_("Write whole pesos, without cents."), reason="amount_with_cents")
    if cents > MOST_CENTS:
        raise RuleBroken(
            _("That is more than the till can take. Check the zeros."), reason="amount_too_large"
        )
