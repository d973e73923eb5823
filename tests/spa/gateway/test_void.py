"""Annulling at Wompi: asked for, answered, and done only when a read says so (rule book §6.9)."""

import pytest

from spa.errors import RuleBroken, Stale
from spa.models import AuditLog, GatewayTransaction
from spa.services.audit import Actor
from spa.services.gateway import void
from spa.services.rights import NotAllowed
from spa.wompi.answers import VoidAnswer
from tests.factories import at
from tests.spa.gateway.links import DEPOSIT, fresh, held, reported
from tests.spa.money.till import card

KEY = "10042-1-00001"


@pytest.fixture
def asked(monkeypatch):
    """What tasks were queued."""
    tasks = []
    monkeypatch.setattr(void, "async_task", lambda *task: tasks.append(task))
    return tasks


@pytest.fixture
def paid(links):
    """Return a visit that was paid by card just now, and its payment."""
    visit, payment = links.hold()
    links.hear(reported(payment, key=KEY))
    return visit, fresh(payment)


def ask(links, payment, *, by=None, now=None, request_id=None):
    actor = Actor(user=by or links.till.manager, request_id=request_id)
    return void.ask(payment=payment, now=now or at(8), actor=actor)


def answer(accepted=None, message="", *, now=None):
    told = None if accepted is None else VoidAnswer(accepted, message)
    void.answered(gateway_id=KEY, answer=told, now=now or at(8, 1))


def test_asking_queues_the_call_and_leaves_the_money_where_it_is(links, paid, asked):
    _visit, payment = paid

    row = ask(links, payment)

    assert asked == [(void.VOID, KEY)]
    assert (row.void_asked_at, row.void_asked_by) == (at(8), links.till.manager)
    assert (fresh(payment).state, held("wompi")) == ("approved", DEPOSIT)
    assert AuditLog.objects.filter(action="VOID_ASKED").count() == 1


def test_an_accepted_one_is_not_done_but_looked_at_soon(links, paid, asked):
    _visit, payment = paid
    ask(links, payment)

    answer(accepted=True)

    row = the_row()
    assert (row.status, row.void_refused) == ("APPROVED", "")
    assert fresh(payment).look_at == at(8, 1) + void.SOON
    assert held("wompi") == DEPOSIT


def test_a_read_that_says_so_takes_the_money_back(links, paid, asked):
    visit, payment = paid
    ask(links, payment)
    answer(accepted=True)

    links.hear(reported(payment, "VOIDED", key=KEY), now=at(8, 2))

    assert (fresh(payment).state, fresh(visit).paid_cents, held("wompi")) == ("voided", 0, 0)
    assert fresh(visit).status == "confirmed"


def test_a_refused_one_says_why_and_can_be_asked_for_again(links, paid, asked):
    _visit, payment = paid
    ask(links, payment)

    answer(accepted=False, message="Ya pasó el tiempo")

    assert the_row().void_refused == "Ya pasó el tiempo"
    assert ask(links, payment, now=at(8, 5)).void_refused == ""
    assert len(asked) == 2


def test_a_refusal_that_comes_after_the_void_was_read_changes_nothing(links, paid, asked):
    _visit, payment = paid
    ask(links, payment)
    links.hear(reported(payment, "VOIDED", key=KEY), now=at(8, 2))

    answer(accepted=False, message="Ya está anulada", now=at(8, 3))

    assert the_row().void_refused == ""


def test_nobody_asks_twice_while_the_first_may_still_be_under_way(links, paid, asked):
    _visit, payment = paid
    ask(links, payment)
    answer(None)

    with pytest.raises(Stale):
        ask(links, payment, now=at(8, 4))

    assert len(asked) == 1


def test_a_call_of_which_nothing_came_can_be_made_again_after_five_minutes(links, paid, asked):
    """Wompi may have been out of reach: a payment that stands by then was not annulled."""
    _visit, payment = paid
    ask(links, payment)
    answer(None)

    ask(links, payment, now=at(8, 5))

    assert len(asked) == 2


def test_the_same_form_sent_twice_asks_once(links, paid, asked):
    _visit, payment = paid
    key = "0b0e7b62-3d34-4a0b-9c4e-3b1f0a4b6c11"

    first = ask(links, payment, request_id=key)

    assert ask(links, payment, request_id=key) == first
    assert len(asked) == 1


def test_only_a_manager_asks(links, paid, asked):
    with pytest.raises(NotAllowed):
        ask(links, paid[1], by=links.till.desk)


@pytest.mark.parametrize("change", ["tomorrow", "nequi", "refunded", "at the desk", "pending"])
def test_what_wompi_does_not_annul_is_not_asked_for(links, asked, change):
    _visit, payment = links.hold()
    now = at(8)
    if change == "at the desk":
        payment = links.till.charge(_visit, card(72_000)).payments[0]
    elif change != "pending":
        method = "NEQUI" if change == "nequi" else "CARD"
        links.hear(reported(payment, key=KEY, method=method))
    if change == "refunded":
        links.till.refund(fresh(payment), 10_000)
    if change == "tomorrow":
        now = now.replace(day=now.day + 1)

    with pytest.raises(RuleBroken) as refused:
        ask(links, fresh(payment), now=now)

    assert refused.value.facts["reason"] == "not_voidable"
    assert asked == []


def test_an_answer_about_what_we_do_not_know_is_passed_over(db):
    answer(accepted=True)


def the_row():
    return GatewayTransaction.objects.get(gateway_id=KEY)
