"""Credit on a client's page: what is left and how it came about, and a manager who gives some."""

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from spa.models import AuditLog, ClientCredit, DebtReason
from spa.services import booking, credit, payments
from spa.services.audit import Actor
from tests.factories import at, make_location
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def noon_in_english(monkeypatch, client, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(12))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.fixture
def boss(visit):
    return worker("manager", visit.location)


@pytest.fixture
def manager(client, boss):
    client.force_login(boss)
    return client


@pytest.fixture
def give(visit, boss):
    """Return a function that gives the client credit, past the screen."""

    def give(pesos, **fields):
        return credit.issue(
            client=visit.client,
            cents=pesos * 100,
            location=visit.location,
            actor=Actor(user=boss),
            **{"origin": "goodwill", "now": at(8), **fields},
        )

    return give


def page_of(client, visit):
    """Return the card of her credit."""
    page = client.get(f"/clients/{visit.client_id}/").content.decode()
    found = re.search(r'<section class="card" id="client-credit".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def send(client, visit, *, headers=None, **typed):
    fields = {"request_id": str(uuid4()), "seen": "0", "amount": "50.000", "reason": "goodwill"}
    path = f"/clients/{visit.client_id}/credit/"
    return client.post(path, {**fields, **typed}, headers=headers)


def with_a_debt(visit, boss):
    """Let the visit be over, and unpaid."""
    for step in (booking.check_in, booking.start, booking.finish):
        visit = step(appointment=visit, now=at(10), actor=Actor())
    reason = DebtReason.PAYS_LATER
    booking.complete(appointment=visit, debt_reason=reason, now=at(11), actor=Actor(user=boss))


# -- What it shows ----------------------------------------------------------------------------
def test_what_can_be_spent_is_shown_with_its_last_day(manager, visit, give):
    give(50_000)
    give(20_000, origin="promotion", now=at(9))

    card = page_of(manager, visit)

    assert '<b class="end nw">$\u00a070.000</b>' in card
    assert card.count("until 19 Nov 2027") == 2
    assert "A gift of the house" in card


def test_its_history_tells_what_came_what_went_and_for_which_visit(manager, visit, give, boss):
    give(50_000)
    payments.charge(
        appointment=visit, tenders=[], credit_cents=30_000_00, now=at(9), actor=Actor(user=boss)
    )
    booking.cancel(appointment=visit, cancelled_by="spa", now=at(9, 30), actor=Actor(user=boss))
    credit.expire_due(today=at(9).date().replace(year=2028), now=at(11))

    card = page_of(manager, visit)

    told = re.findall(r"</time>([^<]+?)(?: · <a.*?>(.*?)</a>)? · <b.*?>(.*?)</b>", card)
    assert told == [
        ("Credit expired", "", "−$\u00a050.000"),
        ("Credit given back", visit.code, "$\u00a030.000"),
        ("Credit used", visit.code, "−$\u00a030.000"),
        ("To make up for a mistake of ours", "", "$\u00a050.000"),
    ]
    assert boss.name in card
    assert "Nothing to spend" in card


def test_what_she_owes_is_shown_with_the_way_to_the_till(manager, visit, boss):
    with_a_debt(visit, boss)

    card = page_of(manager, visit)

    assert "$\u00a0180.000" in card
    assert f'href="/appointments/{visit.code}/charge/"' in card


def test_another_house_knows_the_money_and_not_the_visit(client, visit, boss, give):
    give(50_000)
    payments.charge(
        appointment=visit, tenders=[], credit_cents=50_000_00, now=at(9), actor=Actor(user=boss)
    )
    with_a_debt(visit, boss)
    client.force_login(worker("receptionist", make_location()))

    card = page_of(client, visit)

    assert "$\u00a0130.000" in card
    assert "at another house" in card
    assert visit.code not in card


def test_who_may_not_see_credit_gets_no_card(client, visit, give):
    give(50_000)
    clerk = worker("therapist", visit.location)
    clerk.user_permissions.add(Permission.objects.get(codename="view_client"))
    client.force_login(clerk)

    assert page_of(client, visit) == ""


def test_the_card_costs_as_many_queries_for_a_long_history(
    manager, visit, give, django_assert_num_queries
):
    give(1_000)
    manager.get(f"/clients/{visit.client_id}/")
    for _ in range(6):
        give(1_000)

    with django_assert_num_queries(18):
        manager.get(f"/clients/{visit.client_id}/")


# -- Giving some ------------------------------------------------------------------------------
def test_a_manager_gives_credit(manager, visit, boss):
    answer = send(manager, visit)

    assert answer.status_code == 302
    assert "?" not in answer["Location"]
    lot = ClientCredit.objects.get()
    assert (lot.remaining_cents, lot.origin, lot.created_by) == (50_000_00, "goodwill", boss)
    assert AuditLog.objects.get(action="CREDIT_ISSUED").subject == f"client:{visit.client_id}"


def test_by_htmx_the_page_comes_back_with_it(manager, visit):
    answer = send(manager, visit, headers=HTMX)

    assert answer.status_code == 200
    assert '<b class="end nw">$\u00a050.000</b>' in answer.content.decode()


def test_the_same_form_twice_gives_credit_once(manager, visit):
    key = str(uuid4())

    for _ in range(2):
        assert send(manager, visit, request_id=key).status_code == 302

    assert ClientCredit.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"amount": "5.000.001"}, "amount", "at once is"),
        ({"amount": "0"}, "amount", "more than zero"),
        ({"amount": ""}, "amount", "as 180.000"),
        ({"amount": "1,50"}, "amount", "without cents"),
        ({"amount": "9" * 20}, "amount", "Check the zeros"),
        ({"reason": ""}, "reason", "Say why"),
        ({"reason": "refund"}, "reason", "refund"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_what_was_typed_stays(
    manager, visit, typed, field, said
):
    answer = send(manager, visit, **typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    error = re.search(rf'id="credit-{field}-error">(.*?)</p>', page)
    assert said in error[1]
    assert f'value="{typed.get("amount", "50.000")}"' in page
    if typed.get("reason") is None:
        assert 'value="goodwill" selected' in page
    assert not ClientCredit.objects.exists()


def test_who_gave_some_meanwhile_is_shown_before_more_is_given(manager, visit, give):
    give(50_000)

    stale = send(manager, visit)
    page = stale.content.decode()

    assert stale.status_code == 409
    assert "changed meanwhile" in page
    assert 'value="50.000"' in page
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    assert send(manager, visit, seen=seen).status_code == 302
    assert credit.available(visit.client, today=at(12).date()) == 100_000_00


def test_the_desk_gives_none_and_sees_no_form(client, visit, give):
    give(50_000)
    client.force_login(worker("receptionist", visit.location))

    assert send(client, visit).status_code == 403
    assert "$\u00a050.000" in page_of(client, visit)
    assert "credit-amount" not in page_of(client, visit)
