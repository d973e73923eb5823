"""What production refuses to start with (SEC-10, 37, 43); Django runs these as system checks.

Each has the tag `start`, so that a web process, which Django does not check by itself, can
ask for just these (`refuse_bad_start`).
"""

import base64
import binascii
import re
from collections.abc import Iterator

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from spa.wompi import keys as wompi

START = "start"
# What the defaults of settings.py begin with, in clear or in base64.
DEMO_ONLY = "demo-only-"
DEMO_DOMAIN = "@demo.test"
SECRET_KEY_LENGTH = 50
LINK_KEY_LENGTH = 50
FIELD_KEY_BYTES = 32
# Links are this with a path behind it, so it ends with the host, or its port.
SITE = re.compile(r"https://[a-z0-9.-]+(:\d+)?", re.ASCII | re.IGNORECASE)


@checks.register(START)
def mode_is_known(**_kwargs: object) -> list[CheckMessage]:
    if settings.MODE in {"demo", "production"}:
        return []
    return [Error("SPA_MODE is neither `demo` nor `production`.", id="spa.E001")]


@checks.register(START)
def field_keys_have_their_length(**_kwargs: object) -> list[CheckMessage]:
    if all(len(_decoded(key)) == FIELD_KEY_BYTES for key in settings.FIELD_KEYS):
        return []
    return [Error("A key in FIELD_KEYS is not base64 of 32 bytes.", id="spa.E002")]


@checks.register(START)
def production_has_its_own_settings(**_kwargs: object) -> list[CheckMessage]:
    return list(_wrong_settings()) if _is_production() else []


@checks.register(START)
def wompi_is_one_environment(**_kwargs: object) -> list[CheckMessage]:
    return list(_wrong_gateway())


@checks.register(START, checks.Tags.database)
def production_has_no_demo_accounts(
    databases: list[str] | None = None, **_kwargs: object
) -> list[CheckMessage]:
    if not databases or not _is_production():
        return []
    from spa.models import User

    try:
        found = User.objects.filter(email__iendswith=DEMO_DOMAIN).exists()
    except DatabaseError:  # not migrated yet, or away: then nobody can log in
        return []
    return [Error("Accounts of the demo exist: delete them.", id="spa.E010")] if found else []


def refuse_bad_start() -> None:
    """End the process when one of these checks fails; for those that Django does not check.

    :raises SystemExit: with the reasons, none of which quotes a secret
    """
    messages = checks.run_checks(tags=[START], databases=["default"])
    # Workers are forked from this process, and a connection must not be shared.
    connections.close_all()
    if reasons := [str(message) for message in messages if message.is_serious()]:
        raise SystemExit("\n".join(reasons))


def _is_production() -> bool:
    return settings.MODE != "demo" and not settings.TESTING


def _wrong_settings() -> Iterator[CheckMessage]:
    secrets = [_secret_key(), *settings.SECRET_KEY_FALLBACKS]
    if not all(secrets) or any(len(secret) < SECRET_KEY_LENGTH for secret in secrets):
        yield Error("SECRET_KEY is missing or shorter than 50 characters.", id="spa.E003")
    if any(secret.startswith(DEMO_ONLY) for secret in secrets):
        yield Error("SECRET_KEY is the demo's.", id="spa.E004")
    if not settings.FIELD_KEYS:
        yield Error("FIELD_KEYS is missing.", id="spa.E005")
    if any(_decoded(key).startswith(DEMO_ONLY.encode()) for key in settings.FIELD_KEYS):
        yield Error("FIELD_KEYS holds the demo's key.", id="spa.E006")
    link_keys = settings.LINK_KEYS
    if not link_keys or any(len(key) < LINK_KEY_LENGTH for key in link_keys):
        yield Error("LINK_KEYS is missing or has one shorter than 50 characters.", id="spa.E018")
    if any(key.startswith(DEMO_ONLY) for key in link_keys):
        yield Error("LINK_KEYS holds the demo's key.", id="spa.E019")
    if not settings.ALLOWED_HOSTS or any("*" in host for host in settings.ALLOWED_HOSTS):
        yield Error("ALLOWED_HOSTS is empty or has a `*`: name the hosts.", id="spa.E007")
    if settings.DEBUG:
        yield Error("DEBUG is on.", id="spa.E008")
    if settings.SPA_CLOCK_OFFSET:
        yield Error("SPA_CLOCK_OFFSET shifts the clock.", id="spa.E009")
    if settings.EMAIL_BACKEND != "django.core.mail.backends.smtp.EmailBackend":
        yield Error("EMAIL_URL is missing or names no mail server.", id="spa.E012")
    if "@" not in settings.DEFAULT_FROM_EMAIL or settings.DEFAULT_FROM_EMAIL.endswith(
        (DEMO_DOMAIN, f"{DEMO_DOMAIN}>")
    ):
        yield Error("EMAIL_FROM is missing or the demo's.", id="spa.E013")
    if settings.EMBEDDED_DATABASE:
        yield Error("DATABASE_URL is missing: the embedded PostgreSQL is for demos.", id="spa.E011")


def _wrong_gateway() -> Iterator[CheckMessage]:
    yield from (Error(f"Wompi: {fault}.", id="spa.E014") for fault in wompi.faults())
    if not _is_production() and wompi.is_production():
        yield Error("Wompi: keys that move real money, outside of production.", id="spa.E015")
    if _is_production() and (settings.WOMPI_API_URL or settings.WOMPI_CHECKOUT_URL):
        yield Error("Wompi: WOMPI_API_URL or WOMPI_CHECKOUT_URL names a stand-in.", id="spa.E016")
    if _is_production() and wompi.are_set() and not SITE.fullmatch(settings.SITE_URL):
        yield Error("SITE_URL is missing or more or less than https://host.", id="spa.E017")
    if _is_production() and wompi.are_set() and not wompi.is_production():
        yield Warning("Wompi: keys of its sandbox, so what is paid is no money.", id="spa.W001")


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:  # how Django says that it is empty
        return ""


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return b""
