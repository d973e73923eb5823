"""What is asked of a gateway that behaves, and what becomes of one that does not."""

import logging
import socket
import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction

from spa.models import BreakerState
from spa.wompi import client as module
from spa.wompi import transport
from spa.wompi.answers import Status
from spa.wompi.client import Client
from spa.wompi.errors import (
    GatewayError,
    GatewayFailed,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnavailable,
    InsideTransaction,
)
from tests.spa.wompi import gateway as faulty
from tests.spa.wompi.gateway import (
    ID,
    KEYS,
    REFERENCE,
    TRANSACTION,
    Gateway,
    gateway,
    is_known,
    is_unknown,
    says,
)

pytestmark = pytest.mark.django_db(transaction=True)
VOIDED = {"data": {"status": "APPROVED", "transaction": {"id": ID, "status": "APPROVED"}}}
LATE = {"data": {"status": "ERROR", "status_message": "Original no Encontrado"}}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(transport, "READ_SECONDS", 0.5)
    monkeypatch.setattr(module, "BEFORE_READING_AGAIN", 0)


def client_of(here) -> Client:
    return Client(replace(KEYS, api_url=here.url))


# -- What is asked -----------------------------------------------------------------------------


def test_a_transaction_is_read_with_the_private_key():
    with gateway(is_known()) as here:
        found = client_of(here).transaction(ID)

    assert here.lines == [f"GET /v1/transactions/{ID} HTTP/1.1"]
    assert f"Authorization: Bearer {KEYS.private}" in here.calls[0].head
    assert (found.transaction_id, found.reference) == (ID, REFERENCE)
    assert (found.status, found.amount_in_cents, found.currency) == ("APPROVED", 15000000, "COP")
    assert (found.method, found.created_at.isoformat()) == (
        "CARD",
        "2026-11-30T00:53:20.515000+00:00",
    )
    assert "huesped" not in repr(found)


def test_a_transaction_that_wompi_does_not_know_is_none():
    with gateway(is_unknown()) as here:
        assert client_of(here).transaction(ID) is None


def test_an_unknown_status_is_never_an_outcome():
    with gateway(is_known(status="SETTLING")) as here:
        assert client_of(here).transaction(ID).status == Status.PENDING


def test_all_attempts_of_a_reference_are_read():
    declined = TRANSACTION | {"id": "10042-1796000001-00001", "status": "DECLINED"}
    with gateway(says({"data": [declined, TRANSACTION], "meta": {}})) as here:
        found = client_of(here).transactions_of(REFERENCE)

    assert here.lines == [f"GET /v1/transactions?reference={REFERENCE} HTTP/1.1"]
    assert [one.status for one in found] == ["DECLINED", "APPROVED"]


def test_a_reference_without_a_transaction_has_none_yet():
    with gateway(says({"data": []})) as here:
        assert client_of(here).transactions_of(REFERENCE) == ()


@pytest.mark.parametrize(("answer", "is_accepted"), [(VOIDED, True), (LATE, False)])
def test_a_void_is_taken_up_or_not_whatever_the_outer_status(answer, is_accepted):
    with gateway(says(answer, status=201)) as here:
        found = client_of(here).void(ID)

    assert here.lines == [f"POST /v1/transactions/{ID}/void HTTP/1.1"]
    assert found.is_accepted is is_accepted


def test_the_merchant_is_asked_for_with_the_public_key_alone():
    merchant = {
        "name": "Spa de Prueba",
        "active": True,
        "public_key": KEYS.public,
        "accepted_payment_methods": ["CARD", "NEQUI", 7],
    }
    with gateway(says({"data": merchant})) as here:
        found = client_of(here).merchant()

    assert (found.name, found.is_active, found.methods) == (
        "Spa de Prueba",
        True,
        ("CARD", "NEQUI"),
    )
    assert f"x-merchant-public-key: {KEYS.public}" in here.calls[0].head
    assert KEYS.private not in here.calls[0].head


@pytest.mark.parametrize("wrong", ["../merchants/info", "", "a/b", "a?b", "x" * 65, "a\r\nb", "ñ"])
def test_an_id_that_wompi_never_gives_is_not_asked_about(wrong):
    with gateway(is_known()) as here:
        for ask in (client_of(here).transaction, client_of(here).void):
            with pytest.raises(ValueError, match="never gives"):
                ask(wrong)

    assert here.calls == []


# -- A gateway that does not behave ------------------------------------------------------------

BROKEN = {
    "hangs": (faulty.hangs, GatewayTimeout),
    "drips": (faulty.drips, GatewayTimeout),
    "drips headers": (faulty.drips_headers, GatewayTimeout),
    "floods": (faulty.floods, GatewayFailed),
    "huge": (says(b" " * (transport.MOST_BYTES + 1)), GatewayFailed),
    "resets": (faulty.resets, GatewayFailed),
    "resets in the middle": (faulty.resets_in_the_middle, GatewayFailed),
    "stops in the middle": (faulty.stops_in_the_middle, GatewayFailed),
    "gibberish": (faulty.speaks_gibberish, GatewayFailed),
    "500 of HTML": (says(b"<html>CloudFront</html>", status=500), GatewayFailed),
    "503 of nothing": (says(b"", status=503), GatewayFailed),
    "408": (says({}, status=408), GatewayFailed),
    "429": (says({}, status=429), GatewayFailed),
    "204": (says(b"", status=204), GatewayFailed),
    "no JSON": (says(b"<html>captive portal</html>"), GatewayFailed),
    "half of it": (says(b'{"data": {"id": "100'), GatewayFailed),
    "compressed": (says(b"\x1f\x8b\x08\x00", **{"Content-Encoding": "gzip"}), GatewayFailed),
    "a list": (says([TRANSACTION]), GatewayFailed),
    "no data": (says({"data": None}), GatewayFailed),
    "too deep": (says(b'{"data": ' + b"[" * 5000 + b"]" * 5000 + b"}"), GatewayFailed),
}


@pytest.mark.parametrize(("answer", "error"), BROKEN.values(), ids=BROKEN)
def test_a_bad_answer_is_a_named_error_in_time(answer, error):
    began = time.monotonic()
    with gateway(answer) as here, pytest.raises(error) as refusal:
        client_of(here).transaction(ID)

    assert type(refusal.value) is error
    assert (refusal.value.http_status, refusal.value.retry_after_seconds) == (503, 60)
    assert time.monotonic() - began < 3
    assert len(here.calls) == 2  # a read is tried twice


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "10042-1796000000-99999"},
        {"id": None},
        {"amount_in_cents": "15000000"},
        {"amount_in_cents": 15000000.0},
        {"amount_in_cents": True},
        {"amount_in_cents": -100},
        {"currency": "cop"},
        {"status": None},
        {"reference": ""},
        {"created_at": "yesterday"},
        {"created_at": "2026-11-30T00:53:20"},
        {"created_at": 7},
    ],
    ids=repr,
)
def test_an_answer_of_another_shape_or_about_another_is_no_answer(changed):
    with gateway(is_known(**changed)) as here, pytest.raises(GatewayFailed):
        client_of(here).transaction(ID)


def test_an_answer_with_another_reference_is_no_answer():
    with gateway(says({"data": [TRANSACTION]})) as here, pytest.raises(GatewayFailed):
        client_of(here).transactions_of("SPA-ANOTHER")


def test_what_is_optional_may_be_missing_or_null():
    needed = ("id", "reference", "status", "amount_in_cents", "currency", "created_at")
    bare = {name: TRANSACTION[name] for name in needed}
    with gateway(says({"data": bare | {"payment_method_type": None}})) as here:
        assert client_of(here).transaction(ID).method == ""


def test_a_redirect_is_not_followed():
    with gateway(is_known()) as elsewhere:
        away = says(b"", status=302, Location=f"{elsewhere.url}/transactions/{ID}")
        with gateway(away) as here, pytest.raises(GatewayFailed):
            client_of(here).transaction(ID)

    assert elsewhere.calls == []


def test_no_proxy_of_the_environment_is_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with gateway(is_known()) as here:
        assert client_of(here).transaction(ID)


def test_a_gateway_that_is_not_there_is_a_named_error():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        client = client_of(Gateway([], f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"))
        with pytest.raises(GatewayFailed):
            client.transaction(ID)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """Return a file with a certificate for this machine, signed by nobody, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "gateway.pem"
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(
        made.public_bytes(pem[0]) + key.private_bytes(*pem, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_nobody_signed_is_not_believed(tls):
    with gateway(is_known(), tls=tls) as here, pytest.raises(GatewayFailed):
        client_of(here).transaction(ID)

    assert here.calls == []


def test_a_certificate_of_a_known_hand_is(tls, certificate, monkeypatch):
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
    with gateway(is_known(), tls=tls) as here:
        assert client_of(here).transaction(ID).status == Status.APPROVED


def test_an_answer_that_drips_through_tls_ends_in_time_too(tls, certificate, monkeypatch):
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
    with gateway(faulty.drips, tls=tls) as here, pytest.raises(GatewayTimeout):
        client_of(here).transaction(ID)


def test_a_read_that_fails_once_is_read_again():
    with gateway(faulty.resets, is_known()) as here:
        assert client_of(here).transaction(ID).status == Status.APPROVED


@pytest.mark.parametrize("answer", [faulty.hangs, faulty.resets, says(b"", status=502)])
def test_a_void_is_sent_once_whatever_comes_of_it(answer):
    with gateway(answer) as here, pytest.raises(GatewayError):
        client_of(here).void(ID)

    assert len(here.calls) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_refusal_is_not_repeated_and_tells_its_kind_but_never_what_it_quotes(status, caplog):
    quoted = f"La llave no corresponde, se recibió: {KEYS.private}"
    answer = says({"error": {"type": "INVALID_ACCESS_TOKEN", "reason": quoted}}, status=status)
    caplog.set_level(logging.DEBUG, logger="spa")
    with gateway(answer) as here, pytest.raises(GatewayRefused) as refusal:
        client_of(here).transaction(ID)

    assert refusal.value.facts == {"status": status, "kind": "INVALID_ACCESS_TOKEN"}
    assert len(here.calls) == 1
    assert str(status) in caplog.text
    assert KEYS.private not in caplog.text + repr(refusal.value) + str(refusal.value)


def test_an_error_names_neither_address_nor_transaction(caplog):
    with gateway(faulty.resets) as here, pytest.raises(GatewayFailed) as refusal:
        client_of(here).transactions_of(REFERENCE)

    assert refusal.value.__cause__ is None
    assert REFERENCE not in caplog.text


# -- Where and when it is asked ----------------------------------------------------------------


def test_nothing_is_asked_inside_a_transaction():
    with gateway(is_known()) as here, transaction.atomic():
        client = client_of(here)
        with pytest.raises(InsideTransaction, match="outside"):
            client.transaction(ID)

    assert here.calls == []


def test_an_open_breaker_spares_the_gateway():
    with gateway(says(b"", status=500)) as here:
        client = client_of(here)
        for _ in range(2):
            with pytest.raises(GatewayFailed):
                client.transaction(ID)
        with pytest.raises(GatewayUnavailable) as refusal:
            client.transaction(ID)

    # The fifth failure was the third read's first try; its second one was not sent.
    assert len(here.calls) == 5
    assert BreakerState.objects.get(pk="wompi").phase == "open"
    assert refusal.value.internal_code == "SPA-PAYMENT-UNAVAILABLE"
    assert 1 <= refusal.value.retry_after_seconds <= 60


def test_a_call_in_good_days_costs_three_statements(django_assert_num_queries):
    with gateway(is_known()) as here:
        client = client_of(here)
        with django_assert_num_queries(3):
            client.transaction(ID)
