"""What the merchant's server asks: shapes, keys, refusals."""

from datetime import timedelta

import pytest

from tests.wompi_sandbox.wompi import BACK, CENTS, PRIVATE, PUBLIC, REFERENCE

STRANGER = "prv_test_stranger"
PRODUCTION = "prv_prod_abcdef"


def error(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["type"]


# -- One transaction --------------------------------------------------------------------------
def test_a_transaction_is_read_by_its_id(wompi):
    paid = wompi.pay()

    answer = wompi.get(f"/transactions/{paid['id']}")

    seen = answer.json()["data"]
    assert answer.status_code == 200
    assert (
        seen.items()
        >= {
            "id": paid["id"],
            "reference": REFERENCE,
            "amount_in_cents": CENTS,
            "currency": "COP",
            "status": "APPROVED",
            "status_message": None,
            "payment_method_type": "CARD",
            "payment_link_id": None,
            "redirect_url": BACK,
        }.items()
    )
    assert seen["payment_method"]["extra"]["processor_response_code"] == "00"
    assert seen["merchant"]["public_key"] == PUBLIC
    assert seen["created_at"].endswith("Z")
    assert seen["finalized_at"].endswith("Z")


def test_what_the_payer_typed_is_in_it(wompi):
    url = wompi.url(
        customer_data__email="ana@example.test",
        customer_data__full_name="Ana Ñáñez",
        tax_in_cents__vat=1_900_000,
    )
    wompi.control("pay", url=url)

    [seen] = wompi.find()
    assert seen["customer_email"] == "ana@example.test"
    assert seen["customer_data"]["full_name"] == "Ana Ñáñez"
    assert seen["taxes"] == [{"type": "VAT", "amount_in_cents": 1_900_000}]


@pytest.mark.parametrize(
    ("method", "outcome", "message"),
    [
        ("CARD", "DECLINED", "La transacción fue rechazada (Sandbox)"),
        ("CARD", "ERROR", "La tarjeta usada no es admitida para el ambiente Sandbox"),
        ("NEQUI", "ERROR", "Número no válido en Sandbox"),
        ("PSE", "DECLINED", "Transacción RECHAZADA en Sandbox"),
        ("PSE", "ERROR", "Transacción con ERROR en Sandbox"),
    ],
)
def test_a_failure_says_what_the_real_sandbox_says(wompi, method, outcome, message):
    paid = wompi.pay(outcome, method=method)

    seen = wompi.read(paid["id"])
    assert (seen["payment_method_type"], seen["status_message"]) == (method, message)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("", (404, "NOT_FOUND_ERROR")),
        (PUBLIC, (404, "NOT_FOUND_ERROR")),
        (STRANGER, (403, "INVALID_ACCESS_TOKEN")),
        (PRODUCTION, (401, "INVALID_ACCESS_TOKEN")),
    ],
)
def test_only_the_private_key_reads_a_transaction(wompi, key, expected):
    paid = wompi.pay()

    assert error(wompi.get(f"/transactions/{paid['id']}", key)) == expected


def test_the_old_openness_can_be_had(wompi):
    paid = wompi.pay()
    wompi.control("settings", open_transaction_reads=True)

    assert wompi.get(f"/transactions/{paid['id']}", "").status_code == 200


def test_an_unknown_id_is_not_found(wompi):
    answer = wompi.get("/transactions/10042-1-00000")

    assert error(answer) == (404, "NOT_FOUND_ERROR")
    assert answer.json()["error"]["reason"] == "La entidad solicitada no existe"


# -- By reference -----------------------------------------------------------------------------
def test_all_attempts_of_a_reference_are_listed(wompi):
    first = wompi.pay("DECLINED")
    second = wompi.pay("APPROVED", second_try_of=first["id"])
    wompi.pay(reference="RES-OTHER-X")

    assert {one["id"] for one in wompi.find()} == {first["id"], second["id"]}


def test_an_unknown_reference_is_an_empty_list(wompi):
    answer = wompi.get("/transactions", params={"reference": "NOBODY"})

    assert (answer.status_code, answer.json()["data"]) == (200, [])


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "Se esperaba una llave pública o privada pero no se recibió ninguna"),
        (PUBLIC, "Llave no válida"),
        (STRANGER, "Llave no válida"),
        (
            PRODUCTION,
            f"La llave proporcionada no corresponde a este ambiente, se recibió: {PRODUCTION}",
        ),
    ],
)
def test_only_the_private_key_lists(wompi, key, reason):
    answer = wompi.get("/transactions", key, params={"reference": REFERENCE})

    assert error(answer) == (401, "INVALID_ACCESS_TOKEN")
    assert answer.json()["error"]["reason"] == reason


def test_without_a_reference_dates_and_paging_must_be_given(wompi):
    answer = wompi.get("/transactions")

    assert error(answer) == (422, "INPUT_VALIDATION_ERROR")
    assert set(answer.json()["error"]["messages"]) == {
        "from_date",
        "until_date",
        "page",
        "page_size",
    }


@pytest.mark.parametrize(
    "wrong", [{"page": "0"}, {"page_size": "201"}, {"page": "x"}, {"from_date": "ayer"}]
)
def test_a_filter_that_cannot_be_read_is_refused(wompi, wrong):
    answer = wompi.get("/transactions", params={"reference": REFERENCE} | wrong)

    assert error(answer) == (422, "INPUT_VALIDATION_ERROR")


def test_a_list_has_filters_and_pages(wompi):
    made = [wompi.pay(reference=f"RES-{n}-X")["id"] for n in range(3)]
    wompi.pay("DECLINED", reference="RES-3-X")
    day = {"from_date": "2020-01-01", "until_date": "2099-12-31", "status": "APPROVED"}
    asked = day | {"page_size": 2, "order": "ASC"}

    pages = [wompi.get("/transactions", params=asked | {"page": n}).json() for n in (1, 2)]

    assert [one["id"] for page in pages for one in page["data"]] == made
    assert pages[0]["meta"]["total_results"] == 3


# -- Voids ------------------------------------------------------------------------------------
def void(wompi, paid, **options):
    return wompi.post(f"/transactions/{paid['id']}/void", **options)


def test_a_void_is_accepted_and_comes_true_a_moment_later(wompi, shop):
    paid = wompi.pay()

    answer = void(wompi, paid)

    told = answer.json()["data"]
    assert (answer.status_code, told["status"]) == (201, "APPROVED")
    assert told["transaction"] == {
        "id": paid["id"],
        "status": "APPROVED",
        "amount_in_cents": CENTS,
        "reference": REFERENCE,
    }
    wompi.advance(1)
    assert wompi.read(paid["id"])["status"] == "VOIDED"
    assert shop.statuses == ["APPROVED", "VOIDED"]


@pytest.mark.parametrize(
    ("outcome", "method", "age"),
    [
        ("DECLINED", "CARD", 0),
        ("PENDING", "CARD", 0),
        ("APPROVED", "NEQUI", 0),
        ("APPROVED", "CARD", timedelta(days=3).total_seconds()),
    ],
)
def test_what_cannot_be_voided_is_told_inside_a_201(wompi, outcome, method, age):
    paid = wompi.pay(outcome, method=method)
    wompi.advance(age)

    answer = void(wompi, paid)

    assert (answer.status_code, answer.json()["data"]["status"]) == (201, "ERROR")
    assert answer.json()["data"]["status_message"]
    wompi.advance(10)
    assert wompi.read(paid["id"])["status"] == outcome


def test_a_second_void_and_a_part_of_one_are_refused(wompi):
    paid = wompi.pay()

    part = void(wompi, paid, json={"amount_in_cents": 100})
    first, second = void(wompi, paid), void(wompi, paid)

    told = [one.json()["data"]["status"] for one in (part, first, second)]
    assert told == ["ERROR", "APPROVED", "ERROR"]


def test_only_the_private_key_voids(wompi):
    paid = wompi.pay()

    keys = ["", PUBLIC, STRANGER]
    answers = [wompi.post(f"/transactions/{paid['id']}/void", key) for key in keys]
    assert {error(one) for one in answers} == {(401, "INVALID_ACCESS_TOKEN")}
    assert error(wompi.post("/transactions/nobody/void")) == (404, "NOT_FOUND_ERROR")


def test_a_void_can_be_refused_forgotten_and_late(wompi):
    paid = [wompi.pay(reference=f"RES-{n}-X") for n in range(3)]
    for n, fault in enumerate(["void.refused", "void.never_settles", "void.slow"]):
        wompi.fault(fault, reference=f"RES-{n}-X", times=1)

    told = [void(wompi, one).json()["data"]["status"] for one in paid]
    wompi.advance(60)
    soon = [wompi.read(one["id"])["status"] for one in paid]
    wompi.advance(3600)
    late = [wompi.read(one["id"])["status"] for one in paid]

    assert told == ["ERROR", "APPROVED", "APPROVED"]
    assert soon == ["APPROVED"] * 3
    assert late == ["APPROVED", "APPROVED", "VOIDED"]


# -- The merchant -----------------------------------------------------------------------------
def test_the_merchant_is_told_by_its_public_key(wompi):
    answer = wompi.get("/merchants/info", "", headers={"x-merchant-public-key": PUBLIC})

    seen = answer.json()["data"]
    assert seen["accepted_currencies"] == ["COP"]
    kinds = ("presigned_acceptance", "presigned_personal_data_auth")
    assert [seen[name]["type"] for name in kinds] == ["END_USER_POLICY", "PERSONAL_DATA_AUTH"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("pub_test_stranger", (404, "NOT_FOUND_ERROR")),
        ("nonsense", (422, "INPUT_VALIDATION_ERROR")),
    ],
)
def test_an_unknown_merchant_is_refused(wompi, key, expected):
    answer = wompi.get("/merchants/info", "", headers={"x-merchant-public-key": key})

    assert error(answer) == expected


def test_the_merchants_old_address_is_off_and_can_be_switched_on(wompi):
    off = wompi.get(f"/merchants/{PUBLIC}", "")
    wompi.control("settings", old_merchants_path=True)
    on = wompi.get(f"/merchants/{PUBLIC}", PRIVATE)

    assert error(off) == (404, "NOT_FOUND_ERROR")
    assert on.json()["data"]["public_key"] == PUBLIC


def test_an_address_that_is_not_known_is_not_found(wompi):
    assert error(wompi.get("/payouts")) == (404, "NOT_FOUND_ERROR")
    assert error(wompi.post("/transactions")) == (404, "NOT_FOUND_ERROR")
