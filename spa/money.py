"""Pesos: integers in cents, always whole pesos; one rounding rule (rule book §6)."""

import re

CENTS = 100


def share(cents: int, percent: int) -> int:
    """Return `percent` of an amount, rounded half up to the whole peso; `cents` is not negative."""
    hundredths_of_a_peso = cents * percent // CENTS
    return (hundredths_of_a_peso + CENTS // 2) // CENTS * CENTS


# Digits, in groups of three by points where there are groups, with or without the sign.
_TYPED = re.compile(r"\$?\s*(\d{1,3}(?:\.\d{3})+|\d+)")
# What somebody types who means cents.
_WITH_CENTS = re.compile(r"\$?\s*[\d.]*\d[,.]\d{1,2}")


class WithCents(ValueError):
    """What was typed has cents, which no price has."""


def typed(text: str) -> int:
    """Return the cents of an amount as people type it: `180.000`, `$180.000`, `180000`.

    :raises WithCents: it has cents, as `180,50`
    :raises ValueError: it is no amount
    """
    text = text.strip().replace("\u00a0", " ")
    match = _TYPED.fullmatch(text)
    if match and match[1].isascii():
        return int(match[1].replace(".", "")) * CENTS
    if _WITH_CENTS.fullmatch(text):
        raise WithCents(text)
    raise ValueError(text)


def before_vat(cents: int, percent: int) -> int:
    """Return the base of a price that includes VAT, rounded half up to the whole peso."""
    pesos_times_hundred = cents // CENTS * 100
    whole = 100 + percent
    return (2 * pesos_times_hundred + whole) // (2 * whole) * CENTS


def pesos(cents: int) -> str:
    """Return an amount as it is shown: `$ 180.000`, with no-break space and true minus sign."""
    sign = "−" if cents < 0 else ""
    return f"{sign}$\u00a0{abs(cents) // CENTS:,}".replace(",", ".")


def exact(cents: int, currency: str) -> str:
    """Return an amount as the gateway has it, cents and currency too: `$ 71.999,50 COP`."""
    whole = f"{cents // CENTS:,}".replace(",", ".")
    sign = "$\u00a0" if currency == "COP" else ""
    return f"{sign}{whole},{cents % CENTS:02d}\u00a0{currency}"
