"""Our client and the gateway's stand-in, which share no code, each believe the other's sums."""

from datetime import UTC, datetime, timedelta

import pytest

from spa.wompi import transport
from spa.wompi.answers import Status
from spa.wompi.checkout import checkout_url, new_reference
from spa.wompi.client import Client
from spa.wompi.errors import GatewayFailed, GatewayRefused, GatewayTimeout
from spa.wompi.events import Announcement, Refusal, read
from spa.wompi.keys import Environment, Keys
from tests.wompi_sandbox import shop as merchant
from tests.wompi_sandbox import wompi as stand_in
from tests.wompi_sandbox.conftest import open_shop, process, shop, wompi  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
CENTS = 72_000_00


@pytest.fixture
def client(wompi, monkeypatch):  # noqa: F811
    monkeypatch.setattr(transport, "READ_SECONDS", 1)
    page = wompi.addresses["checkout"]
    keys = Keys(
        environment=Environment.TEST,
        public=stand_in.PUBLIC,
        private=stand_in.PRIVATE,
        events=(merchant.SECRET,),
        integrity=stand_in.INTEGRITY,
        api_url=wompi.addresses["api"],
        checkout_url=page[: page.rindex("/p/")],
    )
    return Client(keys)


@pytest.fixture
def pay(client, wompi):  # noqa: F811
    """Return a way to pay at our own checkout address, which returns the reference."""

    def pay(outcome: str = "APPROVED") -> str:
        reference = new_reference()
        url = checkout_url(
            keys=client.keys,
            reference=reference,
            amount_in_cents=CENTS,
            expires_at=datetime.now(UTC) + timedelta(minutes=20),
            return_url=stand_in.BACK,
            email="ana@example.test",
        )
        wompi.control("pay", url=url, outcome=outcome)
        wompi.settle()
        return reference

    return pay


def announced(shop):  # noqa: F811
    """Return what became of the last event that the shop got."""
    told = shop.deliveries[-1]
    return read(told.body, secrets=[merchant.SECRET], environment="test", header=told.header)


def test_what_is_paid_at_our_checkout_is_announced_and_found_both_ways(client, pay, shop):  # noqa: F811
    reference = pay()

    told = announced(shop)
    [found] = client.transactions_of(reference)
    assert (told.transaction_id, told.status, told.amount_in_cents) == (
        found.transaction_id,
        "APPROVED",
        CENTS,
    )
    assert (found.status, found.reference, found.amount_in_cents) == (
        Status.APPROVED,
        reference,
        CENTS,
    )
    assert client.transaction(found.transaction_id) == found


def test_a_void_is_taken_up_and_turns_true_a_little_later(client, pay, wompi, shop):  # noqa: F811
    [paid] = client.transactions_of(pay())

    assert client.void(paid.transaction_id).is_accepted
    wompi.advance(10)
    assert client.transaction(paid.transaction_id).status == Status.VOIDED
    assert announced(shop).status == "VOIDED"


def test_a_void_that_is_refused_says_so(client, pay, wompi):  # noqa: F811
    [paid] = client.transactions_of(pay())
    wompi.fault("void.refused")

    assert not client.void(paid.transaction_id).is_accepted


def test_the_merchant_is_known_by_our_key(client):
    assert client.merchant().is_active


def test_what_nobody_paid_is_not_found(client):
    assert client.transactions_of(new_reference()) == ()
    assert client.transaction("10042-1796000000-00000") is None


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("wrong_secret", Refusal.WRONG_CHECKSUM),
        ("other_environment", Refusal.WRONG_CHECKSUM),
        ("no_checksum", Refusal.UNREADABLE),
        ("checksum_of_another", Refusal.WRONG_CHECKSUM),
        ("header_differs", Refusal.WRONG_CHECKSUM),
        ("amount_changed", Refusal.WRONG_CHECKSUM),
        ("timestamp_changed", Refusal.WRONG_CHECKSUM),
        ("empty_properties", Refusal.WRONG_CHECKSUM),
        ("unresolvable", Refusal.WRONG_CHECKSUM),
        ("moved_bytes", Refusal.WRONG_CHECKSUM),
        ("bad_json", Refusal.UNREADABLE),
        ("duplicate_keys", Refusal.UNREADABLE),
        ("deep", Refusal.UNREADABLE),
        ("huge", Refusal.UNREADABLE),
        ("environment", Refusal.OTHER_ENVIRONMENT),
        ("unknown_name", Refusal.IRRELEVANT),
        ("token", Refusal.IRRELEVANT),
    ],
)
def test_an_event_that_announces_nothing_is_refused_by_name(fault, outcome, pay, wompi, shop):  # noqa: F811
    wompi.fault(f"event.{fault}")
    pay()

    assert announced(shop) == outcome


@pytest.mark.parametrize(
    "fault",
    ["upper_checksum", "permuted", "longer", "deeper", "timestamp_inside", "link_id", "extra_keys"],
)
def test_an_event_of_another_shape_is_believed(fault, pay, wompi, shop):  # noqa: F811
    wompi.fault(f"event.{fault}")
    pay()

    assert isinstance(announced(shop), Announcement)


def test_a_decline_that_is_made_an_approval_is_refused(pay, wompi, shop):  # noqa: F811
    wompi.fault("event.status_changed")
    pay("DECLINED")

    assert announced(shop) == Refusal.WRONG_CHECKSUM


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("api.refused", GatewayFailed),
        ("api.reset", GatewayFailed),
        ("api.hang", GatewayTimeout),
        ("api.reset_mid_body", GatewayFailed),
        ("api.error", GatewayFailed),
        ("api.unauthorised", GatewayRefused),
        ("api.truncated", GatewayFailed),
        ("api.not_json", GatewayFailed),
        ("api.huge", GatewayFailed),
        ("api.redirect", GatewayFailed),
    ],
)
def test_a_bad_day_is_a_named_error(fault, error, client, pay, wompi):  # noqa: F811
    reference = pay()
    wompi.fault(fault)

    with pytest.raises(error) as refusal:
        client.transactions_of(reference)
    assert type(refusal.value) is error


@pytest.mark.parametrize("fault", ["api.extra_fields", "api.missing_fields", "api.shuffled"])
def test_an_answer_of_another_shape_is_understood(fault, client, pay, wompi):  # noqa: F811
    reference = pay()
    wompi.fault(fault)

    [found] = client.transactions_of(reference)
    assert found.status == Status.APPROVED


def test_a_status_that_nobody_knows_is_not_paid(client, pay, wompi):  # noqa: F811
    reference = pay()
    wompi.fault("api.unknown_status")

    [found] = client.transactions_of(reference)
    assert found.status == Status.PENDING
