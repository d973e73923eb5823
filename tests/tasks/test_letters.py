"""What a mail looks like: both languages, both forms, and nothing in it that must not be.

Of paying by link, and to managers: `test_letters_of_payments.py`.
"""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.core import mail
from django.core.mail import BadHeaderError

from spa.models import (
    OF_A_VISIT,
    Client,
    ConsentChannel,
    ConsentKind,
    Location,
    MessageKind,
    OutboxMessage,
    Service,
    StaffMember,
)
from spa.services import clients
from spa.services.audit import Actor
from spa.services.messages import tell
from spa.services.messages.letters import Letter
from tasks import letters
from tests.factories import NOW, ask_for_deposits, at, make_user
from tests.spa.booking.houses import DESK
from tests.spa.messages.post import EMAIL, Post
from tests.tills import pay

K = MessageKind
LANGUAGES = ["es-co", "en"]
LATER = at(9)
ALERT, NOTE = "alergia: frutos secos", "Hipertensión desde 2019"


@pytest.fixture
def post(db):
    return Post()


def without_names_of_schemas(html: str) -> str:
    return re.sub(r'xmlns(:v)?="[^"]*"', "", html)


def letters_of_all_kinds(post, **client) -> dict[MessageKind, Letter]:
    """Return a letter of every kind, about visits of one client that are paid in part."""
    Client.objects.filter(pk=post.mariana.pk).update(**client)
    post.mariana.refresh_from_db()
    visit = pay(post.book(), now=at(8), pesos=50_000)
    tell.receipt(visit=visit, now=at(8), actor=Actor(user=make_user()))
    post.sweep(now=at(8))
    post.move(visit, at(18), now=at(8))
    post.sweep(now=LATER)
    post.cancel(visit, now=LATER)
    post.sweep(now=LATER + timedelta(seconds=60))
    return {letter.kind: letter for letter in post.postman.letters}


def sent_as(letter: Letter) -> bytes:
    """Return a letter's mail as it goes over the wire."""
    return letters.render(letter).message().as_bytes(linesep="\r\n")


def read(letter: Letter) -> EmailMessage:
    """Return a letter's mail as a mail program reads it."""
    return message_from_bytes(sent_as(letter), policy=policy.SMTP)


def parts(letter: Letter) -> tuple[str, str, str]:
    """Return the subject, the text and the html of a letter's mail, as they are read."""
    sent = read(letter)
    text, html = sent.get_body(("plain",)), sent.get_body(("html",))
    return sent["Subject"], text.get_content(), html.get_content()


def whole(letter: Letter) -> str:
    """Return all that a mail holds, headers and calendar too."""
    sent = read(letter)
    found = [str(value) for value in sent.values()]
    for part in sent.walk():
        if not part.is_multipart():
            content = part.get_content()
            found.append(content if isinstance(content, str) else content.decode())
    return "\n".join(found)


WORDS = {
    "es-co": {
        K.CONFIRMED: ("Tu cita del jueves 19 de noviembre, 4:00 p. m.", "está confirmada"),
        K.MOVED: ("Tu cita cambió: jueves 19 de noviembre, 6:00 p. m.", "tu cita cambió"),
        K.CANCELLED: ("Tu cita del jueves 19 de noviembre quedó cancelada", "Lo sentimos"),
        K.RECEIPT: ("Tu comprobante ", "Base, IVA"),
    },
    "en": {
        K.CONFIRMED: ("Your visit on Thursday 19 November, 4:00 p.m.", "is confirmed"),
        K.MOVED: ("Your visit has changed: Thursday 19 November, 6:00 p.m.", "has changed"),
        K.CANCELLED: ("Your visit on Thursday 19 November is cancelled", "We are sorry"),
        K.RECEIPT: ("Your receipt ", "Base, VAT"),
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_written_in_the_clients_language_as_text_and_as_html(post, language):
    found = letters_of_all_kinds(post, language=language)

    assert set(found) == {*OF_A_VISIT, K.RECEIPT}
    for kind, letter in found.items():
        subject, text, html = parts(letter)
        title, words = WORDS[language][kind]
        assert subject.strip().replace("\u00a0", " ").startswith(title)
        assert words in text
        assert words in html
        assert f'lang="{language}"' in html


def test_a_receipt_holds_what_was_done_what_is_vat_and_how_it_was_paid(post):
    letter = letters_of_all_kinds(post, language="en")[K.RECEIPT]
    visit, payment = letter.visit, letter.receipt.payments[0]

    for body in parts(letter)[1:]:
        body = body.replace("&nbsp;", "\u00a0")
        for words in (
            visit.items.get().service.name,
            "$\u00a0180.000",
            "Base, VAT 19 %",
            "$\u00a0151.261 + $\u00a028.739",
            payment.code,
            "0001",
            "$\u00a050.000",
            "$\u00a0130.000",
            visit.code,
        ):
            assert words in body


def test_a_visit_comes_with_a_file_for_the_calendar_and_a_receipt_without(post):
    found = letters_of_all_kinds(post, language="en")

    for kind, letter in found.items():
        sent = read(letter)
        files = list(sent.iter_attachments())
        if kind == K.RECEIPT:
            assert files == []
            continue
        assert [file.get_filename() for file in files] == ["visit.ics"]
        method = "CANCEL" if kind == K.CANCELLED else "PUBLISH"
        kinds = files[0]["Content-Type"].params
        assert (files[0].get_content_type(), kinds["method"]) == ("text/calendar", method)
        assert f"METHOD:{method}\r\n" in files[0].get_payload(decode=True).decode()


def test_a_calendar_knows_the_event_again_and_which_word_is_the_last(post):
    found = letters_of_all_kinds(post)
    files = {kind: whole(letter) for kind, letter in found.items() if kind != K.RECEIPT}

    uids = {re.search(r"UID:(\S+)", file)[1] for file in files.values()}
    order = [
        int(re.search(r"SEQUENCE:(\d+)", files[kind])[1])
        for kind in (K.CONFIRMED, K.MOVED, K.CANCELLED)
    ]
    assert len(uids) == 1
    assert order == sorted(set(order))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_known_of_a_clients_health_is_in_no_mail(post, language):
    with_consent(post.mariana)

    for letter in letters_of_all_kinds(post, language=language).values():
        told = whole(letter)
        for secret in (ALERT, NOTE, "frutos", "Hipertens"):
            assert secret not in told
        assert post.mariana.phone not in told


def with_consent(client: Client) -> None:
    clients.record_consent(
        client=client,
        kind=ConsentKind.HEALTH,
        given=True,
        channel=ConsentChannel.DESK,
        now=NOW,
        actor=Actor(user=make_user()),
    )
    clients.set_alert(client=client, text=ALERT, now=NOW, actor=DESK)
    clients.write_health_note(client=client, text=NOTE, now=NOW, actor=Actor(user=make_user()))


def test_no_heading_and_no_calendar_title_holds_a_name_a_treatment_or_an_amount(post):
    Service.objects.update(name="Depilación de bikini")

    for kind, letter in letters_of_all_kinds(post).items():
        sent = read(letter)
        heads = "\n".join(str(value) for value in sent.values())
        titles = "\n".join(
            line for line in whole(letter).splitlines() if line.startswith("SUMMARY")
        )
        for secret in ("Mariana", "Echeverri", "Depilación", "$"):
            assert secret not in heads + titles, kind


@pytest.mark.parametrize(
    "name",
    [
        "María José Ñañez Güell",
        "Nguyễn Thị Ánh",
        "李小龍",
        "O'Brien & Söhne",
        "A" * 80,
        "Ana " + "Ñ" * 76,
        "🌸 Flor",
    ],
)
def test_any_name_is_written_as_it_is(post, name):
    for letter in letters_of_all_kinds(post, name=name).values():
        _subject, text, html = parts(letter)
        first = name.split(" ", 1)[0]
        assert first in text
        assert first.replace("&", "&amp;").replace("'", "&#x27;") in html
        assert all(len(line) <= 998 for line in sent_as(letter).split(b"\r\n"))


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def test_hostile_names_are_text_everywhere(post):
    Service.objects.update(name=HOSTILE)
    StaffMember.objects.update(name=f"{HOSTILE[:60]} x")
    Location.objects.update(name="Casa\r\nBcc: all@correo.test; x,y\\")
    found = letters_of_all_kinds(post, name=HOSTILE.replace(" ", ""))

    for kind, letter in found.items():
        sent = read(letter)
        assert sent["Bcc"] is None
        html = sent.get_body(("html",)).get_content()
        assert "<script" not in html
        assert "<img" not in html
        if kind != K.RECEIPT:
            file = next(sent.iter_attachments()).get_payload(decode=True).decode()
            assert "LOCATION:Casa\\nBcc: all@correo.test\\; x\\,y\\\\\r\n" in file


def test_who_has_paid_a_deposit_is_told_until_when_she_gets_it_back(post):
    ask_for_deposits()
    Client.objects.update(language="en")
    post.mariana.refresh_from_db()
    pay(post.book(starts_at=at(16) + timedelta(days=2)), now=NOW, pesos=72_000)
    post.sweep(now=NOW)

    for body in parts(post.postman.letters[0])[1:]:
        assert "until Friday 20 November, 4:00 p.m." in body.replace("\u00a0", " ")
        assert "After that the deposit stays with us." in body


def test_no_mail_fetches_anything_from_elsewhere(post):
    for letter in letters_of_all_kinds(post).values():
        html = without_names_of_schemas(parts(letter)[2])
        assert not re.search(r"(?:src|href|url)\s*[=(]|https?:", html)


# -- Delivered --------------------------------------------------------------------------------
@pytest.fixture
def letter(post):
    return letters_of_all_kinds(post)[K.CONFIRMED]


def test_a_delivered_letter_goes_to_one_address_from_the_house(letter, settings):
    settings.DEFAULT_FROM_EMAIL = "Bruma Spa <citas@bruma.test>"
    letters.deliver(letter)

    sent = mail.outbox[0]
    assert (sent.to, sent.cc, sent.bcc) == ([EMAIL], [], [])
    assert sent.from_email == "Bruma Spa <citas@bruma.test>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_letter_bears_the_name_of_the_spa(letter, settings):
    settings.SPA_NAME = "Termas & Calma"

    _subject, text, html = parts(letter)

    assert "Termas & Calma" in text
    assert "Termas &amp; Calma" in html


def test_who_gets_it_twice_can_know_it_again(letter):
    letters.deliver(letter)
    letters.deliver(letter)

    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    subject = OutboxMessage.objects.first().subject.lower()
    assert subject in first.extra_headers["Message-ID"]


@pytest.mark.parametrize("field", ["to", "key"])
def test_no_line_break_gets_into_a_header(letter, field):
    hostile = replace(letter, **{field: f"{getattr(letter, field)}\nBcc: all@correo.test"})

    with pytest.raises(BadHeaderError):
        letters.deliver(hostile)
    assert mail.outbox == []
