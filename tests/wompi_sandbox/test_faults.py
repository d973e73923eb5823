"""Bad days of the API, and how a fault is narrowed and counted."""

import threading

import pytest
import requests

from tests.wompi_sandbox.wompi import REFERENCE

CORE = {
    "id",
    "reference",
    "status",
    "amount_in_cents",
    "currency",
    "payment_method_type",
    "created_at",
}


@pytest.fixture
def paid(wompi):
    return wompi.pay()


def address(paid):
    return f"/transactions/{paid['id']}"


# -- No answer --------------------------------------------------------------------------------
def test_the_connection_can_be_refused_until_the_fault_is_off(wompi, paid):
    with requests.Session() as open_before:
        url = f"{wompi.addresses['api']}/transactions"
        open_before.get(url, timeout=5)
        wompi.fault("api.refused")

        with pytest.raises(requests.ConnectionError, match="refused"):
            wompi.get(address(paid))
        with pytest.raises(requests.ConnectionError):
            open_before.get(url, timeout=5)
        with pytest.raises(requests.ConnectionError):
            requests.get(wompi.addresses["control"].replace("_control", "v1"), timeout=5)

    wompi.control("faults/clear")
    assert wompi.read(paid["id"])["status"] == "APPROVED"


def test_the_connection_can_be_reset(wompi, paid):
    wompi.fault("api.reset", times=1)

    with pytest.raises(requests.ConnectionError):
        wompi.get(address(paid))
    assert wompi.get(address(paid)).status_code == 200


def test_the_connection_can_be_reset_in_the_middle_of_an_answer(wompi, paid):
    wompi.fault("api.reset_mid_body", times=1)

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        wompi.get(address(paid))


@pytest.mark.parametrize(
    ("fault", "status"), [("api.hang", "APPROVED"), ("api.hang_after", "VOIDED")]
)
def test_a_call_can_hang_before_or_after_it_is_done(wompi, paid, fault, status):
    wompi.fault(fault, times=1)

    with pytest.raises(requests.ReadTimeout):
        wompi.post(f"{address(paid)}/void", timeout=0.3)

    wompi.advance(1)
    assert wompi.read(paid["id"])["status"] == status


def test_who_hangs_goes_on_when_the_faults_are_cleared(wompi, paid):
    wompi.fault("api.slow", times=1, seconds=60)
    answers = []
    caller = threading.Thread(target=lambda: answers.append(wompi.get(address(paid), timeout=20)))
    caller.start()
    while wompi.look("faults")["active"]:  # until it has struck
        pass

    while caller.is_alive():
        wompi.control("faults/clear")
    assert answers[0].status_code == 200


def test_an_answer_can_be_late(wompi, paid):
    wompi.fault("api.slow", times=1, seconds=0.3)

    answer = wompi.get(address(paid))

    assert answer.json()["data"]["status"] == "APPROVED"
    assert answer.elapsed.total_seconds() >= 0.3


# -- A wrong answer ---------------------------------------------------------------------------
@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
@pytest.mark.parametrize("body", ["json", "html", "empty"])
def test_an_outage_answers_with_any_status_and_body(wompi, paid, status, body):
    wompi.fault("api.error", times=1, status=status, body=body)

    answer = wompi.get(address(paid))

    assert answer.status_code == status
    assert {"json": b"{", "html": b"<", "empty": b""}[body] == answer.content[:1]


def test_an_error_can_hide_that_something_was_done(wompi, paid):
    wompi.fault("api.error_after", times=1)

    assert wompi.post(f"{address(paid)}/void").status_code == 502
    wompi.advance(1)
    assert wompi.read(paid["id"])["status"] == "VOIDED"


@pytest.mark.parametrize(("fault", "status"), [("api.unauthorised", 401), ("api.not_found", 404)])
def test_a_right_call_can_be_refused(wompi, paid, fault, status):
    wompi.fault(fault, times=1)

    answer = wompi.get(address(paid))

    assert answer.status_code == status
    assert answer.json()["error"]["reason"]


@pytest.mark.parametrize("fault", ["api.truncated", "api.not_json"])
def test_a_200_can_hold_what_is_no_json(wompi, paid, fault):
    wompi.fault(fault, times=1)

    answer = wompi.get(address(paid))

    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_an_answer_can_be_far_too_large(wompi, paid):
    wompi.fault("api.huge", times=1)

    answer = wompi.get(address(paid))

    assert len(answer.content) > 2_000_000
    assert answer.json()["data"]["id"] == paid["id"]


def test_a_call_can_be_sent_elsewhere(wompi, paid):
    wompi.fault("api.redirect", times=1, to="http://elsewhere.test/")

    answer = wompi.get(address(paid))

    assert (answer.status_code, answer.headers["Location"]) == (302, "http://elsewhere.test/")


# -- A right answer of another shape ----------------------------------------------------------
def test_an_answer_can_have_more_or_fewer_fields(wompi, paid):
    usual = set(wompi.read(paid["id"]))

    wompi.fault("api.extra_fields", times=1)
    more = set(wompi.read(paid["id"]))
    wompi.fault("api.missing_fields", times=1)
    fewer = set(wompi.find()[0])

    assert more > usual > fewer == CORE


def test_a_status_can_be_one_that_nobody_knows(wompi, paid):
    wompi.fault("api.unknown_status", times=1)

    assert [wompi.read(paid["id"])["status"] for _ in range(2)] == ["IN_REVIEW", "APPROVED"]


def test_a_reference_can_appear_late(wompi, paid):
    wompi.fault("api.empty_list", times=1)

    assert [len(wompi.find()) for _ in range(2)] == [0, 1]


def test_a_list_can_come_in_another_order(wompi):
    wompi.fault("page.allows_used_reference")
    for _ in range(4):
        wompi.pay()
    usual = [one["id"] for one in wompi.find()]
    wompi.fault("api.shuffled", times=1)

    shuffled = [one["id"] for one in wompi.find()]

    assert shuffled != usual
    assert sorted(shuffled) == sorted(usual)


# -- Which calls a fault strikes --------------------------------------------------------------
def test_a_fault_strikes_as_often_as_it_was_told_to(wompi, paid):
    wompi.fault("api.error", times=2)

    assert [wompi.get(address(paid)).status_code for _ in range(3)] == [503, 503, 200]
    assert wompi.look("faults")["active"] == []


def test_a_fault_without_a_number_lasts_until_it_is_off(wompi, paid):
    one = wompi.fault("api.error")
    other = wompi.fault("event.never")

    struck = [wompi.get(address(paid)).status_code for _ in range(3)]
    wompi.control("faults/clear", number=one["number"])

    assert struck == [503, 503, 503]
    assert wompi.get(address(paid)).status_code == 200
    assert [one["number"] for one in wompi.look("faults")["active"]] == [other["number"]]


def test_faults_that_exclude_each_other_strike_one_after_the_other(wompi, paid):
    wompi.fault("api.error", times=1, status=500)
    wompi.fault("api.unauthorised", times=1)
    wompi.fault("api.error", times=1, status=429)

    struck = [wompi.get(address(paid)).status_code for _ in range(4)]

    assert struck == [500, 401, 429, 200]


def test_a_fault_can_be_for_one_endpoint_or_some_references_only(wompi, paid):
    other = wompi.pay(reference="OTHER-1-X")
    wompi.fault("api.error", endpoint="void")
    wompi.fault("api.error", reference="OTHER-*", status=500)

    assert wompi.get(address(paid)).status_code == 200
    assert wompi.post(f"{address(paid)}/void").status_code == 503
    assert wompi.get(address(other)).status_code == 500
    assert wompi.get("/transactions", params={"reference": "OTHER-1-X"}).status_code == 500
    assert [one["reference"] for one in wompi.find()] == [REFERENCE]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"fault": "api.nonsense"}, "no fault"),
        ({}, "no fault"),
        ({"fault": "api.slow", "colour": "red"}, "no option"),
        ({"fault": "api.slow", "seconds": "soon"}, "seconds must be"),
        ({"fault": "api.slow", "times": 0}, "times"),
        ({"fault": "api.refused", "times": 1}, "cannot be counted"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(wompi, given, told):
    assert told in wompi.refusal("faults", **given)
    assert wompi.look("faults")["active"] == []
