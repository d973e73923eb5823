"""What is told of paying by link: read when it leaves, and each outcome once."""

from datetime import timedelta

import pytest

from spa.models import Client, OutboxMessage, RequestPurpose
from spa.services import booking, payment_requests
from spa.services.audit import Actor
from spa.services.messages.claims import BACK_OFF
from tests.factories import ask_for_deposits, at
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import DEPOSIT, with_keys
from tests.spa.messages.paying import K, Payer, card, fate, fresh, reported
from tests.spa.messages.post import EMAIL
from tests.spa.money.till import Till

NIGHT = at(22)
DECLINED_IS_TOLD = at(7, 11)


@pytest.fixture
def payer(db, settings):
    with_keys(settings)
    return Payer(Till())


# -- The link ---------------------------------------------------------------------------------
def test_a_link_asks_for_the_deposit_until_the_hold_ends(payer):
    visit = payer.hold()

    letter = payer.letter(K.PAYMENT_LINK, now=at(7))

    asked = letter.asked
    assert (letter.to, asked.cents, asked.percent, asked.is_deposit) == (EMAIL, DEPOSIT, 40, True)
    assert asked.until == visit.held_until
    assert asked.link == payment_requests.link_of(payer.links.ask(visit))


def test_it_asks_for_what_is_due_when_it_leaves(payer):
    visit = payer.hold()
    payer.till.charge(visit, card(20_000))

    asked = payer.letter(K.PAYMENT_LINK, now=at(7, 1)).asked

    assert (asked.cents, asked.percent) == (52_000_00, None)


def test_of_the_rest_it_asks_as_a_balance_for_three_days(payer):
    visit = payer.till.charge(payer.hold(), card(72_000)).visit
    payer.sweep(now=at(7))
    payer.send_again(visit, now=at(7, 5))

    asked = payer.letter(K.PAYMENT_LINK, now=at(7, 5)).asked

    assert (asked.purpose, asked.cents) == (RequestPurpose.BALANCE, 108_000_00)
    assert asked.until == at(7, 5) + timedelta(days=3)


def test_it_leaves_in_the_night_and_nothing_else_does(payer):
    tomorrow, book = at(16) + timedelta(days=1), payer.till.house.book
    fields = {"client": payer.mariana, "now": NIGHT}
    book(starts_at=tomorrow + timedelta(hours=2), **fields)
    ask_for_deposits()
    book(starts_at=tomorrow, terms=booking.Terms(keep_minutes=60, link=True), **fields)
    confirmation, link = OutboxMessage.objects.order_by("pk")

    assert [letter.kind for letter in payer.sweep(now=NIGHT)] == [K.PAYMENT_LINK]
    assert (fresh(link).priority, fresh(link).state) == (0, "sent")
    assert fresh(confirmation).due_at == at(7) + timedelta(days=1)


def test_of_several_that_wait_the_last_one_leaves(payer):
    visit = payer.hold()
    payer.send_again(visit, now=at(7, 1))

    assert len(payer.sweep(now=at(7, 1))) == 1
    assert [one.drop_reason for one in OutboxMessage.objects.order_by("pk")] == ["replaced", ""]


def test_one_that_is_asked_for_again_after_it_left_leaves_again(payer):
    visit = payer.hold()
    payer.sweep(now=at(7))
    payer.send_again(visit, now=at(7, 1))

    assert len(payer.sweep(now=at(7, 1))) == 1


def paid_at_the_desk(payer, visit):
    payer.till.charge(visit, card(72_000))


def paid_by_link(payer, visit):
    payer.approved(visit)


def cancelled(payer, visit):
    booking.cancel(appointment=visit, cancelled_by="client", now=at(7, 5), actor=DESK)


def expired(payer, visit):
    booking.expire_due(now=at(7, 21))


def ended(payer, visit):
    payment_requests.end(appointment=visit, now=at(7, 5), actor=Actor(user=payer.till.desk))


def paid_but_a_little(payer, visit):
    payer.till.charge(visit, card(71_000))


@pytest.mark.parametrize(
    "what_happens",
    [paid_at_the_desk, paid_by_link, cancelled, expired, ended, paid_but_a_little],
)
def test_it_is_not_sent_when_nothing_can_be_paid_with_it_any_more(payer, what_happens):
    visit = payer.hold()
    what_happens(payer, visit)

    payer.sweep(now=at(7, 21))

    assert fate(K.PAYMENT_LINK) == ("dropped", "untrue")


def test_nor_after_the_hold_even_if_nobody_has_let_it_expire(payer):
    visit = payer.hold()

    payer.sweep(now=visit.held_until)

    assert fate(K.PAYMENT_LINK) == ("dropped", "untrue")


def test_the_link_stands_in_no_row_and_no_log(payer, caplog):
    visit = payer.hold()
    payer.postman.trouble = TimeoutError(payment_requests.link_of(payer.links.ask(visit)))
    payer.sweep(now=at(7))
    payer.postman.trouble = None
    letter = payer.letter(K.PAYMENT_LINK, now=at(7) + BACK_OFF[0])

    token = letter.asked.link.split("/pay/")[1].strip("/")
    rows = str(list(OutboxMessage.objects.values()))
    assert token not in rows + caplog.text + repr(letter)


# -- Refused ----------------------------------------------------------------------------------
def test_a_refusal_is_told_after_five_minutes_with_the_link(payer):
    visit = payer.hold()
    payer.sweep(now=at(7))
    payer.declined(visit)

    assert payer.sweep(now=at(7, 10)) == []
    letter = payer.letter(K.PAYMENT_DECLINED, now=DECLINED_IS_TOLD)
    assert letter.asked.link == payment_requests.link_of(payer.links.ask(visit))


def tried_again(payer, visit):
    payer.links.begin(payer.links.ask(visit), now=at(7, 8))


def tried_again_and_wompi_works_on_it(payer, visit):
    payment = payer.links.begin(payer.links.ask(visit), now=at(7, 8))
    payer.links.hear(reported(payment, "PENDING"), now=at(7, 9))


@pytest.mark.parametrize(
    "what_happens",
    [
        tried_again,
        tried_again_and_wompi_works_on_it,
        paid_at_the_desk,
        paid_by_link,
        cancelled,
        ended,
    ],
)
def test_it_is_not_told_when_it_is_not_the_last_word(payer, what_happens):
    visit = payer.hold()
    payer.declined(visit)
    what_happens(payer, visit)

    told = payer.sweep(now=DECLINED_IS_TOLD)

    assert K.PAYMENT_DECLINED not in [letter.kind for letter in told]
    assert fate(K.PAYMENT_DECLINED) == ("dropped", "untrue")


def test_an_approval_of_the_refused_attempt_itself_is_the_only_word(payer):
    visit = payer.hold()
    payer.sweep(now=at(7))
    payment = payer.declined(visit)
    payer.links.hear(reported(payment), now=at(7, 8))

    told = payer.sweep(now=DECLINED_IS_TOLD)

    assert [letter.kind for letter in told] == [K.CONFIRMED]


def test_of_two_refusals_the_client_hears_once(payer):
    visit = payer.hold()
    payer.sweep(now=at(7))
    payer.declined(visit)
    payer.declined(visit)

    told = payer.sweep(now=DECLINED_IS_TOLD)

    assert [letter.kind for letter in told] == [K.PAYMENT_DECLINED]


# -- Received ---------------------------------------------------------------------------------
def test_of_a_deposit_by_link_the_confirmation_is_the_only_word(payer):
    visit = payer.hold()
    payer.sweep(now=at(7))
    payer.approved(visit)

    (letter,) = payer.sweep(now=at(7, 6))

    assert (letter.kind, letter.deposit_by_link) == (K.CONFIRMED, DEPOSIT)


def test_of_a_deposit_at_the_desk_it_speaks_of_no_link(payer):
    payer.till.charge(payer.hold(), card(72_000))

    assert payer.letter(K.CONFIRMED, now=at(9)).deposit_by_link == 0


def test_of_a_balance_it_is_told_that_it_came_and_what_is_left(payer):
    _visit, payment = payer.paid_rest()

    letter = payer.letter(K.PAYMENT_APPROVED, now=at(9))

    assert (letter.came.payment.code, letter.came.credit_cents) == (payment.code, 0)
    assert letter.visit.balance_cents == 0


def test_the_same_report_twice_tells_once(payer):
    visit = payer.till.charge(payer.hold(), card(72_000)).visit
    payment = payer.links.begin(payer.links.ask(visit))
    told = reported(payment)
    for minute in (6, 7):
        payer.links.hear(told, now=at(7, minute))

    kinds = [letter.kind for letter in payer.sweep(now=at(9))]

    assert kinds.count(K.PAYMENT_APPROVED) == 1


def test_what_was_too_much_is_told_with_its_last_day(payer):
    visit = payer.till.charge(payer.hold(), card(72_000)).visit
    payment = payer.links.begin(payer.links.ask(visit))
    payer.till.charge(visit, card(100_000))
    payer.links.hear(reported(payment))

    came = payer.letter(K.PAYMENT_APPROVED, now=at(9)).came

    assert (came.credit_cents, came.credit_until is not None) == (100_000_00, True)


def test_a_payment_that_wompi_took_back_meanwhile_is_not_told(payer):
    visit = payer.till.charge(payer.hold(), card(72_000)).visit
    payment = payer.links.begin(payer.links.ask(visit))
    payer.links.hear(reported(payment, key="10042-1-00001"))
    payer.links.hear(reported(payment, "VOIDED", key="10042-1-00001"), now=at(7, 7))

    payer.sweep(now=at(9))

    assert fate(K.PAYMENT_APPROVED) == ("dropped", "untrue")


# -- Late -------------------------------------------------------------------------------------
def test_money_that_came_too_late_is_told_as_credit_with_its_last_day(payer):
    _visit, payment = payer.paid_too_late()

    came = payer.letter(K.LATE_MONEY, now=at(7, 10)).came

    assert (came.payment.code, came.credit_cents) == (payment.code, DEPOSIT)
    assert came.credit_until == came.payment.location.today(now=at(7, 6)) + timedelta(days=365)


def test_a_visit_that_is_booked_again_is_confirmed_and_nothing_else(payer):
    visit = payer.hold()
    payer.sweep(now=at(7))
    payment = payer.links.begin(payer.links.ask(visit))
    booking.expire_due(now=at(7, 31))
    payer.links.hear(reported(payment), now=at(7, 40))

    letters = payer.sweep(now=at(7, 50))

    assert [letter.kind for letter in letters] == [K.CONFIRMED]
    assert letters[0].deposit_by_link == DEPOSIT


@pytest.mark.parametrize(("email", "reason"), [("", "no_email"), ("mariana@", "bad_address")])
def test_who_has_lost_her_address_is_told_nothing(payer, email, reason):
    payer.hold()
    Client.objects.update(email=email)

    payer.sweep(now=at(7))

    assert fate(K.PAYMENT_LINK) == ("dropped", reason)


def test_who_has_no_email_gets_no_row(payer):
    Client.objects.update(email="")
    payer.mariana.refresh_from_db()
    visit = payer.hold(client=payer.mariana)
    payer.approved(visit)

    assert not OutboxMessage.objects.exclude(kind=K.ALERT).exists()
