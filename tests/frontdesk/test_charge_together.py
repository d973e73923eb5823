"""One bill for a party on the screen: who is paid along is chosen, added up, and all are paid."""

import re
from uuid import uuid4

import pytest

from spa.models import AuditLog, Payment
from spa.services import booking
from spa.services.audit import Actor
from tests.factories import ask_for_deposits, at
from tests.frontdesk.people import worker
from tests.spa.money.test_together import party
from tests.spa.money.till import Till, fresh

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nine_in_english(monkeypatch, client, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(9))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.fixture
def till(db):
    return Till()


@pytest.fixture
def desk(client, till):
    client.force_login(worker("receptionist", till.location))
    return client


def form(visits, **fields):
    return {
        "version": visits[0].version,
        "versions": [f"{one.pk}:{one.version}" for one in visits[1:]],
        "request_id": str(uuid4()),
        "rest": "card_terminal",
        "card_reference": "0412",
        "together": [one.pk for one in visits[1:]],
        **fields,
    }


def charge(desk, visits, **fields):
    return desk.post(
        f"/appointments/{visits[0].code}/charge/", form(visits, **fields), headers=HTMX
    )


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_form_names_who_can_be_paid_along_and_chooses_nobody(desk, till):
    visits = party(till)

    page = text(desk.get(f"/appointments/{visits[0].code}/charge/", headers=HTMX))

    assert "Pay for the others, too" in page
    assert f'name="together" value="{visits[1].pk}">' in page
    assert "Charge $ 180.000" in page


def test_who_comes_alone_is_asked_nothing(desk, till):
    page = text(desk.get(f"/appointments/{till.visit().code}/charge/", headers=HTMX))

    assert 'name="together"' not in page


def test_what_is_chosen_is_added_up(desk, till):
    visits = party(till)

    page = text(desk.post(f"/appointments/{visits[0].code}/charge/sums/", form(visits)))

    assert "Together" in page
    assert "Charge $ 360.000" in page


def test_both_are_paid_by_one_press(desk, till):
    visits = party(till)

    answer = charge(desk, visits)

    assert [fresh(visit).balance_cents for visit in visits] == [0, 0]
    assert "$ 360.000 charged" in text(answer)
    assert visits[1].client.name in text(answer)


def test_deposits_together(desk, till):
    ask_for_deposits()
    visits = party(till)

    charge(desk, visits, part="deposit")

    assert [fresh(visit).status for visit in visits] == ["confirmed", "confirmed"]


def test_a_refusal_keeps_who_was_chosen_and_what_was_typed(desk, till):
    visits = party(till)

    answer = charge(desk, visits, rest="", card_terminal="200.000")

    assert answer.status_code == 422
    page = text(answer)
    assert "One bill is paid whole" in page
    assert f'name="together" value="{visits[1].pk}" checked>' in page
    assert 'value="200.000"' in page
    assert not Payment.objects.exists()


def test_a_companion_changed_meanwhile_is_told(desk, till):
    visits = party(till)
    booking.check_in(appointment=visits[1], now=at(9), actor=Actor())

    answer = charge(desk, visits)

    assert answer.status_code == 409
    assert not Payment.objects.exists()


@pytest.mark.parametrize("stranger", [0, -1, 10**12, "x"])
def test_who_is_no_companion_cannot_be_chosen(desk, till, stranger):
    visits = party(till)

    answer = charge(desk, visits, together=[stranger])

    assert answer.status_code == 422
    assert not Payment.objects.exists()


# -- The receipt ------------------------------------------------------------------------------
def receipt(desk, visit, **query) -> str:
    return text(desk.get(f"/appointments/{visit.code}/receipt/", query))


def test_the_receipt_is_hers_or_that_of_the_whole_party(desk, till):
    visits = party(till)
    charge(desk, visits)

    hers = receipt(desk, visits[0])
    assert visits[0].client.name in hers
    assert visits[1].client.name not in hers
    assert "Of the whole party" in hers

    all_of_them = receipt(desk, visits[0], party=1)
    assert all(visit.client.name in all_of_them for visit in visits)
    assert "Together" in all_of_them
    assert "$ 360.000" in all_of_them
    seen = AuditLog.objects.filter(action="ADMIN_ENDPOINT_HIT", facts__view="receipt")
    assert {row.subject for row in seen} >= {f"appointment:{visit.code}" for visit in visits}


def test_who_comes_alone_has_a_receipt_of_her_own(desk, till):
    assert "Of the whole party" not in receipt(desk, till.visit())
    assert "Together" not in receipt(desk, till.visit(hour=14), party=1)
