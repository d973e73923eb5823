"""What managers have to know at once: in words, for whom it is, and closed when it was seen."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.models import Alert, AlertKind, AuditLog, Location
from spa.services import alerts, booking, gateway
from tests.factories import at, make_location
from tests.frontdesk.people import worker
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import fresh, reported

LIST = "/payments/alerts/"


@pytest.fixture
def late(links):
    """Return the alert of a deposit that came when its visit was called off."""
    visit, payment = links.hold()
    booking.cancel(appointment=visit, cancelled_by="client", now=at(7, 5), actor=DESK)
    links.hear(reported(payment))
    return Alert.objects.get()


@pytest.fixture
def of_no_house(links):
    alerts.raise_alert(AlertKind.GATEWAY_DOWN, "wompi", now=at(11))
    return Alert.objects.get(kind="gateway_down")


def see(client, alert, **fields):
    return client.post(f"{LIST}{alert.pk}/close/", {"request_id": str(uuid4()), **fields})


def test_money_without_a_home_is_told_with_its_figure_and_leads_to_its_page(boss, wrong):
    row, _visit = wrong
    page = boss.get(LIST).content.decode()

    assert "$\u00a071.999,50\u00a0COP" in page
    assert f'href="/payments/unapplied/{row.pk}/"' in page
    assert "/close/" not in page


def test_money_that_came_too_late_is_told_with_its_visit_and_its_payment(boss, late):
    page = boss.get(LIST).content.decode()

    assert "$\u00a072.000" in page
    assert f'href="/appointments/{late.subject}/"' in page
    assert f'href="/payments/{late.facts["payment"]}/"' in page
    assert "Call the client" in page


def test_a_payment_that_wompi_annulled_is_told_with_what_is_to_be_done(boss, links):
    _visit, payment = links.hold()
    links.hear(reported(payment, key="10042-1-00001"))
    links.hear(reported(payment, "VOIDED", key="10042-1-00001"), now=at(7, 30))

    page = boss.get(LIST).content.decode()

    assert f"Wompi took payment {payment.code} back" in page
    assert "A visit ahead stands" in page


@pytest.mark.parametrize("kind", AlertKind.values)
def test_every_kind_says_what_to_do_even_with_no_facts(boss, links, kind):
    place = links.till.location.pk
    alerts.raise_alert(AlertKind(kind), "BR-90000", now=at(11), location_id=place)

    page = boss.get(LIST).content.decode()

    said = page.partition(f'data-alert="{kind}"')[2].partition("</article>")[0]
    assert said.count("<p>") == 1


def test_what_was_seen_is_closed_once_with_who_and_when(boss, late):
    sent = {"request_id": str(uuid4())}

    answers = [see(boss, late, **sent) for _ in range(2)]

    late = fresh(late)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (late.closed_at, late.closed_by.name) == (at(12), "Ángela Rojas")
    assert AuditLog.objects.get(action="ALERT_CLOSED").reason_code == "late_money"
    assert "No alerts" in boss.get(LIST).content.decode()


def test_somebody_else_may_have_seen_it_meanwhile(boss, late):
    see(boss, late)

    answer = see(boss, late)

    assert answer.status_code == 409
    assert "seen this alert meanwhile" in answer.content.decode()


def test_an_alert_of_money_that_waits_ends_with_the_decision_and_not_before(boss, wrong):
    row, _visit = wrong
    alert = Alert.objects.get()

    refused = see(boss, alert)
    gateway.record_refund(transaction=row, note="Transfer 4711", now=at(12), actor=DESK)

    assert (refused.status_code, 'data-reason="money_waits"' in refused.content.decode()) == (
        422,
        True,
    )
    assert fresh(alert).closed_at == at(12)


def test_one_that_wompi_never_confirmed_can_be_closed(boss, links):
    alerts.raise_alert(AlertKind.AMOUNT_MISMATCH, "10042-7", now=at(11), cents=5, currency="COP")

    page = boss.get(LIST).content.decode()
    answer = see(boss, Alert.objects.get())

    assert 'data-alert="amount_mismatch"' in page
    assert answer.status_code == 302


# -- For whom ---------------------------------------------------------------------------------
def test_the_desk_sees_its_houses_alerts_and_managers_those_of_no_house(
    client, boss, links, late, of_no_house
):
    client.force_login(worker("receptionist", links.till.location))
    desk = client.get(LIST).content.decode()
    client.force_login(worker("manager", make_location()))
    elsewhere = client.get(LIST).content.decode()

    assert 'data-alert="late_money"' in desk
    assert 'data-alert="gateway_down"' not in desk
    assert 'data-alert="late_money"' not in elsewhere
    assert 'data-alert="gateway_down"' in elsewhere


def test_the_desk_closes_what_it_does_something_about_and_no_other(client, boss, links, late):
    client.force_login(worker("receptionist", links.till.location))
    alerts.raise_alert(
        AlertKind.AMOUNT_MISMATCH, "10042-7", now=at(11), location_id=links.till.location.pk
    )
    other = Alert.objects.get(kind="amount_mismatch")

    page = client.get(LIST).content.decode()
    answers = [see(client, alert).status_code for alert in (late, other)]

    assert page.count("/close/") == 1
    assert answers == [302, 422]
    assert fresh(other).closed_at is None


def test_who_has_all_houses_and_no_say_in_money_sees_those_of_houses(
    client, boss, late, of_no_house
):
    client.force_login(worker("receptionist", all_locations=True))

    page = client.get(LIST).content.decode()

    assert 'data-alert="late_money"' in page
    assert 'data-alert="gateway_down"' not in page


# -- The badge --------------------------------------------------------------------------------
def test_the_payments_say_how_many_are_open_for_one_query(boss, late, of_no_house):
    with CaptureQueriesContext(connection) as queries:
        page = boss.get("/payments/").content.decode()

    assert '<span class="badge" data-tone="bad">2</span>' in page
    assert sum("spa_alert" in query["sql"] for query in queries) == 1


def test_without_any_there_is_no_badge(boss):
    page = boss.get("/payments/").content.decode()

    assert 'href="/payments/alerts/"' in page
    assert '<span class="badge" data-tone="bad">' not in page


def test_the_list_costs_as_many_queries_for_many_alerts(boss, late, wrong):
    boss.get(LIST)
    with CaptureQueriesContext(connection) as two:
        boss.get(LIST)
    for number in range(8):
        place = Location.objects.first().pk
        alerts.raise_alert(AlertKind.LATE_MONEY, f"BR-9{number}", now=at(11), location_id=place)
    with CaptureQueriesContext(connection) as ten:
        boss.get(LIST)

    assert len(ten) == len(two) <= 10


def test_it_speaks_spanish_too(boss, late, settings):
    boss.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"

    page = boss.get(LIST).content.decode()

    assert "Avisos" in page
    assert "Visto" in page
    assert "Llama a la clienta" in page
