"""A client is found by a misspelt name, looked after, changed by two at once; a list is used."""

import re

from e2e.hands import go_back
from spa.models import Client
from spa.services import clients
from spa.services.audit import Actor
from tests.factories import NOW, make_client


def found(page):
    return page.locator('#search-list [role="option"]')


def test_a_client_is_found_by_keys_alone_and_her_name_stands_in_no_address(desk, house):
    make_client(name="Mariana Zapata")
    addresses = []
    desk.on("request", lambda request: addresses.append(request.url))

    desk.keyboard.press("/")
    desk.keyboard.type("marianna")
    found(desk).nth(1).wait_for()
    assert desk.get_attribute("#search", "aria-expanded") == "true"
    first = desk.get_attribute("#search", "aria-activedescendant")
    desk.keyboard.press("ArrowDown")
    second = desk.get_attribute("#search", "aria-activedescendant")
    assert first != second
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")

    desk.wait_for_url(re.compile(r"/clients/\d+/$"))
    assert desk.url.endswith(f"/clients/{first.removeprefix('found-')}/")
    assert not any("mariann" in address for address in addresses)


def test_escape_closes_what_was_found_and_keeps_what_was_typed(desk):
    desk.fill("#search", "mariana")
    found(desk).first.wait_for()

    desk.keyboard.press("Escape")

    assert not desk.locator("#search-popover").is_visible()
    assert desk.input_value("#search") == "mariana"
    assert desk.get_attribute("#search", "aria-expanded") == "false"


def test_a_code_opens_its_day_with_the_visit_beside_it(desk, house):
    desk.fill("#search", house.visit.code.lower().replace("-", ""))
    found(desk).first.wait_for()
    desk.keyboard.press("Enter")

    desk.wait_for_selector(f'#panel [data-appointment="{house.visit.code}"]')


def test_the_list_is_sorted_filtered_and_gone_back_in(desk, live_server, house):
    make_client(name="Zoraida Vip", vip_until="2099-01-01")
    desk.goto(f"{live_server.url}/clients/")

    desk.click("text=VIP")
    desk.wait_for_url(re.compile(r"\?vip=1$"))
    assert desk.locator("#client-list tbody tr").count() == 1
    desk.click("#client-list th a >> nth=0")
    desk.wait_for_url(re.compile(r"vip=1.*sort=-name|sort=-name.*vip=1"))
    go_back(desk)
    go_back(desk)
    desk.wait_for_url(re.compile(r"/clients/$"))
    desk.wait_for_function("document.querySelectorAll('#client-list tbody tr').length > 1")

    desk.fill("#client-q", "soraida")
    desk.wait_for_selector("#client-list p[role=status]")
    assert "Zoraida" in desk.text_content("#client-list tbody tr >> nth=0")
    assert desk.url.endswith("/clients/")


def test_an_alert_is_kept_with_the_consent_that_it_needs(desk, live_server, house):
    desk.goto(f"{live_server.url}/clients/{house.mariana.pk}/")
    desk.click("#client-care summary")
    desk.fill("#alert", "alergia: látex")
    desk.click("#client-care form button")
    desk.wait_for_selector("#client-care [data-code]")
    assert desk.input_value("#alert") == "alergia: látex"

    desk.check("#client-care [name=consents]")
    desk.click("#client-care form button")
    desk.wait_for_selector("#client-care .note b")

    assert Client.objects.get(pk=house.mariana.pk).alert == "alergia: látex"


def test_health_notes_open_by_a_click_and_take_another_note(desk, live_server, house):
    clients.write_health_note(
        client=house.mariana, text="Piel sensible", consent_by="desk", now=NOW, actor=Actor()
    )
    desk.goto(f"{live_server.url}/clients/{house.mariana.pk}/")
    assert "Piel sensible" not in desk.content()

    desk.click("#health-notes form button")
    desk.wait_for_selector("text=Piel sensible")
    desk.fill("#note", "Esperar 4 semanas")
    desk.click("#health-notes form button")

    desk.wait_for_selector("text=Esperar 4 semanas")


def test_who_was_overtaken_sees_both_versions(desk, live_server, house):
    desk.goto(f"{live_server.url}/clients/{house.mariana.pk}/edit/")
    clients.edit(client=house.mariana, name="Mariana Ruiz", now=NOW, actor=Actor())

    desk.fill("#id_name", "Mariana R.")
    desk.click("main form .primary")

    desk.wait_for_selector('[data-code="SPA-STALE"]')
    assert "Mariana Ruiz" in desk.text_content("main table")
    assert desk.input_value("#id_name") == "Mariana R."
