"""A payment by link on its own page: what Wompi said of it, and having it annulled there."""

from uuid import uuid4

import pytest

from spa.models import Payment
from spa.services.gateway import void
from spa.wompi.answers import VoidAnswer
from tests.factories import at
from tests.frontdesk.people import worker
from tests.spa.gateway.links import fresh, reported, row_of
from tests.spa.money.till import books, card

KEY = "10042-1-00001"
SENT = {"HX-Request": "true"}


@pytest.fixture
def asked_of_wompi(monkeypatch):
    """Return what Wompi was asked to annul."""
    told = []
    monkeypatch.setattr("spa.services.gateway.void.async_task", lambda *told_: told.append(told_))
    return told


@pytest.fixture
def paid(links, asked_of_wompi):
    """Return a deposit that came by card."""
    _visit, payment = links.hold()
    links.hear(reported(payment, key=KEY))
    return fresh(payment)


def page_of(boss, payment) -> str:
    return boss.get(f"/payments/{payment.code}/").content.decode()


def annul(boss, payment, **fields):
    sent = {"request_id": str(uuid4()), "confirmed": "1", **fields}
    return boss.post(f"/payments/{payment.code}/annul/", sent)


def answer(payment, *, accepted: bool, message: str = "") -> None:
    void.answered(gateway_id=KEY, answer=VoidAnswer(accepted, message), now=at(12, 1))


# -- What Wompi said --------------------------------------------------------------------------
def test_a_manager_sees_its_transactions(boss, paid):
    page = page_of(boss, paid)

    for said in (KEY, "CARD", "Approved", "$\u00a072.000,00\u00a0COP", "by link"):
        assert said in page


def test_the_desk_sees_the_payment_without_them(client, boss, paid):
    client.force_login(worker("receptionist", paid.location))

    page = page_of(client, paid)

    assert "Approved" in page
    assert KEY not in page
    assert "annul" not in page


def test_an_approval_of_another_amount_leads_to_where_it_is_decided(boss, wrong):
    row, _visit = wrong

    page = page_of(boss, row.payment)

    assert f'href="/payments/unapplied/{row.pk}/"' in page
    assert "Can still be given back" not in page


@pytest.mark.parametrize(
    ("status", "said"),
    [("PENDING", "Wompi has not said yet"), ("DECLINED", "Nothing was taken"),
     ("ERROR", "Nothing was taken")],
)  # fmt: skip
def test_an_attempt_says_that_nothing_was_taken(boss, links, status, said):
    _visit, payment = links.hold()
    links.hear(reported(payment, status))

    page = page_of(boss, payment)

    assert said in page
    assert "give-back" not in page
    assert "Can still be given back" not in page


# -- Annulling --------------------------------------------------------------------------------
def test_only_what_is_from_the_desk_can_be_taken_back_as_a_mistake(boss, paid):
    page = page_of(boss, paid)

    assert "Annul at Wompi" in page
    assert "take-back" not in page


def test_it_is_asked_about_first(boss, paid, asked_of_wompi):
    asked = boss.post(f"/payments/{paid.code}/annul/", {"request_id": str(uuid4())})

    assert "gets $\u00a072.000 back on her card" in asked.content.decode()
    assert asked_of_wompi == []


def test_wompi_is_asked_once_and_until_it_confirms_the_money_counts(boss, paid, asked_of_wompi):
    twice = {"request_id": str(uuid4())}

    answers = [annul(boss, paid, **twice).status_code for _ in range(2)]

    page = page_of(boss, paid)
    assert answers == [302, 302]
    assert asked_of_wompi == [(void.VOID, KEY)]
    assert "Asked for at 12:00; Wompi has not confirmed it yet." in page
    assert "/annul/" not in page
    assert "give-back" not in page
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}


def test_a_second_form_is_told_that_it_was_asked_for(boss, paid):
    annul(boss, paid)

    answer = annul(boss, paid)

    assert answer.status_code == 409
    assert "asked for already" in answer.content.decode()


def test_to_htmx_it_is_a_page_to_go_to_and_a_refusal_a_notice(boss, paid):
    there = f"/payments/{paid.code}/"

    done, refused = (
        boss.post(f"{there}annul/", {"request_id": str(uuid4())}, headers=SENT) for _ in range(2)
    )

    assert (done.status_code, done["HX-Redirect"].partition("?")[0]) == (204, there)
    assert (refused.status_code, refused["HX-Retarget"]) == (409, "#toasts")


def test_a_refusal_of_wompis_is_told_with_what_to_do_instead(boss, paid):
    annul(boss, paid)
    answer(paid, accepted=False, message="Ya fue liquidada")

    page = page_of(boss, paid)

    assert "Wompi did not annul it: “Ya fue liquidada”" in page
    assert "Give it back below instead" in page
    assert "give-back" in page
    assert "/annul/" in page


def test_what_wompi_confirms_is_annulled(boss, links, paid):
    annul(boss, paid)
    answer(paid, accepted=True)
    links.hear(reported(paid, "VOIDED", key=KEY), now=at(12, 2))

    page = page_of(boss, paid)

    assert "Annulled at Wompi" in page
    assert "12:02" in page
    assert "/annul/" not in page
    assert books() == {}


@pytest.mark.parametrize(("minutes", "can_ask"), [(4, False), (5, True)])
def test_of_what_nothing_is_heard_for_five_minutes_can_be_asked_again(
    boss, paid, monkeypatch, minutes, can_ask
):
    annul(boss, paid)
    monkeypatch.setattr("spa.clock.now", lambda: at(12, minutes))

    page = page_of(boss, paid)

    assert "Asked for at 12:00" in page
    for way in ("/annul/", "/give-back/", "before you ask again"):
        assert (way in page) == can_ask
    assert annul(boss, paid).status_code == (302 if can_ask else 409)


@pytest.mark.parametrize("method", ["PSE", "NEQUI"])
def test_only_a_card_can_be_annulled(boss, links, method):
    _visit, payment = links.hold()
    told = reported(payment, method=method)
    links.hear(told)

    refused = annul(boss, payment)

    assert "/annul/" not in page_of(boss, payment)
    assert refused.status_code == 422
    assert 'data-reason="not_voidable"' in refused.content.decode()
    assert row_of(told).void_asked_at is None


def test_a_payment_at_the_desk_knows_nothing_of_wompi(boss, links):
    visit = links.till.visit()
    links.till.charge(visit, card(180_000))

    page = page_of(boss, Payment.objects.get())

    assert "At Wompi" not in page
    assert "take-back" in page
