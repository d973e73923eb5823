"""A body is an announcement, or refused by name, whatever its bytes (wompi.md §12.5)."""

import json
import tracemalloc
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spa.wompi import signatures
from spa.wompi.events import DEEPEST, MOST_BYTES, Announcement, Refusal, read
from tests.spa.wompi.bodies import LISTED, SECRETS, body, event, malformed
from tests.spa.wompi.gateway import ID, REFERENCE

BODIES = 10_000


def outcome(text: bytes, **ours):
    return read(text, **({"secrets": SECRETS, "environment": "test"} | ours))


def test_an_event_says_which_transaction_changed():
    announced = outcome(body())

    assert announced.transaction_id == ID
    assert announced.status == "APPROVED"
    assert announced.amount_in_cents == 15000000
    assert (announced.reference, announced.currency) == (REFERENCE, "COP")
    assert announced.timestamp == 1796000003


def test_who_pays_is_kept_for_the_record_and_out_of_logs():
    announced = outcome(body())

    assert announced.body["data"]["transaction"]["customer_email"] == "huesped@example.test"
    assert "huesped" not in repr(announced)


@pytest.mark.parametrize(
    "changed",
    [
        {"properties": LISTED[::-1]},
        {"properties": [*LISTED, "transaction.reference", "transaction.payment_method.type"]},
        {"properties": [*LISTED, "transaction.payment_method.extra.last_four"]},
        {"transaction": {"payment_link_id": None, "status": "A_NEW_WORD"}},
        {"transaction": {"currency": "USD"}},
        {"something_new": {"a": [1, 2.5, None]}},
        {"sent_at": None},
    ],
    ids=repr,
)
def test_events_of_other_shapes_are_read_too(changed):
    assert isinstance(outcome(body(**changed)), Announcement)


def test_the_moment_may_stand_inside_the_signature():
    moved = event()
    moved["signature"]["timestamp"] = moved.pop("timestamp")

    assert isinstance(outcome(json.dumps(moved).encode()), Announcement)


def test_a_checksum_in_upper_case_is_read_too():
    loud = event()
    loud["signature"]["checksum"] = loud["signature"]["checksum"].upper()

    text = json.dumps(loud).encode()
    assert isinstance(outcome(text, header=loud["signature"]["checksum"].lower()), Announcement)


def test_the_last_secret_counts_while_they_are_exchanged():
    old, new = "test_events_oldoldoldoldoldold", "test_events_newnewnewnewnewnew"

    assert isinstance(outcome(body(secret=old), secrets=[new, old]), Announcement)
    assert outcome(body(secret=old), secrets=[new]) == Refusal.WRONG_CHECKSUM


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (b"", Refusal.UNREADABLE),
        (b"null", Refusal.UNREADABLE),
        (b"[]", Refusal.UNREADABLE),
        (b"{}", Refusal.UNREADABLE),
        (b"event=transaction.updated", Refusal.UNREADABLE),
        (json.dumps(event()).encode("utf-16"), Refusal.UNREADABLE),
        (body(more="x" * MOST_BYTES), Refusal.UNREADABLE),
        (body(more="\0"), Refusal.UNREADABLE),
        (body(more={"\ud800": 1}), Refusal.UNREADABLE),
        (body(timestamp=179600000), Refusal.UNREADABLE),
        (body(transaction={"currency": None}), Refusal.UNREADABLE),
        (body(transaction={"amount_in_cents": 0}), Refusal.UNREADABLE),
        (body(transaction={"amount_in_cents": 10**13}), Refusal.UNREADABLE),
        (body(transaction={"id": "../merchants/info"}), Refusal.UNREADABLE),
        (body(properties=[]), Refusal.WRONG_CHECKSUM),
        (body(properties=LISTED[:2]), Refusal.WRONG_CHECKSUM),
        (body(properties=["transaction.nothing"]), Refusal.WRONG_CHECKSUM),
        (body(transaction={"amount_in_cents": 1500.5}), Refusal.WRONG_CHECKSUM),
        (body(secret="prod_events_0123456789"), Refusal.WRONG_CHECKSUM),
        (body(environment="prod"), Refusal.OTHER_ENVIRONMENT),
        (body(event="nequi_token.updated"), Refusal.IRRELEVANT),
    ],
    ids=lambda one: repr(one)[:60],
)
def test_what_announces_nothing_is_refused_by_name(text, refusal):
    assert outcome(text) == refusal


def test_a_token_event_without_a_transaction_is_irrelevant():
    data, properties = {"nequi_token": {"id": "nequi_1", "status": "APPROVED"}}, ["nequi_token.id"]
    checksum = signatures.event_checksum(["nequi_1"], timestamp=1796000003, secret=SECRETS[0])
    signature = {"checksum": checksum, "properties": properties}
    told = event(event="nequi_token.updated", data=data, signature=signature)

    assert outcome(json.dumps(told).encode()) == Refusal.IRRELEVANT


@pytest.mark.parametrize(("field", "value"), [("status", "DECLINED"), ("amount_in_cents", 100)])
def test_a_signed_field_that_was_changed_is_noticed(field, value):
    changed = event()
    changed["data"]["transaction"][field] = value

    assert outcome(json.dumps(changed).encode()) == Refusal.WRONG_CHECKSUM


def test_no_digit_moves_from_the_moment_into_the_amount():
    moved = event()
    moved["data"]["transaction"]["amount_in_cents"] = 150000001
    moved["timestamp"] = 796000003

    assert outcome(json.dumps(moved).encode()) == Refusal.UNREADABLE


@pytest.mark.parametrize(
    ("levels", "kind"), [(DEEPEST - 1, Announcement), (DEEPEST, Refusal), (20_000, Refusal)]
)
def test_what_is_nested_deeper_than_anything_of_wompis_is_refused(levels, kind):
    text = body(more="HERE").replace(b'"HERE"', b"[" * levels + b"]" * levels)

    assert isinstance(outcome(text), kind)


def test_a_header_with_another_checksum_is_refused():
    assert outcome(body(), header="0" * 64) == Refusal.WRONG_CHECKSUM
    assert outcome(body(), header="") == Refusal.WRONG_CHECKSUM


def test_ten_thousand_malformed_bodies_are_refused_by_name_and_leave_nothing_behind():
    chance, seen = Random(20261130), set()

    def read_many(number: int) -> None:
        for _ in range(number):
            text = malformed(chance)
            found = outcome(text)
            # Scrambling may hit what nobody reads; then all that is signed is as it was.
            seen.add(found if isinstance(found, Refusal) else _as_signed(found, text))

    tracemalloc.start()
    try:
        read_many(BODIES // 10)
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        read_many(BODIES - BODIES // 10)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert seen <= {*Refusal, "as signed"}
    assert {Refusal.UNREADABLE, Refusal.WRONG_CHECKSUM, Refusal.OTHER_ENVIRONMENT} <= seen
    assert after - before < 64 * 1024
    assert peak - before < 8 * 1024 * 1024


def _as_signed(announced: Announcement, text: bytes) -> str:
    given = json.loads(text)
    texts = [announced.transaction_id, announced.status, str(announced.amount_in_cents)]
    checksum = signatures.event_checksum(texts, timestamp=announced.timestamp, secret=SECRETS[0])
    return "as signed" if given["signature"]["checksum"].lower() == checksum else "forged"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(event())), JSON))
def test_any_json_in_any_field_is_refused_by_name(changed):
    found = outcome(json.dumps(event() | changed).encode())

    assert isinstance(found, Refusal) or (found.transaction_id, found.status) == (ID, "APPROVED")


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(text):
    assert outcome(text) == Refusal.UNREADABLE
