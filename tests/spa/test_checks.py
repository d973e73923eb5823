import base64
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core import checks
from django.test import override_settings

from spa.checks import DEMO_ONLY, START, refuse_bad_start
from spa.models import User

GOOD = {
    "MODE": "production",
    "TESTING": False,
    "SECRET_KEY": "s" * 50,
    "SECRET_KEY_FALLBACKS": [],
    "FIELD_KEYS": [base64.b64encode(b"k" * 32).decode()],
    "LINK_KEYS": ["l" * 50],
    "SITE_URL": "https://desk.example.com",
    "ALLOWED_HOSTS": ["desk.example.com"],
    "DEBUG": False,
    "SPA_CLOCK_OFFSET": 0,
    "EMBEDDED_DATABASE": False,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "Spa <visits@example.com>",
}
DEMO_FIELD_KEY = base64.b64encode(b"demo-only-demo-only-demo-only-00").decode()


def refusals(**changed: object) -> set[str]:
    with override_settings(**(GOOD | changed)):
        return {message.id for message in checks.run_checks(tags=[START], databases=["default"])}


@pytest.mark.django_db
def test_production_starts_with_settings_of_its_own():
    assert refusals() == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"MODE": "prod"}, "spa.E001"),
        ({"FIELD_KEYS": ["not base64"]}, "spa.E002"),
        ({"FIELD_KEYS": [base64.b64encode(b"k" * 31).decode()]}, "spa.E002"),
        ({"SECRET_KEY": ""}, "spa.E003"),
        ({"SECRET_KEY": "s" * 49}, "spa.E003"),
        ({"SECRET_KEY_FALLBACKS": ["short"]}, "spa.E003"),
        ({"SECRET_KEY": "demo-only-" + "x" * 50}, "spa.E004"),
        ({"FIELD_KEYS": []}, "spa.E005"),
        ({"FIELD_KEYS": [*GOOD["FIELD_KEYS"], DEMO_FIELD_KEY]}, "spa.E006"),
        ({"LINK_KEYS": []}, "spa.E018"),
        ({"LINK_KEYS": ["l" * 50, "l" * 49]}, "spa.E018"),
        ({"LINK_KEYS": ["l" * 50, "demo-only-" + "l" * 50]}, "spa.E019"),
        ({"ALLOWED_HOSTS": []}, "spa.E007"),
        ({"ALLOWED_HOSTS": ["desk.example.com", "*"]}, "spa.E007"),
        ({"DEBUG": True}, "spa.E008"),
        ({"SPA_CLOCK_OFFSET": 1}, "spa.E009"),
        ({"EMBEDDED_DATABASE": True}, "spa.E011"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}, "spa.E012"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "spa.E012"),
        ({"DEFAULT_FROM_EMAIL": ""}, "spa.E013"),
        ({"DEFAULT_FROM_EMAIL": "Bruma Spa <citas@demo.test>"}, "spa.E013"),
    ],
)
def test_production_refuses(changed, refusal):
    assert refusals(**changed) == {refusal}


@pytest.mark.django_db
def test_production_without_a_gateway_needs_no_address_of_its_own():
    assert refusals(SITE_URL="") == set()


def test_the_demos_own_link_key_is_known_as_such():
    assert all(key.startswith(DEMO_ONLY) for key in settings.LINK_KEYS)


@pytest.mark.django_db
def test_production_refuses_accounts_of_the_demo():
    User.objects.create_user("Recepcion@Demo.test", name="Recepción")

    assert refusals() == {"spa.E010"}


@pytest.mark.django_db
def test_the_demo_starts_with_its_defaults():
    demo = {name: getattr(settings, name) for name in GOOD} | {"MODE": "demo"}

    assert refusals(**demo | {"TESTING": False, "EMBEDDED_DATABASE": True}) == set()


@pytest.mark.django_db
def test_a_web_process_refuses_a_bad_start_without_quoting_a_secret():
    with override_settings(**GOOD | {"SECRET_KEY": "hunter2"}), pytest.raises(SystemExit) as end:
        refuse_bad_start()

    assert "SECRET_KEY" in str(end.value)
    assert "hunter2" not in str(end.value)


def deploy_check(**environment: str) -> subprocess.CompletedProcess:
    """Run Django's own deployment check in a process of its own, as an operator would."""
    known = {"PATH": os.environ["PATH"], "DATABASE_URL": settings.DATABASE_URL}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command,
        env=known | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_djangos_deployment_check_is_clean_in_production():
    done = deploy_check(
        SECRET_KEY="".join(map(chr, range(48, 118))),
        FIELD_KEYS=GOOD["FIELD_KEYS"][0],
        LINK_KEYS=GOOD["LINK_KEYS"][0],
        ALLOWED_HOSTS="desk.example.com",
        EMAIL_URL="smtp+tls://user:password@mail.example.com:587",
        EMAIL_FROM="Spa <visits@example.com>",
    )

    assert done.returncode == 0, done.stderr


def test_production_is_the_default_and_refuses_to_start_with_nothing():
    done = deploy_check()

    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr
