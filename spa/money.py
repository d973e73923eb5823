"""Pesos: integers in cents, always whole pesos; one rounding rule (rule book §6)."""

CENTS = 100


def share(cents: int, percent: int) -> int:
    """Return `percent` of an amount, rounded half up to the whole peso; `cents` is not negative."""
    hundredths_of_a_peso = cents * percent // CENTS
    return (hundredths_of_a_peso + CENTS // 2) // CENTS * CENTS


def pesos(cents: int) -> str:
    """Return an amount as it is shown: `$ 180.000`, with no-break space and true minus sign."""
    sign = "−" if cents < 0 else ""
    return f"{sign}$\u00a0{abs(cents) // CENTS:,}".replace(",", ".")
