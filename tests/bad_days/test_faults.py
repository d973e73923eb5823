"""Every fault of the gateway that touches us, against the stand-in as a running process (§12.5).

However it begins, in the end the money that Wompi has is ours to the peso, once, or listed.
"""

import pytest

from spa import clock
from spa.models import ClientCredit, GatewayTransaction, Payment, WebhookEvent
from spa.services import booking
from spa.services.audit import Actor
from spa.services.gateway import void as voids
from tests.spa.gateway.links import DEPOSIT
from tests.spa.money.till import books, fresh

PAID = ("confirmed", "approved")
BOOKS_OF_PAID = {"wompi": 72_000, "client_deposits": -72_000}


def assert_paid_once(day, visit, payment) -> None:
    assert day.state(visit, payment) == PAID
    assert books() == BOOKS_OF_PAID
    assert day.homes == ["payment"]


# -- A good day, for comparison ---------------------------------------------------------------
def test_a_good_day(day):
    visit, payment = day.hold()

    day.pay(payment)
    day.work()

    assert_paid_once(day, visit, payment)
    assert (day.answers, day.truths, day.alerts) == ([200], ["confirmed"], [])


# -- The API ----------------------------------------------------------------------------------
OUTAGES = [
    {"status": status, "body": body}
    for status in (500, 502, 503, 504, 429, 408)
    for body in ("json", "html", "empty")
]


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        *(("api.error", outage) for outage in OUTAGES),
        *((f"api.{name}", {}) for name in ("reset", "hang", "reset_mid_body", "truncated")),
        *((f"api.{name}", {}) for name in ("not_json", "huge", "redirect", "unauthorised")),
        ("api.refused", {}),
    ],
    ids=str,
)
def test_while_wompi_cannot_be_read_nothing_is_paid_and_then_it_is(day, fault, options):
    visit, payment = day.hold()
    day.wompi.fault(fault, **options)

    day.pay(payment)
    day.work()
    day.reconcile()
    assert day.state(visit, payment) == ("pending_payment", "pending")
    assert books() == {}

    day.mend()
    day.reconcile(minutes=3)
    assert_paid_once(day, visit, payment)


def test_an_id_that_wompi_denies_pays_nothing_and_the_reference_finds_it(day):
    visit, payment = day.hold()
    day.wompi.fault("api.not_found", endpoint="transaction", times=1)

    day.pay(payment)
    day.work()
    assert day.state(visit, payment) == ("pending_payment", "pending")
    assert (day.truths, day.alerts) == (["unknown"], ["unknown_transaction"])

    day.reconcile()
    assert_paid_once(day, visit, payment)


def test_a_status_that_nobody_knows_is_not_paid(day):
    visit, payment = day.hold()
    day.wompi.fault("api.unknown_status")

    day.pay(payment)
    day.work()
    assert day.state(visit, payment) == ("pending_payment", "pending")

    day.mend()
    day.reconcile()
    assert_paid_once(day, visit, payment)


def test_nothing_found_yet_is_not_unpaid(day):
    visit, payment = day.hold()
    day.wompi.fault("event.never")
    day.wompi.fault("api.empty_list", times=2)

    day.pay(payment)
    day.reconcile()
    day.reconcile()
    assert day.state(visit, payment) == ("pending_payment", "pending")

    day.reconcile()
    assert_paid_once(day, visit, payment)


@pytest.mark.parametrize("fault", ["api.slow", "api.extra_fields", "api.missing_fields"])
def test_an_answer_that_is_late_or_of_another_shape_is_read(day, fault):
    visit, payment = day.hold()
    day.wompi.fault(fault, **({"seconds": 0.2} if fault == "api.slow" else {}))

    day.pay(payment)
    day.work()

    assert_paid_once(day, visit, payment)


def test_of_a_shuffled_list_the_approval_counts(day):
    visit, payment = day.hold()
    day.wompi.fault("event.never")
    day.wompi.fault("api.shuffled")
    declined = day.pay(payment, "DECLINED")
    day.pay(payment, "APPROVED", second_try_of=declined["id"])

    day.reconcile()

    assert day.state(visit, payment) == PAID
    assert books() == BOOKS_OF_PAID


# -- Events: how they come --------------------------------------------------------------------
def test_a_lost_event_loses_nothing(day):
    visit, payment = day.hold()
    day.wompi.fault("event.never")

    day.pay(payment)
    day.reconcile()

    assert_paid_once(day, visit, payment)
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("fault", ["event.repeated", "event.concurrent"])
def test_copies_are_answered_and_pay_once(day, fault):
    visit, payment = day.hold()
    day.wompi.fault(fault, copies=5)

    day.pay(payment)
    day.work()

    assert_paid_once(day, visit, payment)
    assert set(day.answers) == {200}
    assert WebhookEvent.objects.count() == 1


def test_a_copy_hours_later_is_known(day):
    visit, payment = day.hold()
    day.wompi.fault("event.repeated_later")

    day.pay(payment)
    day.work()
    day.pass_time(hours=3)
    day.work()

    assert_paid_once(day, visit, payment)
    assert day.answers == [200, 200]


def test_an_event_for_a_payment_under_way_is_no_outcome(day):
    visit, payment = day.hold()
    day.wompi.fault("event.pending")

    day.pay(payment)
    day.work()

    assert_paid_once(day, visit, payment)
    assert set(WebhookEvent.objects.values_list("status", flat=True)) >= {"PENDING", "APPROVED"}


def test_the_refusal_of_before_that_comes_after_the_approval_changes_nothing(day):
    visit, payment = day.hold()
    day.wompi.fault("event.reordered", times=1)

    declined = day.pay(payment, "DECLINED")
    day.pay(payment, "APPROVED", second_try_of=declined["id"])
    day.work()

    assert day.state(visit, payment) == PAID
    assert books() == BOOKS_OF_PAID


def test_an_event_delayed_past_the_hold_finds_it_paid_long_since(day):
    visit, payment = day.hold(minutes=20)
    day.wompi.fault("event.delayed", seconds=7200)

    day.pay(payment)
    day.reconcile()
    assert_paid_once(day, visit, payment)

    day.pass_time(hours=2, minutes=1)
    day.work()
    assert_paid_once(day, visit, payment)
    assert day.answers == [200]


def test_with_nobody_asking_an_event_past_the_hold_books_the_visit_again(day):
    visit, payment = day.hold(minutes=20)
    day.wompi.fault("event.held")
    day.pay(payment)
    day.pass_time(minutes=35)
    assert day.expire() == 1

    for number in [event["number"] for event in day.wompi.look("events")]:
        day.wompi.control("events/send", number=number)
    day.wompi.settle()
    day.work()

    assert_paid_once(day, visit, payment)
    assert fresh(visit).changes.filter(action="rebook").exists()


# -- Events: tampered with, and refused -------------------------------------------------------
TAMPERED = {
    "event.wrong_secret": 401,
    "event.other_environment": 401,
    "event.no_checksum": 400,
    "event.checksum_of_another": 401,
    "event.header_differs": 401,
    "event.amount_changed": 401,
    "event.timestamp_changed": 401,
    "event.empty_properties": 401,
    "event.unresolvable": 401,
    "event.moved_bytes": 401,
    "event.bad_json": 400,
    "event.duplicate_keys": 400,
    "event.deep": 400,
    "event.content_type": 400,
    "event.huge": 400,
}


@pytest.mark.parametrize(("fault", "status"), TAMPERED.items())
def test_a_tampered_event_is_refused_and_the_truth_comes_by_asking(day, fault, status):
    visit, payment = day.hold()
    day.wompi.fault(fault)

    day.pay(payment)
    day.work()
    assert set(day.answers) <= {status, None}
    assert status in day.answers
    assert not WebhookEvent.objects.exists()
    assert day.state(visit, payment) == ("pending_payment", "pending")

    day.reconcile()
    assert_paid_once(day, visit, payment)


def test_a_refusal_that_was_made_an_approval_pays_nothing(day):
    visit, payment = day.hold()
    day.wompi.fault("event.status_changed", value="APPROVED")

    day.pay(payment, "DECLINED")
    day.work()
    day.reconcile()

    assert day.answers[0] == 401
    assert day.state(visit, payment) == ("pending_payment", "declined")
    assert books() == {}


# -- Events: well signed, and untrue ----------------------------------------------------------
def test_an_approval_of_which_wompi_says_declined_pays_nothing(day):
    visit, payment = day.hold()
    day.wompi.fault("event.other_status", value="APPROVED")

    day.pay(payment, "DECLINED")
    day.work()

    assert day.state(visit, payment) == ("pending_payment", "declined")
    assert (books(), day.truths, day.alerts) == ({}, ["different"], ["event_differs"])


@pytest.mark.parametrize(
    ("fault", "options"),
    [("event.other_amount", {"cents": 100}), ("event.other_currency", {"value": "USD"})],
)
def test_another_figure_than_wompis_is_said_and_the_true_one_is_booked(day, fault, options):
    visit, payment = day.hold()
    day.wompi.fault(fault, **options)

    day.pay(payment)
    day.work()

    assert day.answers[0] == 400
    assert_paid_once(day, visit, payment)
    assert day.alerts == ["amount_mismatch", "event_differs"]


def test_a_reference_of_nobody_in_the_event_is_corrected_by_the_read(day):
    visit, payment = day.hold()
    day.wompi.fault("event.unknown_reference")

    day.pay(payment)
    day.work()

    assert WebhookEvent.objects.get().outcome == "unowned"
    assert_paid_once(day, visit, payment)
    assert day.alerts == ["event_differs"]


def test_the_reference_of_another_visit_of_equal_amount_pays_nothing_of_that(day):
    visit, payment = day.hold()
    other, others = day.hold(hour=12)
    day.wompi.fault("event.swapped_reference", to=others.reference)

    day.pay(payment)
    day.work()

    assert day.state(visit, payment) == PAID
    assert day.state(other, others) == ("pending_payment", "pending")
    assert day.alerts == ["event_differs"]


def test_an_event_of_production_is_refused_here(day):
    visit, payment = day.hold()
    day.wompi.fault("event.environment", value="prod")

    day.pay(payment)
    day.work()
    assert (day.answers[0], books()) == (401, {})

    day.reconcile()
    assert_paid_once(day, visit, payment)


def test_an_id_of_nobody_pays_nothing_and_is_told(day):
    visit, payment = day.hold()
    day.wompi.fault("event.unknown_id")

    day.pay(payment)
    day.work()
    assert (books(), day.alerts) == ({}, ["unknown_transaction"])

    day.reconcile()
    assert_paid_once(day, visit, payment)


# -- Events: of another shape, and taken ------------------------------------------------------
@pytest.mark.parametrize(
    "fault",
    [
        *("event.upper_checksum", "event.permuted", "event.longer", "event.deeper"),
        *("event.timestamp_inside", "event.link_id", "event.extra_keys"),
    ],
)
def test_other_shapes_are_taken(day, fault):
    visit, payment = day.hold()
    day.wompi.fault(fault)

    day.pay(payment)
    day.work()

    assert day.answers == [200]
    assert_paid_once(day, visit, payment)


@pytest.mark.parametrize("fault", ["event.unknown_name", "event.token"])
def test_events_that_nobody_knows_are_taken_and_left(day, fault):
    visit, payment = day.hold()
    day.wompi.fault(fault)

    day.pay(payment)
    day.work()
    assert (day.answers[0], books()) == (200, {})

    day.reconcile()
    assert_paid_once(day, visit, payment)


# -- The payment itself -----------------------------------------------------------------------
@pytest.mark.parametrize("cents", [100, DEPOSIT - 100, DEPOSIT + 100])
def test_another_amount_than_asked_is_kept_apart(day, cents):
    visit, payment = day.hold()
    day.wompi.fault("payment.amount", cents=cents)

    day.pay(payment)
    day.work()

    assert day.answers[0] == 400
    assert day.state(visit, payment) == ("pending_payment", "pending")
    assert day.homes == ["unapplied"]
    assert day.alerts == ["amount_mismatch"]


def test_another_currency_is_listed(day):
    _visit, payment = day.hold()
    day.wompi.fault("payment.currency", value="USD")

    day.pay(payment)
    day.work()

    assert (day.homes, books()) == (["listed"], {})


def test_a_reference_of_nobody_is_kept_apart(day):
    visit, payment = day.hold()
    day.wompi.fault("payment.reference")

    day.pay(payment)
    day.work()

    assert GatewayTransaction.objects.get().mismatch == "reference"
    assert books() == {"wompi": 72_000, "unapplied_money": -72_000}
    assert day.state(visit, payment) == ("pending_payment", "pending")


def test_a_reference_paid_twice_is_two_receipts(day):
    visit, payment = day.hold()
    day.wompi.fault("page.allows_used_reference")

    day.pay(payment)
    day.pay(payment)
    day.work()

    assert day.state(visit, payment) == PAID
    assert Payment.objects.approved().count() == 2
    assert fresh(visit).paid_cents == 2 * DEPOSIT


def test_two_tabs_pay_once_because_they_have_one_reference(day):
    visit, payment = day.hold()
    assert day.begin(visit).reference == payment.reference

    day.pay(payment)
    day.work()

    assert_paid_once(day, visit, payment)


def test_a_payment_taken_after_the_expiry_books_again_or_is_credit(day):
    visit, payment = day.hold(minutes=20)
    day.wompi.fault("page.ignores_expiry")
    url = day.url(payment)
    day.pass_time(minutes=40)
    day.expire()
    assert fresh(visit).status == "expired"

    day.wompi.control("pay", url=url, outcome="APPROVED")
    day.wompi.settle()
    day.work()

    assert_paid_once(day, visit, payment)


def test_a_payment_after_the_cancellation_is_credit(day):
    visit, payment = day.hold()
    url = day.url(payment)
    booking.cancel(appointment=visit, cancelled_by="client", now=clock.now(), actor=Actor())

    day.wompi.control("pay", url=url, outcome="APPROVED")
    day.wompi.settle()
    day.work()

    assert fresh(visit).status == "cancelled"
    assert ClientCredit.objects.get().remaining_cents == DEPOSIT


@pytest.mark.parametrize("fault", ["page.down", "page.reset", "page.hang"])
def test_with_the_hosted_page_away_the_hold_ends_in_its_time(day, fault):
    visit, payment = day.hold(minutes=20)
    day.wompi.fault(fault)

    day.pass_time(minutes=31)
    assert day.expire() == 1
    day.reconcile()

    assert day.state(visit, payment) == ("expired", "abandoned")


@pytest.mark.parametrize("outcome", ["DECLINED", "ERROR"])
def test_a_refusal_keeps_the_hold_and_a_new_attempt_pays(day, outcome):
    visit, payment = day.hold()
    day.pay(payment, outcome)
    day.work()
    again = day.begin(visit)

    day.pay(again)
    day.work()

    assert fresh(payment).state == outcome.lower()
    assert day.state(visit, again) == PAID


# -- Taking back ------------------------------------------------------------------------------
def ask_for_a_void(day, payment) -> None:
    manager = Actor(user=day.till.manager)
    voids.ask(payment=fresh(payment), now=clock.now(), actor=manager)
    day.work()


@pytest.fixture
def paid(day):
    visit, payment = day.hold()
    day.pay(payment)
    day.work()
    return visit, payment


def test_a_void_is_done_when_a_read_says_so(day, paid):
    visit, payment = paid

    ask_for_a_void(day, payment)
    assert day.state(visit, payment) == PAID

    day.reconcile()
    assert day.state(visit, payment) == ("confirmed", "voided")
    assert books() == {}


def test_a_void_that_wompi_refuses_leaves_the_money(day, paid):
    visit, payment = paid
    day.wompi.fault("void.refused")

    ask_for_a_void(day, payment)
    day.reconcile()

    assert day.state(visit, payment) == PAID
    assert GatewayTransaction.objects.get().void_refused


def test_a_void_that_never_settles_leaves_the_money(day, paid):
    visit, payment = paid
    day.wompi.fault("void.never_settles")

    ask_for_a_void(day, payment)
    day.reconcile()

    assert day.state(visit, payment) == PAID
    assert books() == BOOKS_OF_PAID


@pytest.mark.parametrize("fault", ["api.hang_after", "api.error_after"])
def test_a_void_whose_answer_is_lost_is_found_by_reading(day, paid, fault):
    visit, payment = paid
    day.wompi.fault(fault, times=1, endpoint="void")

    ask_for_a_void(day, payment)
    day.reconcile()

    assert day.state(visit, payment) == ("confirmed", "voided")


def test_a_void_that_takes_an_hour_is_seen_then(day, paid):
    visit, payment = paid
    day.wompi.fault("void.slow", seconds=3600)
    day.wompi.fault("event.never")

    ask_for_a_void(day, payment)
    day.reconcile()
    assert day.state(visit, payment) == PAID

    day.reconcile(hours=2)
    assert day.state(visit, payment) == ("confirmed", "voided")


# -- Nobody answers ---------------------------------------------------------------------------
def test_with_the_breaker_open_holds_wait_and_nothing_is_lost(day):
    from tasks import holds

    visit, payment = day.hold(minutes=20)
    day.wompi.fault("event.never")
    day.wompi.fault("api.error")
    day.pay(payment)
    for _ in range(5):
        day.reconcile()
    day.pass_time(minutes=14)
    holds.expire()

    kept = fresh(visit)
    assert kept.status == "pending_payment"
    assert (kept.held_until - clock.now()).total_seconds() > 55 * 60

    day.mend()
    day.reconcile(minutes=2)
    assert_paid_once(day, visit, payment)
