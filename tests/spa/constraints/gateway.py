"""Paying by link, and what the processes remember together of the gateway."""

from spa.models import (
    Alert,
    BreakerState,
    GatewayTransaction,
    JournalEntry,
    Payment,
    PaymentRequest,
    WebhookEvent,
)
from tests.factories import NOW, at, make_client, make_location
from tests.spa.constraints.attempts import allowed, breaks
from tests.spa.constraints.history import rows_of
from tests.spa.constraints.money import PAID, make_payment

PAYER = {"customer_email": "payer@example.test"}


def make_request(**fields) -> PaymentRequest:
    """Write a link that asks for the deposit of a visit."""
    return PaymentRequest.objects.create(
        **{
            "purpose": "deposit",
            "location": make_location(),
            "client": make_client(),
            "appointment": "BR-1",
            "amount_cents": PAID,
            "created_at": NOW,
            **fields,
        }
    )


def make_attempt(**fields) -> Payment:
    """Write an attempt to pay by a link."""
    request = fields.pop("request", None) or make_request()
    values = {"method": "wompi", "state": "pending", "applied_cents": 0, "reference": "RES-A"}
    return make_payment(**{"request": request, **values, **fields})


def make_transaction(status: str = "APPROVED", **fields) -> GatewayTransaction:
    """Write a transaction that Wompi reported, of which nothing has come yet."""
    return GatewayTransaction.objects.create(
        **{
            "gateway_id": "10042-1-00001",
            "reference": "RES-A",
            "status": status,
            "amount_cents": PAID,
            "currency": "COP",
            "created_at": NOW,
            "seen_at": NOW,
            **fields,
        }
    )


def make_posted(**fields) -> GatewayTransaction:
    """Write one whose money lies on a receipt."""
    receipt = make_payment(method="wompi", reference="RES-A")
    values = {"home": "payment", "receipt": receipt, "posted_cents": PAID}
    return make_transaction(**values | fields)


def make_homeless(**fields) -> GatewayTransaction:
    """Write one whose money waits for a manager."""
    values = {"home": "unapplied", "mismatch": "amount", "posted_cents": PAID}
    return make_transaction(**values | fields)


def make_event(**fields) -> WebhookEvent:
    return WebhookEvent.objects.create(
        **{
            "transaction_id": "10042-1-00001",
            "status": "APPROVED",
            "reference": "RES-A",
            "amount_cents": PAID,
            "currency": "COP",
            "timestamp": 1796000000,
            "received_at": NOW,
            "outcome": "owned",
            **fields,
        }
    )


def make_alert(**fields) -> Alert:
    values = {"kind": "late_money", "subject": "BR-1", "opened_at": NOW}
    return Alert.objects.create(**values | fields)


# -- Links ------------------------------------------------------------------------------------
@breaks("payment_request_is_one_at_a_time_for_a_visit")
def two_links_open_for_one_visit():
    make_request()
    make_request(purpose="balance", ends_at=at(9))


@breaks("payment_request_purpose_is_known", "whim", "")
def a_link_for(purpose):
    make_request(purpose=purpose, ends_at=at(9))


@breaks("payment_request_is_whole_pesos_and_not_nothing", 0, 50, 100_50)
def a_link_that_asks_for(cents):
    make_request(amount_cents=cents)


@breaks(
    "payment_request_has_one_end",
    {"purpose": "deposit", "ends_at": at(9)},
    {"purpose": "balance", "ends_at": None},
)
def a_link_whose_end_is(fields):
    make_request(**fields)


@breaks(
    "payment_request_that_is_closed_says_why",
    {"closed_at": at(9)},
    {"closed_reason": "paid"},
    {"closed_at": at(9), "closed_reason": "tired"},
)
def a_link_closed_or_not(fields):
    make_request(**fields)


@allowed("paid", "ended", "over", "replaced")
def another_link_once_the_first_is(reason):
    make_request(closed_at=at(9), closed_reason=reason)
    make_request(purpose="balance", ends_at=at(9), amount_cents=100)


@allowed()
def links_open_for_two_visits():
    make_request()
    make_request(appointment="BR-2")


# -- Attempts ---------------------------------------------------------------------------------
@breaks(
    "payment_of_a_request_is_by_the_gateway",
    {"method": "card_terminal"},
    {"reference": ""},
    {"tip_cents": 100},
)
def an_attempt_by_link_with(fields):
    make_attempt(**fields)


@breaks("payment_reference_is_of_one_attempt")
def a_reference_given_out_twice():
    first = make_attempt()
    make_attempt(request=first.request)


LINK = "spa_payment.payment_stays_with_its_link"


@breaks("spa_payment_is_append_only", trigger=LINK)
def an_attempt_that_is_put_behind_another_link():
    attempt, other = make_attempt(), make_request(appointment="BR-2")
    rows_of(attempt).update(request=other)


@breaks("spa_payment_is_append_only", trigger=LINK)
def a_receipt_that_is_put_behind_a_link():
    rows_of(make_payment(method="wompi")).update(request=make_request())


@allowed()
def the_receipt_of_a_second_approval_of_one_reference():
    first = make_attempt()
    make_payment(method="wompi", reference=first.reference)


# -- Transactions -----------------------------------------------------------------------------
@breaks("transaction_has_a_receipt_of_its_own")
def two_transactions_on_one_receipt():
    first = make_posted()
    make_posted(gateway_id="10042-1-00002", receipt=first.receipt)


@allowed()
def two_transactions_that_change_their_receipts():
    one, other = make_posted(), make_posted(gateway_id="10042-1-00002")
    rows_of(one).update(receipt=other.receipt)
    rows_of(other).update(receipt=one.receipt)


@breaks("transaction_status_is_known", "PAID", "approved", "")
def a_transaction_that_is(status):
    make_transaction(status)


@breaks("transaction_has_a_home_only_when_it_was_approved", "PENDING", "DECLINED", "ERROR")
def money_of_a_transaction_that_is(status):
    make_posted(status=status)


@breaks("transaction_is_posted_where_its_home_is", 0, 50, 100_50)
def a_payment_out_of_a_transaction_of(cents):
    make_posted(posted_cents=cents)


@breaks("transaction_is_posted_where_its_home_is", 0, 50, 100_50)
def homeless_money_of(cents):
    make_homeless(posted_cents=cents)


@breaks("transaction_is_posted_where_its_home_is")
def money_posted_of_a_transaction_without_a_home():
    make_transaction(posted_cents=PAID)


@breaks("transaction_is_posted_where_its_home_is")
def foreign_money_in_the_books():
    make_homeless(home="listed", mismatch="currency", currency="USD")


@breaks("transaction_has_its_receipt")
def a_payment_without_its_receipt():
    make_posted(receipt=None)


@breaks("transaction_has_its_receipt")
def homeless_money_that_has_a_receipt_all_the_same():
    make_homeless(receipt=make_payment(method="wompi"))


@breaks("transaction_has_its_receipt", "applied", "credited")
def homeless_money_without_a_receipt_that_was(resolution):
    make_homeless(resolution=resolution, resolved_at=at(9))


@breaks("transaction_has_its_receipt", "refunded", "voided")
def a_receipt_for_homeless_money_that_was(resolution):
    receipt = make_payment(method="wompi")
    make_homeless(resolution=resolution, resolved_at=at(9), receipt=receipt)


@breaks("transaction_without_a_home_says_why", "", "whim")
def homeless_money_because_of(mismatch):
    make_homeless(mismatch=mismatch)


@breaks("transaction_without_a_home_says_why", "amount", "currency", "reference")
def money_with_a_home_in_spite_of(mismatch):
    make_posted(mismatch=mismatch)


@breaks(
    "transaction_that_was_resolved_says_when",
    {"resolution": "refunded"},
    {"resolution": "lost", "resolved_at": at(9)},
    {"resolved_at": at(9)},
)
def homeless_money_resolved_or_not(fields):
    make_homeless(**fields)


@breaks("transaction_that_was_resolved_says_when")
def something_resolved_that_has_no_need_of_it():
    make_transaction("VOIDED", resolution="voided", resolved_at=at(9))


@allowed(
    {"resolution": "refunded", "resolved_at": NOW},
    {"resolution": "voided", "resolved_at": NOW, "status": "VOIDED"},
    {"home": "listed", "posted_cents": 0, "mismatch": "currency"},
)
def homeless_money_that_is(fields):
    make_homeless(**fields)


TRANSACTION = "spa_gatewaytransaction_is_append_only"
BACK = "spa_gatewaytransaction.transaction_never_goes_back"


@breaks(TRANSACTION, trigger="spa_gatewaytransaction.transaction_stays")
def a_transaction_deleted():
    rows_of(make_transaction()).delete()


@breaks(
    TRANSACTION,
    *(("APPROVED", "PENDING"), ("APPROVED", "DECLINED"), ("APPROVED", "ERROR")),
    *(("VOIDED", "APPROVED"), ("VOIDED", "PENDING"), ("VOIDED", "DECLINED")),
    trigger=BACK,
)
def a_status_that_goes_back(steps):
    before, after = steps
    rows_of(make_transaction(before)).update(status=after)


@breaks(
    TRANSACTION,
    *({"gateway_id": "10042-1-00009"}, {"reference": "RES-B"}, {"amount_cents": 100}),
    *({"currency": "USD"}, {"posted_cents": 100}, {"home": ""}),
    {"home": "unapplied", "mismatch": "amount", "receipt": None},
    trigger=BACK,
)
def a_posted_transaction_rewritten_as(change):
    rows_of(make_posted()).update(**change)


@breaks(TRANSACTION, "reference", "currency", trigger=BACK)
def homeless_money_for_another_reason_afterwards(mismatch):
    rows_of(make_homeless()).update(mismatch=mismatch)


@breaks(
    TRANSACTION,
    {"resolution": "", "resolved_at": None},
    {"resolution": "voided"},
    {"resolved_at": at(10)},
    trigger=BACK,
)
def a_resolution_taken_back_or_changed_to(change):
    row = make_homeless(resolution="refunded", resolved_at=at(9))
    rows_of(row).update(**change)


@breaks(TRANSACTION, trigger=BACK)
def a_transaction_that_gets_another_name_before_anything_came_of_it():
    rows_of(make_transaction("PENDING")).update(gateway_id="10042-1-00009")


@allowed("APPROVED", "VOIDED")
def a_refusal_that_a_read_calls(status):
    rows_of(make_transaction("DECLINED")).update(status=status)


@allowed()
def money_that_is_approved_and_posted_and_taken_back():
    row = rows_of(make_transaction("PENDING", amount_cents=100))
    receipt = make_payment(method="wompi")
    row.update(status="APPROVED", amount_cents=PAID)
    row.update(home="payment", receipt=receipt, posted_cents=PAID)
    row.update(status="VOIDED")


# -- The books --------------------------------------------------------------------------------
@breaks("entry_of_a_transaction_is_posted_once")
def a_transaction_posted_twice():
    for _ in range(2):
        JournalEntry.objects.create(
            at=NOW, event="payment_taken", origin="gateway", gateway_id="10042-1-00001"
        )


# -- Events -----------------------------------------------------------------------------------
@breaks("webhook_event_is_kept_once")
def one_event_kept_twice():
    make_event()
    make_event(timestamp=1796000001, body=PAYER)


@allowed({"status": "VOIDED"}, {"reference": "RES-B"}, {"transaction_id": "10042-1-00002"})
def another_event_with(change):
    make_event()
    make_event(**change)


@breaks("webhook_event_outcome_is_known", {"outcome": "maybe"}, {"outcome": ""}, {"truth": "so"})
def an_event_of_which_one_says(fields):
    make_event(**fields)


# -- Alerts -----------------------------------------------------------------------------------
@breaks("alert_is_open_once_for_its_subject")
def two_alerts_open_about_one_thing():
    make_alert()
    make_alert(opened_at=at(9))


@breaks("alert_kind_is_known", "boredom", "")
def an_alert_about(kind):
    make_alert(kind=kind)


@allowed()
def the_same_alert_once_more_when_the_first_is_closed():
    make_alert(closed_at=at(8))
    make_alert()
    make_alert(subject="BR-2")


# -- The breaker ------------------------------------------------------------------------------
@breaks("breaker_phase_is_known", "broken", "")
def a_breaker_that_is(phase):
    BreakerState.objects.create(name="wompi", phase=phase, opened_at="2026-11-30T00:00Z")


@breaks("breaker_that_is_not_closed_has_its_moment", "open", "half-open")
def a_breaker_without_a_moment_that_is(phase):
    BreakerState.objects.create(name="wompi", phase=phase)


@allowed("closed")
def a_breaker_without_a_moment_that_may_be(phase):
    BreakerState.objects.create(name="wompi", phase=phase)
