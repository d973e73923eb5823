"""Payments, tips, refunds and credit: to the peso, never beyond what was paid or given."""

from spa.models import ClientCredit, CreditUse, Payment, Refund, SpaPolicy, Tip
from spa.postgres.checks import check_now
from tests.factories import NOW, TODAY, at, make_client, make_location, make_staff
from tests.spa.constraints.attempts import allowed, breaks
from tests.spa.constraints.books import SAFE, write_entry
from tests.spa.constraints.cash import make_session
from tests.spa.constraints.history import rows_of, truncate

PAID = 100_000_00


def make_payment(**fields) -> Payment:
    """Write a payment by card that paid a visit with all of it."""
    return Payment.objects.create(
        **{
            "location": make_location(),
            "client": make_client(),
            "method": "card_terminal",
            "state": "approved",
            "amount_cents": PAID,
            "applied_cents": PAID,
            "reference": "0001",
            "at": NOW,
            **fields,
        }
    )


def make_cash_payment(**fields) -> Payment:
    return make_payment(method="cash", **{"session": make_session(), **fields})


def make_tip(**fields) -> Tip:
    values = {"payment": make_payment(), "cents": 5_000_00, **fields}
    return Tip.objects.create(**{"staff": make_staff(values["payment"].location), **values})


def make_refund(**fields) -> Refund:
    values = {"cents": 5_000_00, "way": "cash", "reason_code": "complaint", "at": NOW, **fields}
    return Refund.objects.create(payment=make_payment(), **values)


def make_lot(initial: int = PAID, remaining: int = PAID, **fields) -> ClientCredit:
    """Write a lot, and the entry that says where it came from."""
    lot = ClientCredit.objects.create(
        **{
            "client": make_client(),
            "origin": "goodwill",
            "initial_cents": initial,
            "remaining_cents": remaining,
            "expires_on": TODAY,
            "created_at": NOW,
            **fields,
        }
    )
    if remaining:
        whose = f"client:{lot.client_id}"
        write_entry(("goodwill", "", remaining), ("client_credit", whose, -remaining))
    return lot


def make_use(**fields) -> CreditUse:
    values = {"appointment": "BR-1", "cents": 100_00, "at": NOW, **fields}
    return CreditUse.objects.create(credit=make_lot(), **values)


# -- Payments ---------------------------------------------------------------------------------
@breaks("payment_method_is_known")
def a_payment_in_shells():
    make_payment(method="shells")


@breaks("payment_state_is_known")
def a_payment_in_limbo():
    make_payment(state="limbo")


@breaks(
    "payment_is_whole_pesos_and_not_nothing",
    {"amount_cents": 0, "applied_cents": 0},
    {"amount_cents": 150, "applied_cents": 150},
    {"applied_cents": PAID - 50, "tip_cents": 50},
    {"applied_cents": PAID - 50, "credited_cents": 50},
    {"refunded_cents": 50},
)
def a_payment_of(amounts):
    make_payment(**amounts)


@breaks(
    "payment_that_was_approved_has_a_home_to_the_peso",
    *({"applied_cents": PAID - 100}, {"tip_cents": 100}, {"credited_cents": 100}),
    {"state": "voided", "voided_at": NOW, "applied_cents": 0},
)
def a_payment_whose_parts_are_not_the_whole(amounts):
    make_payment(**amounts)


@breaks(
    "payment_is_never_refunded_beyond_what_was_paid",
    {"refunded_cents": PAID + 100},
    {"applied_cents": PAID - 100, "tip_cents": 100, "refunded_cents": PAID},
)
def a_payment_refunded_beyond(amounts):
    make_payment(**amounts)


@breaks("payment_in_cash_lies_in_a_drawer")
def cash_in_no_drawer():
    make_payment(method="cash")


@breaks("payment_in_cash_lies_in_a_drawer")
def a_card_in_a_drawer():
    make_payment(session=make_session())


@breaks("payment_in_cash_is_covered_by_what_was_handed_over")
def less_cash_handed_over_than_was_taken():
    make_cash_payment(tendered_cents=PAID - 100)


@breaks("payment_in_cash_is_covered_by_what_was_handed_over")
def change_for_a_card():
    make_payment(tendered_cents=PAID)


@breaks(
    "payment_that_was_voided_says_when",
    {"state": "voided"},
    {"voided_at": NOW},
)
def a_payment_voided_or_not(fields):
    make_payment(**fields)


@allowed(
    {"refunded_cents": PAID},
    {"applied_cents": 0, "credited_cents": PAID, "refunded_cents": PAID},
    {"applied_cents": 0, "tip_cents": PAID},
    {"state": "voided", "voided_at": NOW},
    {"state": "pending", "applied_cents": 0},
)
def a_payment_that_comes_right_up_to_it(fields):
    make_payment(**fields)


@allowed()
def cash_handed_over_to_the_peso():
    make_cash_payment(tendered_cents=PAID)


# -- A payment stays as it is -----------------------------------------------------------------
@breaks("spa_payment_is_append_only", trigger="spa_payment.payment_stays")
def a_payment_deleted():
    rows_of(make_payment()).delete()


@breaks(
    "spa_payment_is_append_only",
    *({"method": "wompi"}, {"amount_cents": 100}, {"applied_cents": 0}, {"tip_cents": 100}),
    *({"credited_cents": 100}, {"appointment": "BR-1"}, {"code": "PG-1"}),
    *({"reference": "other"}, {"at": at(9)}, {"state": "declined"}),
    trigger="spa_payment.payment_is_never_rewritten",
)
def a_payment_rewritten_as(change):
    rows_of(make_payment()).update(**change)


@breaks("spa_payment_is_append_only", trigger="spa_payment.payment_is_never_rewritten")
def a_payment_that_becomes_somebody_elses():
    rows_of(make_payment()).update(client=make_client())


@breaks("spa_payment_is_append_only", trigger="spa_payment.payment_is_never_rewritten")
def cash_that_wanders_into_another_drawer():
    rows_of(make_cash_payment()).update(session=make_session())


@allowed()
def a_payment_that_is_approved_refunded_and_voided():
    payment = rows_of(make_payment(state="pending", applied_cents=0))
    payment.update(state="approved", applied_cents=PAID)
    payment.update(refunded_cents=PAID)
    payment.update(state="voided", voided_at=at(9))


# -- Tips and refunds -------------------------------------------------------------------------
TIPS, REFUNDS = "spa_tip_is_append_only", "spa_refund_is_append_only"


@breaks("tip_of_a_payment_is_one_for_each_therapist")
def two_tips_of_a_payment_for_one_therapist():
    tip = make_tip()
    make_tip(payment=tip.payment, staff=tip.staff)


@breaks("tip_is_whole_pesos_and_not_nothing", 0, 50, 100_50)
def a_tip_of_cents(cents):
    make_tip(cents=cents)


@breaks(TIPS, trigger="spa_tip.append_only_rows")
def a_tip_raised():
    rows_of(make_tip()).update(cents=6_000_00)


@breaks(TIPS, trigger="spa_tip.append_only_rows")
def a_tip_deleted():
    rows_of(make_tip()).delete()


@breaks(TIPS, trigger="spa_tip.append_only_truncate")
def all_tips_emptied():
    truncate(Tip)


@breaks("refund_is_whole_pesos_and_not_nothing", 0, 50, 100_50)
def a_refund_of_cents(cents):
    make_refund(cents=cents)


@breaks(
    "refund_way_is_known",
    *({"way": "pigeon"}, {"way": ""}, {"way": "cash", "reason_code": "chargeback"}),
)
def a_refund_by(fields):
    make_refund(**fields)


@breaks("refund_says_why", "", "no_reason")
def a_refund_because(reason):
    make_refund(reason_code=reason)


@breaks(REFUNDS, {"cents": 100}, {"way": "credit"}, trigger="spa_refund.append_only_rows")
def a_refund_rewritten_as(change):
    rows_of(make_refund()).update(**change)


@breaks(REFUNDS, trigger="spa_refund.append_only_rows")
def a_refund_deleted():
    rows_of(make_refund()).delete()


@breaks(REFUNDS, trigger="spa_refund.append_only_truncate")
def all_refunds_emptied():
    truncate(Refund)


@allowed()
def tips_for_two_of_a_peso_each_and_a_chargeback():
    tip = make_tip(cents=100)
    make_tip(payment=tip.payment, cents=100)
    make_refund(cents=100, way="", reason_code="chargeback")


# -- Credit -----------------------------------------------------------------------------------
@breaks("credit_origin_is_known")
def credit_out_of_nowhere():
    make_lot(origin="nowhere")


@breaks("credit_is_never_overspent", -100, PAID + 100)
def a_lot_that_holds(cents):
    rows_of(make_lot()).update(remaining_cents=cents)


@breaks("credit_is_whole_pesos_and_not_nothing", (0, 0), (150, 100), (200, 150))
def a_lot_of(amounts):
    make_lot(*amounts)


@breaks(
    "credit_use_is_whole_pesos_and_not_nothing",
    *({"cents": 0}, {"cents": 150}, {"returned_cents": 50}),
)
def a_use_of(amounts):
    make_use(**amounts)


@breaks("credit_use_gives_back_what_it_took", -100, 101_00)
def a_use_that_gives_back(cents):
    make_use(returned_cents=cents)


CREDIT = "credit_is_what_the_journal_says"


@breaks(CREDIT, trigger="spa_clientcredit.credit_agrees_with_journal")
def credit_that_was_spent_on_nothing():
    lot = make_lot()
    check_now()
    rows_of(lot).update(remaining_cents=0)


@breaks(CREDIT, trigger="spa_clientcredit.credit_agrees_with_journal")
def credit_that_was_deleted():
    lot = make_lot()
    check_now()
    rows_of(lot).delete()


@breaks(CREDIT, trigger="spa_journalline.line_agrees_with_credit")
def credit_that_lies_in_no_lot():
    whose = f"client:{make_client().pk}"
    write_entry((SAFE, "", 100), ("client_credit", whose, -100))


@allowed()
def credit_that_is_spent_to_the_last_peso():
    lot = make_lot()
    rows_of(lot).update(remaining_cents=0)
    write_entry(("client_credit", f"client:{lot.client_id}", PAID), (SAFE, "", -PAID))
    CreditUse.objects.create(
        credit=lot, appointment="BR-1", cents=PAID, returned_cents=PAID, at=NOW
    )


# -- The policy -------------------------------------------------------------------------------
@breaks(
    "policy_shares_are_percentages",
    *({"no_show_mercy_percent": 30}, {"desk_discount_percent": 101}),
)
def a_policy_with(share):
    SpaPolicy.objects.update(**share)


@breaks("policy_credit_lasts_a_week_at_least")
def credit_that_lasts_six_days():
    SpaPolicy.objects.update(credit_days=6)


@breaks("policy_holds_last_a_minute_to_a_day", 0, 1441)
def a_hold_of_so_many_minutes(minutes):
    SpaPolicy.objects.update(hold_minutes=minutes)


@allowed()
def a_policy_that_gives_all_it_may():
    SpaPolicy.objects.update(
        no_show_mercy_percent=100, desk_discount_percent=100, credit_days=7, hold_minutes=1440
    )


@breaks("spa_payment_is_append_only", trigger="spa_payment.payment_is_never_rewritten")
def a_payment_that_counts_again_after_it_was_taken_back():
    payment = rows_of(make_payment())
    payment.update(state="voided", voided_at=at(9))
    payment.update(state="approved", voided_at=None)
