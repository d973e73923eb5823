"""Money that came through Wompi and belongs to no payment: seen, and decided about."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.models import AuditLog, ClientCredit, GatewayTransaction, Payment
from spa.services import gateway
from tests.factories import at, make_client, make_location
from tests.frontdesk.people import worker
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import fresh, held, reported, row_of
from tests.spa.money.till import Till, books, card, rows

LIST = "/payments/unapplied/"
WHY = "She sent a photo of her transfer"


def page_of(boss, row) -> str:
    return boss.get(f"{LIST}{row.pk}/").content.decode()


def decide(boss, row, way, *, asked=True, **fields):
    sent = {"request_id": str(uuid4()), "note": WHY, **fields}
    return boss.post(f"{LIST}{row.pk}/{way}/", {**sent, **({"confirmed": "1"} if asked else {})})


def form_of(page: str, way: str) -> str:
    return page[page.index(f'/{way}/"') :].partition("</form>")[0]


# -- The list ---------------------------------------------------------------------------------
def test_the_list_shows_both_figures_the_numbers_and_what_to_do(boss, wrong):
    row, _visit = wrong
    page = boss.get(LIST).content.decode()

    assert "$\u00a071.999,50\u00a0COP" in page
    assert "Asked for: $\u00a072.000" in page
    assert row.reference in page
    assert row.gateway_id in page
    assert "CARD" in page
    assert "what is missing stays owed" in page


def test_of_a_strange_reference_nothing_was_asked_for(boss, stray):
    page = boss.get(LIST).content.decode()

    assert "Nobody was asked for it" in page
    assert "Find out whose it is" in page


def test_another_currency_is_listed_with_its_own_figure(boss, links):
    _visit, payment = links.hold()
    links.hear(reported(payment, currency="USD", cents=2_000))

    page = boss.get(LIST).content.decode()

    assert "20,00\u00a0USD" in page
    assert "not in the books" in page


def test_foreign_money_that_nobody_was_asked_for_is_both(boss, links):
    told = reported(reference="SOMEBODY-ELSES", currency="USD", cents=2_000)
    links.hear(told)

    page = boss.get(LIST).content.decode()

    assert "Nobody was asked for it" in page
    assert "20,00\u00a0USD" in page
    assert "20,00\u00a0USD" in page_of(boss, row_of(told))


def test_what_was_decided_is_listed_apart_with_who_when_and_why(boss, stray):
    decide(boss, stray, "refund", note="Transfer 4711")

    waiting, decided = boss.get(LIST), boss.get(f"{LIST}?show=resolved")

    assert stray.reference not in waiting.content.decode()
    for said in (stray.reference, "Given back outside", "Ángela Rojas", "12:00", "Transfer 4711"):
        assert said in decided.content.decode()


def test_who_paid_stands_on_no_list(boss, stray):
    assert "payer@example.test" not in boss.get(LIST).content.decode()


def test_the_list_costs_as_many_queries_for_much_money(boss, links, wrong, stray):
    boss.get(LIST)
    with CaptureQueriesContext(connection) as two:
        boss.get(LIST)
    for number in range(8):
        links.hear(reported(reference=f"STRAY-{number}X", cents=10_000_00))
    with CaptureQueriesContext(connection) as ten:
        boss.get(LIST)

    assert len(ten) == len(two) <= 10


def test_htmx_gets_the_list_alone(boss, stray):
    part = boss.get(LIST, headers={"HX-Request": "true"}).content.decode()

    assert "<!doctype" not in part
    assert 'id="unapplied-list"' in part


# -- Whose it is ------------------------------------------------------------------------------
def test_money_of_another_house_does_not_exist_and_money_of_none_is_every_managers(
    client, boss, wrong, stray
):
    client.force_login(worker("manager", make_location()))

    page = client.get(LIST).content.decode()

    assert client.get(f"{LIST}{wrong[0].pk}/").status_code == 404
    assert wrong[0].reference not in page
    assert stray.reference in page


def test_who_sees_all_houses_sees_all_of_it(client, boss, wrong, stray):
    client.force_login(worker("manager", all_locations=True))

    page = client.get(LIST).content.decode()

    assert wrong[0].reference in page
    assert stray.reference in page


def test_money_that_has_its_payment_is_on_no_such_page(boss, links):
    _visit, payment = links.hold()
    told = reported(payment)
    links.hear(told)

    assert boss.get(f"{LIST}{row_of(told).pk}/").status_code == 404


# -- One of it --------------------------------------------------------------------------------
def test_its_page_names_the_payer_and_each_look_is_audited(boss, wrong):
    row, _visit = wrong

    page = page_of(boss, row)

    assert "payer@example.test" in page
    looks = AuditLog.objects.filter(subject=f"transaction:{row.gateway_id}", facts__view="payer")
    assert looks.filter(action="ADMIN_ENDPOINT_HIT").count() == 1
    page_of(boss, row)
    assert looks.count() == 2


def test_the_visit_that_was_asked_for_is_proposed_with_what_it_owes(boss, wrong):
    row, visit = wrong
    page = page_of(boss, row)

    assert f'value="{visit.code}"' in page
    assert "Owes $\u00a0180.000" in page
    assert "Its payment was for this" in page


def test_a_visit_that_owes_exactly_this_is_proposed_and_one_that_is_paid_is_not(boss, links, stray):
    exact, paid = links.till.visit(hour=14), links.till.visit(hour=16)
    links.till.charge(exact, card(130_000))
    links.till.charge(paid, card(180_000))

    page = page_of(boss, stray)

    assert "Fits to the peso" in page
    assert f'value="{exact.code}"' in page
    assert paid.code not in page


def test_whoever_has_the_payers_email_is_proposed_for_credit(boss, stray):
    payer = make_client(name="Estefanía Prieto", email="Payer@example.test")

    page = page_of(boss, stray)

    assert payer.name in form_of(page, "credit")


def test_a_client_is_found_by_name_as_elsewhere(boss, links, stray):
    found = make_client(name="Zoraida Quimbaya")
    address, sent = f"{LIST}{stray.pk}/clients/", {"q": "zoraida"}

    part = boss.post(address, sent, headers={"HX-Request": "true"}).content.decode()
    page = boss.post(address, {**sent, "note": WHY}).content.decode()

    assert f'name="client" value="{found.pk}"' in part
    assert "payer@example.test" not in part
    assert f'name="client" value="{found.pk}"' in page
    assert WHY in form_of(page, "credit")


def test_nobody_of_that_name_is_said(boss, stray):
    answer = boss.post(
        f"{LIST}{stray.pk}/clients/", {"q": "Nobody"}, headers={"HX-Request": "true"}
    )

    assert "Nobody is called “Nobody”" in answer.content.decode()


# -- Applied ----------------------------------------------------------------------------------
def test_before_it_is_applied_it_is_said_who_owes_what(boss, wrong):
    row, visit = wrong
    before = rows()

    asked = decide(boss, row, "apply", asked=False, visit=visit.code)

    page = asked.content.decode()
    assert asked.status_code == 200
    for said in (visit.code, visit.client.name, "owes $\u00a0180.000", "$\u00a0108.000 is left"):
        assert said in page
    assert (rows(), fresh(row).resolution) == (before, "")


def test_it_pays_the_visit_that_was_asked_for(boss, wrong):
    row, visit = wrong

    answer = decide(boss, row, "apply", visit=visit.code)

    assert answer.status_code == 302
    assert (fresh(visit).status, fresh(visit).paid_cents) == ("confirmed", 72_000_00)
    assert (fresh(row).resolution, fresh(row).resolution_note) == ("applied", WHY)
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}


def test_a_code_that_is_typed_goes_before_what_was_ticked_and_the_rest_is_credit(
    boss, links, wrong
):
    row, visit = wrong
    other = links.till.visit(hour=14, client=make_client())
    links.till.charge(other, card(150_000))

    asked = decide(boss, row, "apply", asked=False, visit=visit.code, code=other.code.lower())
    decide(boss, row, "apply", visit=visit.code, code=other.code.lower())

    assert "the other $\u00a042.000 becomes her credit" in asked.content.decode()
    assert fresh(other).balance_cents == 0
    assert ClientCredit.objects.get().remaining_cents == 42_000_00


@pytest.mark.parametrize(
    ("code", "said"),
    [("", "Choose a visit"), ("48213", "looks like"), ("BR-99999", "No visit of yours")],
)
def test_a_code_that_says_nothing_stands_beside_its_field_with_what_was_typed(
    boss, stray, code, said
):
    answer = decide(boss, stray, "apply", code=code)

    form = form_of(answer.content.decode(), "apply")
    assert answer.status_code == 422
    assert said in form
    assert WHY in form
    assert not code or f'value="{code}"' in form


def test_a_visit_of_another_house_cannot_be_paid(boss, stray):
    elsewhere = Till().visit()

    assert decide(boss, stray, "apply", code=elsewhere.code).status_code == 422
    assert fresh(stray).resolution == ""


def test_a_visit_that_owes_nothing_is_refused_before_anybody_is_asked(boss, links, stray):
    paid = links.till.visit()
    links.till.charge(paid, card(180_000))

    answer = decide(boss, stray, "apply", asked=False, code=paid.code)

    form = form_of(answer.content.decode(), "apply")
    assert answer.status_code == 422
    assert "owes nothing" in form[form.index('id="apply_code"') :]
    assert f'value="{paid.code}"' in form
    assert WHY in form


# -- Credit -----------------------------------------------------------------------------------
def test_it_becomes_a_clients_credit(boss, links, stray):
    asked = decide(boss, stray, "credit", asked=False, client=links.till.client.pk)
    answer = decide(boss, stray, "credit", client=links.till.client.pk)

    assert "365 days" in asked.content.decode()
    assert answer.status_code == 302
    assert ClientCredit.objects.get().client == links.till.client
    assert Payment.objects.get().location == links.till.location
    assert books() == {"wompi": 50_000, "client_credit": -50_000}


@pytest.mark.parametrize("chosen", ["", "999999", "x"])
def test_without_a_client_the_form_comes_back_filled_in(boss, links, stray, chosen):
    answer = decide(boss, stray, "credit", client=chosen, q="Mariana")

    form = form_of(answer.content.decode(), "credit")
    assert answer.status_code == 422
    assert 'role="alert"' in form
    assert WHY in form
    assert f'value="{links.till.client.pk}"' in form


# -- Given back -------------------------------------------------------------------------------
def test_that_it_was_given_back_is_written_down(boss, stray):
    asked = decide(boss, stray, "refund", asked=False)
    decide(boss, stray, "refund")

    assert "Nothing is sent by this" in asked.content.decode()
    assert (fresh(stray).resolution, books()) == ("refunded", {})


def test_money_of_another_currency_can_only_be_given_back(boss, links):
    visit, payment = links.hold()
    told = reported(payment, currency="USD", cents=2_000)
    links.hear(told)
    row = row_of(told)

    page = page_of(boss, row)
    refused = decide(boss, row, "apply", code=visit.code)

    assert "/apply/" not in page
    assert (refused.status_code, fresh(row).resolution) == (422, "")
    decide(boss, row, "refund")
    assert fresh(row).resolution == "refunded"


# -- All three --------------------------------------------------------------------------------
WAYS = ["apply", "credit", "refund"]


@pytest.fixture
def fields(links):
    """Return what each way needs beside its reason."""
    visit = links.till.visit(hour=15)
    return {"apply": {"code": visit.code}, "credit": {"client": visit.client_id}, "refund": {}}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("note", ["", "   ", "x" * 201])
def test_none_goes_without_its_reason(boss, stray, fields, way, note):
    answer = decide(boss, stray, way, **{**fields[way], "note": note})

    form = form_of(answer.content.decode(), way)
    assert answer.status_code == 422
    assert f'id="{way}_note_error"' in form
    assert fresh(stray).resolution == ""


@pytest.mark.parametrize("way", WAYS)
def test_the_same_form_twice_decides_once(boss, stray, fields, way):
    twice = {**fields[way], "request_id": str(uuid4())}

    answers = [decide(boss, stray, way, **twice) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert AuditLog.objects.filter(action="UNAPPLIED_RESOLVED").count() == 1


@pytest.mark.parametrize("way", WAYS)
def test_who_comes_too_late_sees_what_was_decided(boss, links, stray, fields, way):
    gateway.record_refund(transaction=stray, note="Transfer 4711", now=at(11), actor=DESK)

    answer = decide(boss, stray, way, **fields[way])

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "decided about this money meanwhile" in page
    assert "Transfer 4711" in page
    assert held("unapplied_money") == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_value_that_is_sent_twice_is_refused(boss, stray, fields, way):
    sent = {**fields[way], "note": [WHY, "x"], "request_id": str(uuid4()), "confirmed": "1"}

    assert boss.post(f"{LIST}{stray.pk}/{way}/", sent).status_code == 400


def test_its_page_costs_few_queries(boss, wrong, django_assert_max_num_queries):
    page_of(boss, wrong[0])

    with django_assert_max_num_queries(12):
        page_of(boss, wrong[0])


def test_it_speaks_spanish_too(boss, wrong, settings):
    boss.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"

    said = boss.get(LIST).content.decode() + page_of(boss, wrong[0])

    for spanish in ("Dinero por revisar", "Por decidir", "Wompi reporta", "Pedimos", "Motivo"):
        assert spanish in said
    assert not re.search("To decide|Wompi reports|Give as credit", said)


def test_nothing_to_decide_is_said(boss):
    assert "Nothing to decide" in boss.get(LIST).content.decode()
    assert not GatewayTransaction.objects.homeless().exists()
