"""Events: what is in them, how they are signed, when they are sent, and each fault of theirs."""

import hashlib
import json
import threading

import pytest

from tests.wompi_sandbox.shop import SECRET
from tests.wompi_sandbox.wompi import CENTS, REFERENCE

USUAL = ["transaction.id", "transaction.status", "transaction.amount_in_cents"]
HALF_AN_HOUR, THREE_HOURS, A_DAY = 1_800, 10_800, 86_400


def right_sum(event: dict, secret: str = SECRET, data: dict | None = None) -> str:
    """Return the sum that a shop would work out, by code of its own."""
    text = ""
    for path in event["signature"]["properties"]:
        value = data or event["data"]
        for step in path.split("."):
            value = value.get(step, "") if isinstance(value, dict) else ""
        text += str(value)
    timestamp = event.get("timestamp") or event["signature"]["timestamp"]
    return hashlib.sha256(f"{text}{timestamp}{secret}".encode()).hexdigest()


def is_right(delivery) -> bool:
    told = delivery.event["signature"]["checksum"]
    return told == delivery.header == right_sum(delivery.event)


def struck(wompi, shop, fault: str, outcome: str = "APPROVED", **options):
    """Have a payment's event struck by a fault; return what arrived."""
    wompi.fault(fault, times=1, **options)
    wompi.pay(outcome)
    [delivery] = shop.deliveries
    return delivery


# -- A usual one ------------------------------------------------------------------------------
@pytest.mark.parametrize("outcome", ["APPROVED", "DECLINED", "ERROR"])
def test_an_event_tells_of_each_outcome_and_is_signed(wompi, shop, outcome):
    paid = wompi.pay(outcome)

    [delivery] = shop.deliveries
    event = delivery.event
    assert list(event) == ["event", "data", "sent_at", "timestamp", "signature", "environment"]
    assert (event["event"], event["environment"]) == ("transaction.updated", "test")
    assert event["signature"]["properties"] == USUAL
    assert is_right(delivery)
    assert delivery.headers["Content-Type"] == "application/json"
    told = delivery.transaction
    assert (told["id"], told["status"]) == (paid["id"], outcome)
    assert (told["reference"], told["amount_in_cents"]) == (REFERENCE, CENTS)


def test_what_stays_pending_is_not_told_of_until_it_is_settled(wompi, shop):
    paid = wompi.pay("PENDING")
    assert shop.deliveries == []

    wompi.control("transactions/settle", id=paid["id"], status="APPROVED")

    wompi.settle()
    assert shop.statuses == ["APPROVED"]


def test_without_an_address_nothing_is_sent(wompi, shop):
    wompi.control("settings", events_url="")

    wompi.pay()

    assert shop.deliveries == []
    assert [line["answer"] for line in wompi.look("log") if line["kind"] == "sent"] == [
        "no events URL"
    ]


# -- Retries ----------------------------------------------------------------------------------
def test_a_refused_event_is_sent_three_times_more_and_never_again(wompi, shop):
    shop.answers = [500, 404, 201, 302]
    counts = []

    wompi.pay()
    for seconds in (HALF_AN_HOUR, THREE_HOURS, A_DAY, 10 * A_DAY):
        counts.append(len(shop.deliveries))
        wompi.advance(seconds)

    assert counts == [1, 2, 3, 4]
    assert len(shop.deliveries) == 4
    assert len({one.body for one in shop.deliveries}) == 1  # the same, to the byte
    [event] = wompi.look("events")
    assert [one["answer"] for one in event["attempts"]] == [500, 404, 201, 302]


def test_a_retry_waits_for_its_hour(wompi, shop):
    shop.answers = [500, 500]

    wompi.pay()
    wompi.advance(HALF_AN_HOUR - 60)
    early = len(shop.deliveries)
    wompi.advance(120)
    in_time = len(shop.deliveries)
    wompi.advance(THREE_HOURS)
    wompi.advance(10 * A_DAY)

    assert (early, in_time, len(shop.deliveries)) == (1, 2, 3)  # the third was taken


def test_the_hours_are_scaled(wompi, shop):
    wompi.control("settings", retry_scale=0.1)
    shop.answers = [500]

    wompi.pay()
    wompi.advance(HALF_AN_HOUR / 10)

    assert len(shop.deliveries) == 2


def test_who_hangs_up_gets_it_again(wompi, shop):
    shop.answers = [None]

    wompi.pay()
    wompi.advance(HALF_AN_HOUR)

    [event] = wompi.look("events")
    assert [one["answer"] for one in event["attempts"]] == ["RemoteDisconnected", 200]


def test_who_does_not_answer_in_time_gets_it_again(wompi, shop):
    wompi.control("settings", delivery_timeout=0.2)
    shop.meeting = meeting = threading.Barrier(2)  # the first waits for somebody else to come

    wompi.pay()
    shop.meeting = None
    meeting.abort()
    wompi.advance(HALF_AN_HOUR)

    [event] = wompi.look("events")
    assert [one["answer"] for one in event["attempts"]] == ["TimeoutError", 200]


def test_an_event_of_the_past_can_be_sent_again_by_hand(wompi, shop):
    wompi.pay()
    wompi.control("events/send", number=1)
    wompi.settle()

    assert len(shop.deliveries) == 2
    assert shop.deliveries[0].body == shop.deliveries[1].body


# -- Lost, late, repeated, reordered ----------------------------------------------------------
def test_an_event_can_be_lost(wompi, shop):
    wompi.fault("event.never", times=1)

    paid = wompi.pay()
    wompi.advance(10 * A_DAY)

    assert shop.deliveries == []
    assert wompi.read(paid["id"])["status"] == "APPROVED"


def test_an_event_can_be_late(wompi, shop):
    wompi.fault("event.delayed", times=1, seconds=7200)

    wompi.pay()
    wompi.advance(7000)
    early = list(shop.deliveries)
    wompi.advance(300)

    assert (early, shop.statuses) == ([], ["APPROVED"])


def test_an_event_can_be_kept_back_until_somebody_sends_it(wompi, shop):
    wompi.fault("event.held", times=1)
    wompi.pay()
    wompi.advance(A_DAY)
    assert shop.deliveries == []
    shop.answers = [500]

    wompi.control("events/send", number=1)
    wompi.settle()  # the half hour counts from the first attempt
    wompi.advance(HALF_AN_HOUR)

    assert len(shop.deliveries) == 2  # with the retries of its own


def test_an_event_can_be_repeated_at_once(wompi, shop):
    wompi.fault("event.repeated", times=1, copies=3)

    wompi.pay()

    assert len(shop.deliveries) == 3
    assert len({one.body for one in shop.deliveries}) == 1


def test_an_event_can_come_several_times_at_the_same_instant(wompi, shop):
    shop.meeting = threading.Barrier(4)  # breaks unless all four are there together
    wompi.fault("event.concurrent", times=1, copies=4)

    wompi.pay()

    [event] = wompi.look("events")
    assert [one["answer"] for one in event["attempts"]] == [200] * 4


def test_an_event_can_come_again_after_hours(wompi, shop):
    wompi.fault("event.repeated_later", times=1, seconds=7200)

    wompi.pay()
    at_once = len(shop.deliveries)
    wompi.advance(7200)

    assert (at_once, len(shop.deliveries)) == (1, 2)


def test_a_decline_can_come_after_the_approval_that_followed_it(wompi, shop):
    wompi.fault("event.reordered", times=1)

    first = wompi.pay("DECLINED")
    wompi.pay("APPROVED", second_try_of=first["id"])

    assert shop.statuses == ["APPROVED", "DECLINED"]


def test_a_void_can_come_before_the_approval(wompi, shop):
    wompi.fault("event.reordered", times=1, only_status="APPROVED")

    paid = wompi.pay()
    wompi.post(f"/transactions/{paid['id']}/void")
    wompi.advance(1)

    assert shop.statuses == ["VOIDED", "APPROVED"]


def test_events_that_are_all_to_be_overtaken_change_places_in_pairs(wompi, shop):
    wompi.fault("event.reordered")

    ids = [wompi.pay(reference=f"RES-{n}-X")["id"] for n in range(4)]

    assert [one.transaction["id"] for one in shop.deliveries] == [ids[n] for n in (1, 0, 3, 2)]


def test_a_pending_payment_can_be_told_of(wompi, shop):
    wompi.fault("event.pending", times=1)

    wompi.pay("PENDING")

    assert shop.statuses == ["PENDING"]
    assert is_right(shop.deliveries[0])


# -- Tampered: must be refused ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("event.wrong_secret", "APPROVED"),
        ("event.other_environment", "APPROVED"),
        ("event.checksum_of_another", "APPROVED"),
        ("event.status_changed", "DECLINED"),
        ("event.amount_changed", "APPROVED"),
        ("event.timestamp_changed", "APPROVED"),
    ],
)
def test_a_forged_event_does_not_add_up(wompi, shop, fault, outcome):
    delivery = struck(wompi, shop, fault, outcome)

    assert delivery.event["signature"]["checksum"] == delivery.header
    assert delivery.header != right_sum(delivery.event)
    assert delivery.transaction["status"] == "APPROVED"


def test_an_event_of_the_other_environment_is_signed_with_that_secret(wompi, shop):
    event = struck(wompi, shop, "event.other_environment").event

    assert event["signature"]["checksum"] == right_sum(event, SECRET.replace("test", "prod"))


def test_the_checksum_of_another_event_is_a_genuine_one(wompi, shop):
    other = wompi.pay(reference="OTHER-X")
    shop.clear()

    event = struck(wompi, shop, "event.checksum_of_another").event

    about = {"transaction": event["data"]["transaction"] | {"id": other["id"]}}
    assert event["signature"]["checksum"] == right_sum(event, data=about)


def test_the_checksum_can_be_missing(wompi, shop):
    delivery = struck(wompi, shop, "event.no_checksum")

    assert delivery.header is None
    assert "checksum" not in delivery.event["signature"]


def test_header_and_body_can_differ(wompi, shop):
    delivery = struck(wompi, shop, "event.header_differs")

    assert delivery.event["signature"]["checksum"] == right_sum(delivery.event)
    assert delivery.header != right_sum(delivery.event)


@pytest.mark.parametrize(
    ("fault", "properties"),
    [
        ("event.empty_properties", []),
        ("event.unresolvable", [*USUAL, "transaction.nowhere.at_all"]),
    ],
)
def test_a_right_sum_can_cover_nothing(wompi, shop, fault, properties):
    delivery = struck(wompi, shop, fault)

    assert delivery.event["signature"]["properties"] == properties
    assert is_right(delivery)


def test_genuine_bytes_can_be_moved_into_another_field(wompi, shop):
    delivery = struck(wompi, shop, "event.moved_bytes", "DECLINED")

    event, told = delivery.event, delivery.transaction
    genuine = {"transaction": told | {"status": "DECLINED"}}
    as_genuine = {**event, "signature": {"properties": USUAL}, "data": genuine}
    assert told["status"] == "APPROVED"
    assert is_right(delivery)
    assert delivery.header == right_sum(as_genuine)


def test_a_body_can_be_no_json(wompi, shop):
    delivery = struck(wompi, shop, "event.bad_json")

    with pytest.raises(json.JSONDecodeError):
        delivery.event  # noqa: B018


def test_a_body_can_name_a_key_twice(wompi, shop):
    assert struck(wompi, shop, "event.duplicate_keys").body.count(b'"data":') == 2


def test_a_body_can_be_deep(wompi, shop):
    assert b"[" * 100 in struck(wompi, shop, "event.deep").body


def test_a_body_can_be_huge(wompi, shop):
    assert len(struck(wompi, shop, "event.huge").body) > 1_000_000


def test_the_content_type_can_be_wrong(wompi, shop):
    assert struck(wompi, shop, "event.content_type").headers["Content-Type"] == "text/plain"


# -- Signed, but not true: must not mark as paid ----------------------------------------------
@pytest.mark.parametrize(
    ("fault", "field", "value"),
    [
        ("event.other_amount", "amount_in_cents", 100),
        ("event.other_currency", "currency", "USD"),
        ("event.other_status", "status", "APPROVED"),
        ("event.unknown_reference", "reference", "NO-EXISTE-000000-X"),
        ("event.unknown_id", "id", "10042-1000000000-00000"),
    ],
)
def test_a_signed_event_can_say_something_else_than_the_api(wompi, shop, fault, field, value):
    delivery = struck(wompi, shop, fault, "DECLINED")

    assert is_right(delivery)
    assert delivery.transaction[field] == value
    assert wompi.find()[0][field] != value


def test_an_event_with_an_unknown_id_is_about_nothing(wompi, shop):
    told = struck(wompi, shop, "event.unknown_id").transaction

    assert wompi.get(f"/transactions/{told['id']}").status_code == 404


@pytest.mark.parametrize(("option", "expected"), [({}, "OTHER-X"), ({"to": "THIRD-X"}, "THIRD-X")])
def test_the_reference_can_be_swapped(wompi, shop, option, expected):
    wompi.pay(reference="OTHER-X")
    shop.clear()

    delivery = struck(wompi, shop, "event.swapped_reference", **option)

    assert is_right(delivery)
    assert delivery.transaction["reference"] == expected


def test_the_environment_can_be_another(wompi, shop):
    delivery = struck(wompi, shop, "event.environment")

    assert delivery.event["environment"] == "prod"
    assert is_right(delivery)


# -- Another shape: must be accepted ----------------------------------------------------------
def test_the_checksum_can_be_in_capitals(wompi, shop):
    delivery = struck(wompi, shop, "event.upper_checksum")

    assert delivery.header == delivery.event["signature"]["checksum"]
    assert delivery.header == right_sum(delivery.event).upper()


@pytest.mark.parametrize(
    ("fault", "properties"),
    [
        ("event.permuted", USUAL[::-1]),
        ("event.longer", [*USUAL, "transaction.currency", "transaction.reference"]),
        ("event.deeper", [*USUAL, "transaction.payment_method.type"]),
    ],
)
def test_the_properties_can_be_others(wompi, shop, fault, properties):
    delivery = struck(wompi, shop, fault)

    assert delivery.event["signature"]["properties"] == properties
    assert is_right(delivery)


def test_the_timestamp_can_be_inside_the_signature(wompi, shop):
    delivery = struck(wompi, shop, "event.timestamp_inside")

    assert "timestamp" not in delivery.event
    assert is_right(delivery)


def test_the_id_of_a_payment_link_can_be_there(wompi, shop):
    assert struck(wompi, shop, "event.link_id").transaction["payment_link_id"] == "test_Ab3dE6"


def test_an_event_can_have_a_name_that_nobody_knows(wompi, shop):
    delivery = struck(wompi, shop, "event.unknown_name")

    assert delivery.event["event"] == "transaction.reviewed"
    assert is_right(delivery)


def test_an_event_can_be_about_a_token(wompi, shop):
    delivery = struck(wompi, shop, "event.token")

    assert set(delivery.event["data"]) == {"nequi_token"}
    assert is_right(delivery)


def test_an_event_can_have_more_keys(wompi, shop):
    delivery = struck(wompi, shop, "event.extra_keys")

    assert {"delivery", "data"} <= set(delivery.event)
    assert "risk" in delivery.transaction
    assert is_right(delivery)


# -- Several at once --------------------------------------------------------------------------
def test_faults_of_an_event_can_come_together(wompi, shop):
    wompi.fault("event.repeated", times=1)
    wompi.fault("event.upper_checksum", times=1)
    wompi.fault("event.longer", times=1)

    wompi.pay()

    assert [one.header.isupper() for one in shop.deliveries] == [True, True]
    assert len(shop.deliveries[0].event["signature"]["properties"]) == 5


def test_one_more_event_can_be_made_about_a_transaction(wompi, shop):
    paid = wompi.pay()

    wompi.control(
        "events/announce", id=paid["id"], faults={"event.other_status": {"value": "VOIDED"}}
    )
    wompi.control("events/announce", id=paid["id"], faults=["event.wrong_secret"])

    wompi.settle()
    assert sorted(shop.statuses) == ["APPROVED", "APPROVED", "VOIDED"]
    assert [is_right(one) for one in shop.deliveries].count(False) == 1
