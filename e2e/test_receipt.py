"""A receipt goes to the client's email: from the desk to the mail of the demo."""

import pytest
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from e2e.axe import serious_everywhere
from spa.models import Client, MessageKind, OutboxMessage
from tests.factories import at
from tests.spa.constraints.messages import DEAD
from tests.tills import pay

EMAIL = "mariana@correo.test"


@pytest.fixture
def demo(settings, tmp_path):
    """Mail lies in a folder, as in the demo."""
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path


@pytest.fixture
def paid(house):
    return pay(house.visit, now=at(9, 45))


def let_the_cluster_work() -> None:
    """Do what the task cluster does with all that is queued."""
    for row in list(OrmQ.objects.order_by("pk")):
        import_string(row.task["func"])(*row.task["args"])
        row.delete()


def send_receipt(desk, live_server, visit):
    desk.goto(f"{live_server.url}/appointments/{visit.code}/receipt/")
    desk.click('form[action*="/receipt/send/"] button')


def test_a_receipt_is_sent_and_lies_in_the_clients_mail(desk, live_server, demo, paid):
    Client.objects.filter(pk=paid.client_id).update(email=EMAIL)
    send_receipt(desk, live_server, paid)
    desk.wait_for_selector('#receipt-message [data-state="waiting"]')
    assert EMAIL in desk.inner_text("#toasts")

    let_the_cluster_work()

    desk.reload()
    desk.wait_for_selector('#receipt-message [data-state="sent"]')
    desk.goto(f"{live_server.url}/demo/outbox/")
    mail = desk.locator("[data-mail]")
    assert mail.count() == 1
    told = mail.inner_text().replace("\u00a0", " ")
    for words in (EMAIL, paid.code, "Masaje relajante", "$ 180.000", "Datáfono", "Base, IVA"):
        assert words in told
    assert serious_everywhere(desk) == []


def test_who_has_no_email_gets_one_and_then_the_receipt(desk, live_server, demo, paid):
    send_receipt(desk, live_server, paid)
    desk.wait_for_selector('[role=alert][data-reason="no_email"]')
    desk.click("[data-reason] a")
    desk.fill('[name="email"]', EMAIL)
    desk.press('[name="email"]', "Enter")
    desk.wait_for_selector("#client")

    send_receipt(desk, live_server, paid)

    desk.wait_for_selector('#receipt-message [data-state="waiting"]')


def test_what_was_given_up_is_found_in_the_menu_and_sent_again(desk, live_server, demo, paid):
    Client.objects.filter(pk=paid.client_id).update(email=EMAIL)
    send_receipt(desk, live_server, paid)
    desk.wait_for_selector("#receipt-message")
    OutboxMessage.objects.filter(kind=MessageKind.RECEIPT).update(**DEAD)
    OrmQ.objects.all().delete()

    desk.click('[popovertarget="user-menu"]')
    desk.click('#user-menu a[href^="/messages/"]')
    desk.wait_for_selector('#message-list [data-state="dead"]')
    desk.click('form[action*="/messages/"] button')
    desk.wait_for_selector('#message-list [data-state="waiting"]')
    let_the_cluster_work()

    desk.reload()
    desk.wait_for_selector("#message-list .empty")
    assert OutboxMessage.objects.get(kind=MessageKind.RECEIPT).state == "sent"
