"""What the mails about paying by link look like, and those to managers."""

import re

import pytest

from spa.models import Alert, AlertKind, Client, Location, OutboxMessage, Service, User
from spa.services import alerts
from tests.factories import at
from tests.spa.gateway.links import with_keys
from tests.spa.messages.paying import K, Payer
from tests.spa.messages.post import EMAIL
from tests.spa.money.till import Till, card
from tests.tasks.test_letters import LANGUAGES, parts, read, whole, without_names_of_schemas

WITH_A_LINK = (K.PAYMENT_LINK, K.PAYMENT_DECLINED)


@pytest.fixture
def payer(db, settings):
    with_keys(settings)
    return Payer(Till())


def letters_of_all_kinds(payer, **client) -> dict:
    """Return a letter of every kind that is about paying by link, of one client."""
    Client.objects.filter(pk=payer.mariana.pk).update(**client)
    payer.mariana.refresh_from_db()
    visit = payer.hold(client=payer.mariana)
    payer.sweep(now=at(7))
    payer.declined(visit)
    payer.sweep(now=at(7, 11))
    payer.approved(payer.till.charge(visit, card(72_000)).visit)
    payer.sweep(now=at(9))
    payer.paid_too_late(hour=12, client=payer.mariana)
    payer.sweep(now=at(9))
    return {one.kind: one for one in payer.postman.letters if one.kind in WORDS["en"]}


WORDS = {
    "es-co": {
        K.PAYMENT_LINK: ("Aparta tu cita del jueves 19 de noviembre", "Guardado para ti hasta el"),
        K.PAYMENT_DECLINED: ("El pago de tu cita del jueves 19", "no se te cobró nada"),
        K.PAYMENT_APPROVED: ("Recibimos el pago de tu cita", "Tu cita está pagada"),
        K.LATE_MONEY: ("Sobre el pago de tu cita", "son crédito a tu favor"),
    },
    "en": {
        K.PAYMENT_LINK: ("Make your visit on Thursday 19 November yours", "Kept for you until"),
        K.PAYMENT_DECLINED: ("Your payment for the visit on Thursday 19", "nothing was charged"),
        K.PAYMENT_APPROVED: ("We have received your payment for", "Your visit is paid"),
        K.LATE_MONEY: ("About your payment for the visit on", "are yours as credit"),
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_written_in_the_clients_language_as_text_and_as_html(payer, language):
    found = letters_of_all_kinds(payer, language=language)

    assert set(found) == set(WORDS[language])
    for kind, letter in found.items():
        subject, text, html = parts(letter)
        title, words = WORDS[language][kind]
        assert subject.strip().startswith(title)
        for body in (text, html):
            assert words in body
        assert f'lang="{language}"' in html


def test_no_heading_holds_a_name_a_treatment_or_an_amount_and_nothing_is_attached(payer):
    Service.objects.update(name="Depilación de bikini")

    for letter in letters_of_all_kinds(payer).values():
        sent = read(letter)
        heads = "\n".join(str(value) for value in sent.values())
        for secret in ("Mariana", "Echeverri", "Depilación", "$"):
            assert secret not in heads
        assert list(sent.iter_attachments()) == []


def test_nothing_of_the_client_is_told_but_her_first_name(payer):
    for letter in letters_of_all_kinds(payer).values():
        assert payer.mariana.phone not in whole(letter)
        assert "Echeverri" not in whole(letter)


def test_the_only_address_in_them_is_the_link_and_nothing_is_fetched(payer):
    for kind, letter in letters_of_all_kinds(payer).items():
        html = without_names_of_schemas(parts(letter)[2])
        assert not re.search(r"src\s*=|url\s*\(", html)
        wanted = {letter.asked.link} if kind in WITH_A_LINK else set()
        assert set(re.findall(r'href="([^"]*)"', html)) == wanted


def test_a_link_can_be_clicked_and_copied_and_the_rule_stands_beside_it(payer):
    letter = letters_of_all_kinds(payer, language="en")[K.PAYMENT_LINK]
    _subject, text, html = parts(letter)

    assert f">{letter.asked.link}</a>" in html
    assert letter.asked.link in text.splitlines()
    for body in (text, html):
        body = body.replace("&nbsp;", "\u00a0").replace("\u00a0", " ")
        for words in ("$ 72.000", "You pay 40 % now", "7:20 a.m.", "deposit stays with us"):
            assert words in body


def test_a_balance_is_asked_for_in_other_words(payer):
    visit = payer.till.charge(payer.hold(), card(72_000)).visit
    Client.objects.update(language="en")
    payer.send_again(visit, now=at(9))

    subject, text, html = parts(payer.letter(K.PAYMENT_LINK, now=at(9)))

    assert subject.startswith("Pay for your visit on Thursday 19 November online")
    for body in (text, html):
        assert "what is left of your visit" in body
        assert "You can pay with this link until Sunday 22 November" in body
        assert "deposit" not in body


def test_a_house_says_where_it_is_if_it_knows(payer):
    Location.objects.update(address="Calle 61 # 5-32, Bogotá", phone="+573005550142")

    for letter in letters_of_all_kinds(payer).values():
        for body in parts(letter)[1:]:
            assert "Calle 61 # 5-32, Bogotá · " in body
            assert "300 555 0142" in body.replace("\u00a0", " ")


def test_another_currency_is_told_as_it_is(payer):
    facts = {"reason": "currency", "cents": 50_25, "currency": "USD"}
    alerts.raise_alert(AlertKind.AMOUNT_MISMATCH, "10042-1-00001", now=at(9), **facts)

    for body in parts(payer.letter(K.ALERT, now=at(9)))[1:]:
        assert "50,25 USD" in body.replace("\u00a0", " ")


def test_no_sentence_ends_twice(payer):
    for letter in letters_of_all_kinds(payer, language="es-co").values():
        for part in parts(letter):
            assert ".." not in part


def test_who_has_paid_the_deposit_by_link_reads_that_it_has_come(payer):
    Client.objects.update(language="en")
    visit = payer.hold()
    payer.sweep(now=at(7))
    payer.approved(visit)

    for body in parts(payer.letter(K.CONFIRMED, now=at(7, 6)))[1:]:
        assert "We have received your deposit of $ 72.000." in body.replace("\u00a0", " ")


def test_hostile_names_are_text_everywhere(payer):
    Service.objects.update(name="<script>alert(1)</script>")
    Location.objects.update(address='"><img src=x>')

    for letter in letters_of_all_kinds(payer, name="<b>Ana</b>").values():
        html = parts(letter)[2]
        for tag in ("<script", "<img", "<b>"):
            assert tag not in html


# -- To managers ------------------------------------------------------------------------------
FACTS = {
    AlertKind.AMOUNT_MISMATCH: {"reason": "amount", "cents": 71_999_99, "currency": "COP"},
    AlertKind.UNKNOWN_TRANSACTION: {},
    AlertKind.EVENT_DIFFERS: {},
    AlertKind.LATE_MONEY: {"cents": 72_000_00, "payment": "PA-10001"},
    AlertKind.TAKEN_BACK: {
        "payment": "PA-10001",
        "appointment": "BR-10001",
        "cents": 72_000_00,
        "lost_cents": 36_000_00,
    },
    AlertKind.GATEWAY_DOWN: {"minutes": 6},
    AlertKind.GATEWAY_SLOW: {"seconds": "4.2", "calls": 7},
    AlertKind.GATEWAY_KEYS: {"key": "private", "status": 401},
}


FIGURES = {
    AlertKind.AMOUNT_MISMATCH: "$ 71.999,99",
    AlertKind.LATE_MONEY: "$ 72.000",
    AlertKind.TAKEN_BACK: "$ 36.000",
    AlertKind.GATEWAY_DOWN: "6",
    AlertKind.GATEWAY_SLOW: "4.2",
    AlertKind.GATEWAY_KEYS: "401",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", AlertKind)
def test_every_alert_says_in_words_what_happened_and_what_to_do(payer, kind, language):
    User.objects.update(language=language)
    alerts.raise_alert(kind, "10042-1-00001", now=at(9), **FACTS[kind])

    letter = payer.letter(K.ALERT, now=at(9))

    assert (letter.to, letter.language) == (payer.till.manager.email, language)
    subject, text, html = parts(letter)
    assert subject.startswith({"es-co": "Alerta: ", "en": "Alert: "}[language])
    for body in (text, html):
        assert {"es-co": "Qué hacer", "en": "What to do"}[language] in body
        assert "%(" not in body
        assert "–" not in body.split("Bruma")[0]  # no figure is missing
        assert "private" not in body or language == "en"
        assert FIGURES.get(kind, "") in body.replace("\u00a0", " ")


def test_an_alert_holds_nothing_of_the_client(payer):
    payer.paid_too_late()

    letter = payer.letter(K.ALERT, now=at(9))
    message = OutboxMessage.objects.get(kind=K.ALERT)

    told = whole(letter) + str(Alert.objects.get().facts) + str(message) + repr(letter)
    assert message.client_id is None
    for secret in ("Mariana", "Echeverri", EMAIL, payer.mariana.phone, "payer@example.test"):
        assert secret not in told
    assert list(read(letter).iter_attachments()) == []
