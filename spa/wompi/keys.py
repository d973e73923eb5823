"""The four credentials, all of one environment; which environment decides whom we talk to.

Secrets stay out of `repr`, and so out of logs and error pages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

CHECKOUT_URL = "https://checkout.wompi.co"


class Environment(StrEnum):
    TEST = "test"
    PRODUCTION = "prod"


API_URLS = {
    Environment.TEST: "https://sandbox.wompi.co/v1",
    Environment.PRODUCTION: "https://production.wompi.co/v1",
}
# Wompi puts the environment second in its keys, and first in its secrets.
FORMS = {
    "WOMPI_PUBLIC_KEY": re.compile(r"pub_(test|prod)_[A-Za-z0-9]{16,128}", re.ASCII),
    "WOMPI_PRIVATE_KEY": re.compile(r"prv_(test|prod)_[A-Za-z0-9]{16,128}", re.ASCII),
    "WOMPI_EVENTS_SECRET": re.compile(r"(test|prod)_events_[A-Za-z0-9]{16,128}", re.ASCII),
    "WOMPI_INTEGRITY_SECRET": re.compile(r"(test|prod)_integrity_[A-Za-z0-9]{16,128}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials of one environment, and the addresses that belong to it."""

    environment: Environment
    public: str
    private: str = field(repr=False)
    events: tuple[str, ...] = field(repr=False)  # the current secret first
    integrity: str = field(repr=False)
    api_url: str
    checkout_url: str

    @property
    def checkout_origin(self) -> str:
        """Where a page sends its payer, as a `Content-Security-Policy` names it."""
        address = urlsplit(self.checkout_url)
        return f"{address.scheme}://{address.netloc}"


def are_set() -> bool:
    """Say whether this installation has a gateway at all; without any key it has none."""
    return any(_given().values())


def load() -> Keys:
    """Return the credentials from the settings.

    :raises ImproperlyConfigured: none are set, or `faults` finds any
    """
    if not are_set() or list(faults()):
        raise ImproperlyConfigured("Wompi's keys are missing or do not belong together.")
    environment = next(iter(_environments()))
    return Keys(
        environment=environment,
        public=settings.WOMPI_PUBLIC_KEY,
        private=settings.WOMPI_PRIVATE_KEY,
        events=(settings.WOMPI_EVENTS_SECRET, *settings.WOMPI_EVENTS_SECRET_FALLBACKS),
        integrity=settings.WOMPI_INTEGRITY_SECRET,
        api_url=settings.WOMPI_API_URL or API_URLS[environment],
        checkout_url=settings.WOMPI_CHECKOUT_URL or CHECKOUT_URL,
    )


def faults() -> Iterator[str]:
    """Yield what is wrong with the keys that are set, by name, never by value."""
    if not are_set():
        return
    wrong = [name for name, values in _given().items() if not _fit(name, values)]
    yield from (f"{name} is missing or no key of Wompi Colombia" for name in wrong)
    if not wrong and len(_environments()) > 1:
        yield "the keys are of different environments (test and prod)"


def is_production() -> bool:
    """Say whether a key that is set moves real money."""
    return Environment.PRODUCTION in _environments()


def _given() -> dict[str, list[str]]:
    given = {name: [value] if (value := getattr(settings, name)) else [] for name in FORMS}
    given["WOMPI_EVENTS_SECRET_FALLBACKS"] = settings.WOMPI_EVENTS_SECRET_FALLBACKS
    return given


def _fit(name: str, values: list[str]) -> bool:
    is_there = bool(values) or name not in FORMS
    return is_there and all(_form(name).fullmatch(value) for value in values)


def _form(name: str) -> re.Pattern[str]:
    return FORMS[name.removesuffix("_FALLBACKS")]


def _environments() -> set[Environment]:
    found = (_form(name).fullmatch(value) for name, values in _given().items() for value in values)
    return {Environment(match[1]) for match in found if match}
