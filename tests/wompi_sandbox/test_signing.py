"""The worked digests of the protocol's reference, by the sandbox's own code."""

import pytest

from e2e.wompi_sandbox import signing

SECRET = "test_integrity_0123456789abcdefghijABCDEFGHIJ"  # noqa: S105
DOCUMENTED = "prod_integrity_Z5mMke9x0k8gpErbDqwrJXMqsI6SFli6"
EVENTS = "test_events_0123456789abcdefghijABCDEFGHIJ"
TRANSACTION = {
    "id": "10042-1796000000-12345",
    "status": "APPROVED",
    "amount_in_cents": 15000000,
    "reference": "RES-2026-000123-A1",
}


@pytest.mark.parametrize(
    ("reference", "cents", "expiration", "secret", "digest"),
    [
        (
            "RES-2026-000123-A1",
            15000000,
            "",
            SECRET,
            "faccb760e241240cc37b6ec61b674fbfcac99e6bb496778a7c835763a607bd63",
        ),
        (
            "RES-2026-000123-A1",
            15000000,
            "2026-12-01T05:00:00.000Z",
            SECRET,
            "b99bf81735ae8152ea8743b8d68f7e7a2eee3246f117428009f45ebb12df42b5",
        ),
        (
            "Reserva-ñ-1",
            15000000,
            "",
            SECRET,
            "4456ea50044d91424edb2e622e8e5ce1022d17ab436ba2e38da4919960d0a3e4",
        ),
        (
            "sk8-438k4-xmxm392-sn2m",
            2490000,
            "",
            DOCUMENTED,
            "37c8407747e595535433ef8f6a811d853cd943046624a0ec04662b17bbf33bf5",
        ),
        (
            "sk8-438k4-xmxm392-sn2m",
            2490000,
            "2023-06-09T20:28:50.000Z",
            DOCUMENTED,
            "e972f58e7de36b283fbb93d9318d39a54ffdff4e8e917b534f30d63c9d7bb89c",
        ),
    ],
)
def test_what_a_merchant_sends_is_signed_as_documented(
    reference, cents, expiration, secret, digest
):
    assert digest == signing.integrity(
        reference=reference,
        amount_in_cents=cents,
        currency="COP",
        expiration=expiration,
        secret=secret,
    )


def sum_of(properties=signing.PROPERTIES, timestamp=1796000003, **changed):
    return signing.checksum(
        data={"transaction": TRANSACTION | changed},
        properties=list(properties),
        timestamp=timestamp,
        secret=EVENTS,
    )


@pytest.mark.parametrize(
    ("changed", "digest"),
    [
        ({}, "08a807bf73f2b0afdfd363f2bff5f9040700aa52d25ef280c20fed9c3c6084fb"),
        (
            {"status": "DECLINED"},
            "a866d514bef37231a4cd9f92042f1136691b48b6ee5c5717eb804151c1442edb",
        ),
        ({"status": "VOIDED"}, "31f4fd14fcab615c9974fa26a3ea52f5c7072bdfade0116456240abe137048a8"),
        (
            {"amount_in_cents": 100},
            "8404ae3e61a1e15229051b572151f7534a8212c954e6840e8345953ae470ccf1",
        ),
    ],
)
def test_an_event_is_signed_as_documented(changed, digest):
    assert sum_of(**changed) == digest


def test_the_properties_are_signed_in_the_order_in_which_they_are_listed():
    listed = [f"transaction.{name}" for name in ("status", "id", "amount_in_cents", "reference")]

    assert sum_of(listed) == "879edf5463dc825daee38418afd05f74590e2a1bb84e0b3990f24dbfdb8e3f33"


def test_a_truth_is_signed_in_lower_case_and_a_path_may_be_deep():
    as_truth = sum_of(["transaction.method.is_new"], method={"is_new": True})

    assert as_truth == sum_of(["transaction.method.is_new"], method={"is_new": "true"})
