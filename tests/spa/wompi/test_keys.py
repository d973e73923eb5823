"""Keys of one environment, or none; and no secret where somebody might read it."""

import logging

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from spa.checks import START
from spa.wompi import keys
from spa.wompi.keys import Environment
from tests.spa.test_checks import GOOD as PRODUCTION

TEST = {
    "WOMPI_PUBLIC_KEY": "pub_test_" + "a" * 32,
    "WOMPI_PRIVATE_KEY": "prv_test_" + "b" * 32,
    "WOMPI_EVENTS_SECRET": "test_events_" + "c" * 32,
    "WOMPI_EVENTS_SECRET_FALLBACKS": [],
    "WOMPI_INTEGRITY_SECRET": "test_integrity_" + "d" * 32,
    "WOMPI_API_URL": "",
    "WOMPI_CHECKOUT_URL": "",
}
PROD = {
    "WOMPI_PUBLIC_KEY": "pub_prod_" + "a" * 32,
    "WOMPI_PRIVATE_KEY": "prv_prod_" + "b" * 32,
    "WOMPI_EVENTS_SECRET": "prod_events_" + "c" * 32,
    "WOMPI_INTEGRITY_SECRET": "prod_integrity_" + "d" * 32,
}
NONE = {name: type(value)() for name, value in TEST.items()}


def complaints(**changed: object) -> set[str]:
    with override_settings(**(TEST | changed)):
        return {message.id for message in checks.run_checks(tags=[START])}


@pytest.mark.parametrize(
    ("given", "environment", "api_url"),
    [
        (TEST, Environment.TEST, "https://sandbox.wompi.co/v1"),
        (TEST | PROD, Environment.PRODUCTION, "https://production.wompi.co/v1"),
    ],
)
def test_the_keys_say_whom_we_talk_to(given, environment, api_url):
    with override_settings(**given):
        loaded = keys.load()

    assert (loaded.environment, loaded.api_url) == (environment, api_url)
    assert loaded.checkout_url == "https://checkout.wompi.co"


def test_a_stand_in_takes_the_place_of_wompi():
    stand_in = {
        "WOMPI_API_URL": "http://localhost:1/v1",
        "WOMPI_CHECKOUT_URL": "http://localhost:1",
    }
    with override_settings(**TEST | stand_in):
        loaded = keys.load()

    assert (loaded.api_url, loaded.checkout_url) == ("http://localhost:1/v1", "http://localhost:1")


def test_an_installation_without_keys_has_no_gateway_and_starts():
    assert complaints(**NONE) == set()
    with override_settings(**NONE):
        assert not keys.are_set()
        with pytest.raises(ImproperlyConfigured):
            keys.load()


@pytest.mark.parametrize("name", PROD)
def test_keys_of_different_environments_do_not_start(name):
    assert "spa.E014" in complaints(**{name: PROD[name]})
    with override_settings(**TEST | {name: PROD[name]}), pytest.raises(ImproperlyConfigured):
        keys.load()


def test_the_secret_of_last_month_must_be_of_the_same_environment_too():
    earlier = [PROD["WOMPI_EVENTS_SECRET"]]

    assert "spa.E014" in complaints(WOMPI_EVENTS_SECRET_FALLBACKS=earlier)


@pytest.mark.parametrize(
    "changed",
    [
        *({name: NONE[name]} for name in PROD),
        {"WOMPI_PRIVATE_KEY": TEST["WOMPI_PUBLIC_KEY"]},
        {"WOMPI_INTEGRITY_SECRET": TEST["WOMPI_EVENTS_SECRET"]},
        {"WOMPI_PUBLIC_KEY": "pub_stagtest_" + "a" * 32},
        {"WOMPI_PUBLIC_KEY": "pub_sandbox_" + "a" * 32},
        {"WOMPI_PRIVATE_KEY": "prv_test_short"},
        {"WOMPI_PRIVATE_KEY": TEST["WOMPI_PRIVATE_KEY"] + "\r\nX-Header: 1"},
    ],
    ids=repr,
)
def test_missing_swapped_and_foreign_keys_do_not_start(changed):
    assert complaints(**changed) == {"spa.E014"}


def test_keys_that_move_money_are_for_production_only():
    assert complaints(**PROD) == {"spa.E015"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({}, "spa.W001"),
        (PROD, None),
        (PROD | {"WOMPI_API_URL": "http://localhost:1"}, "spa.E016"),
        (PROD | {"WOMPI_CHECKOUT_URL": "http://localhost:1"}, "spa.E016"),
    ],
)
def test_in_production_money_is_money_and_wompi_is_wompi(changed, complaint):
    found = complaints(**PRODUCTION | changed)

    assert found == ({complaint} if complaint else set())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://desk.example.com",
        "https://",
        "https://desk.example.com/",
        "https://desk.example.com?next",
        "https://desk.example.com\n",
        "https://somebody@desk.example.com",
        "//desk.example.com",
    ],
    ids=repr,
)
def test_in_production_a_payer_comes_back_to_one_address_and_over_tls(address):
    assert complaints(**PRODUCTION | PROD | {"SITE_URL": address}) == {"spa.E017"}


@pytest.mark.django_db
def test_the_address_that_a_payer_comes_back_to_may_have_a_port():
    assert complaints(**PRODUCTION | PROD | {"SITE_URL": "https://Desk.example.com:8443"}) == set()


@pytest.mark.parametrize(
    ("checkout", "origin"),
    [
        ("", "https://checkout.wompi.co"),
        ("http://localhost:8100", "http://localhost:8100"),
        ("http://localhost:8100/behind/it", "http://localhost:8100"),
    ],
)
def test_a_policy_names_the_checkout_by_its_origin(checkout, origin):
    with override_settings(**TEST | {"WOMPI_CHECKOUT_URL": checkout}):
        assert keys.load().checkout_origin == origin


def test_no_secret_is_told_by_what_is_logged_or_complained_about(caplog):
    secrets = [TEST["WOMPI_PRIVATE_KEY"], TEST["WOMPI_EVENTS_SECRET"]]
    secrets.append(TEST["WOMPI_INTEGRITY_SECRET"])
    with override_settings(**TEST):
        logging.getLogger().warning("%s %r", keys.load(), keys.load())
    with override_settings(**TEST | {"WOMPI_PUBLIC_KEY": PROD["WOMPI_PUBLIC_KEY"]}):
        complained = " ".join(map(str, checks.run_checks(tags=[START])))

    assert TEST["WOMPI_PUBLIC_KEY"] in caplog.text
    assert not any(secret in caplog.text + complained for secret in secrets)
