"""The sums, against the vectors that were computed apart from this code (wompi.md §3 and §7.3)."""

import pytest

from spa.wompi import signatures

INTEGRITY = "test_integrity_0123456789abcdefghijABCDEFGHIJ"
DOCS_INTEGRITY = "prod_integrity_Z5mMke9x0k8gpErbDqwrJXMqsI6SFli6"
OURS = {"amount_in_cents": 15000000, "currency": "COP", "secret": INTEGRITY}
DOCS = {
    "reference": "sk8-438k4-xmxm392-sn2m",
    "amount_in_cents": 2490000,
    "currency": "COP",
    "secret": DOCS_INTEGRITY,
}
EVENTS = "test_events_0123456789abcdefghijABCDEFGHIJ"
TIMESTAMP = 1796000003
LISTED = ["transaction.id", "transaction.status", "transaction.amount_in_cents"]
APPROVED = "08a807bf73f2b0afdfd363f2bff5f9040700aa52d25ef280c20fed9c3c6084fb"


def data(status="APPROVED", **changed):
    transaction = {
        "id": "10042-1796000000-12345",
        "status": status,
        "amount_in_cents": 15000000,
        "reference": "RES-2026-000123-A1",
    }
    return {"transaction": transaction | changed}


def checksum(properties=LISTED, **changed):
    texts = signatures.covered(properties, data(**changed))
    return signatures.event_checksum(texts, timestamp=TIMESTAMP, secret=EVENTS)


@pytest.mark.parametrize(
    ("signed", "digest"),
    [
        (
            OURS | {"reference": "RES-2026-000123-A1"},
            "faccb760e241240cc37b6ec61b674fbfcac99e6bb496778a7c835763a607bd63",
        ),
        (
            OURS
            | {
                "reference": "RES-2026-000123-A1",
                "expiration_time": "2026-12-01T05:00:00.000Z",
            },
            "b99bf81735ae8152ea8743b8d68f7e7a2eee3246f117428009f45ebb12df42b5",
        ),
        (
            OURS | {"reference": "Reserva-ñ-1"},
            "4456ea50044d91424edb2e622e8e5ce1022d17ab436ba2e38da4919960d0a3e4",
        ),
        (DOCS, "37c8407747e595535433ef8f6a811d853cd943046624a0ec04662b17bbf33bf5"),
        (
            DOCS | {"expiration_time": "2023-06-09T20:28:50.000Z"},
            "e972f58e7de36b283fbb93d9318d39a54ffdff4e8e917b534f30d63c9d7bb89c",
        ),
    ],
)
def test_a_checkout_is_signed_as_wompi_signs_it(signed, digest):
    assert signatures.integrity(**signed) == digest


@pytest.mark.parametrize(
    ("properties", "changed", "digest"),
    [
        (LISTED, {}, APPROVED),
        (
            LISTED,
            {"status": "DECLINED"},
            "a866d514bef37231a4cd9f92042f1136691b48b6ee5c5717eb804151c1442edb",
        ),
        (
            LISTED,
            {"status": "VOIDED"},
            "31f4fd14fcab615c9974fa26a3ea52f5c7072bdfade0116456240abe137048a8",
        ),
        (
            LISTED,
            {"amount_in_cents": 100},
            "8404ae3e61a1e15229051b572151f7534a8212c954e6840e8345953ae470ccf1",
        ),
        (
            [LISTED[1], LISTED[0], LISTED[2], "transaction.reference"],
            {},
            "879edf5463dc825daee38418afd05f74590e2a1bb84e0b3990f24dbfdb8e3f33",
        ),
    ],
)
def test_an_event_is_summed_up_as_wompi_sums_it_up(properties, changed, digest):
    assert checksum(properties, **changed) == digest


@pytest.mark.parametrize(
    ("given", "secrets", "is_signed"),
    [
        (APPROVED, [EVENTS], True),
        (APPROVED.upper(), [EVENTS], True),
        (APPROVED, ["test_events_of_next_month", EVENTS], True),
        (APPROVED, ["test_events_of_next_month"], False),
        (APPROVED, [], False),
        # The sum without the moment, which circulates in the web.
        (
            "8a08435eb8533a0d4e4d104bafe3a739bd72e0db2ed16a92f1239edf7bfd7062",
            [EVENTS],
            False,
        ),
        (APPROVED[:-1], [EVENTS], False),
        ("", [EVENTS], False),
        ("ñ" * 64, [EVENTS], False),
    ],
)
def test_only_the_sum_with_a_secret_of_ours_is_believed(given, secrets, is_signed):
    texts = signatures.covered(LISTED, data())

    assert signatures.is_signed(given, texts, timestamp=TIMESTAMP, secrets=secrets) is is_signed


@pytest.mark.parametrize(
    "value", [None, 1.5, [], {}, ["a"], {"a": 1}, ""], ids=lambda value: repr(value)
)
def test_what_is_no_plain_value_is_not_summed_up(value):
    assert signatures.covered(LISTED, data(status=value)) is None


@pytest.mark.parametrize(
    "properties",
    [
        [],
        ["transaction.nothing"],
        ["transaction"],
        ["transaction.id.deeper"],
        ["transaction.id", "transaction.id"],
        [*LISTED, 7],
        [*LISTED, ["transaction.reference"]],
        [f"transaction.{number}" for number in range(21)],
    ],
    ids=repr,
)
def test_a_list_that_covers_less_than_it_seems_is_refused(properties):
    values = data() | {f"transaction.{number}": "x" for number in range(21)}

    assert signatures.covered(properties, values) is None


def test_truths_are_written_as_json_writes_them():
    assert signatures.covered(["a", "b"], {"a": True, "b": False}) == ["true", "false"]
