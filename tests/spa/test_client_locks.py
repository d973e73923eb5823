"""Two at one client: the second waits for the first, then sees what she left."""

import pytest

from spa.models import Client, ClientChange, ConsentChannel, ConsentKind
from spa.services import clients
from spa.services.audit import Actor
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, make_client

pytestmark = pytest.mark.django_db(transaction=True)

DESK = Actor()


def flag(client):
    return clients.flag(client=client, reason="Trató mal a Paola", now=NOW, actor=DESK)


def edit(client, **changes):
    return clients.edit(client=client, now=NOW, actor=DESK, **changes)


def while_the_first_is_open(first, second):
    """Run `second` against an open `first`; return its thread once it has waited for a lock."""
    with open_transaction():
        first()
        thread = Thread(second)
        thread.start()
        waiting = wait_until_somebody_waits_for_a_lock()
    assert "spa_client" in waiting
    return thread


def test_who_blocks_a_client_at_the_same_time_waits_and_is_refused():
    client = make_client()

    second = while_the_first_is_open(lambda: flag(client), lambda: flag(client))

    with pytest.raises(clients.AlreadyFlagged):
        second.outcome()
    assert ClientChange.objects.count() == 1


def test_two_edits_at_once_lose_nothing():
    client = make_client(phone="+573004561278")

    second = while_the_first_is_open(
        lambda: edit(client, name="Ana Ruiz"), lambda: edit(client, phone="301 456 1278")
    )

    second.outcome()
    client.refresh_from_db()
    assert (client.name, client.phone) == ("Ana Ruiz", "+573014561278")


def test_the_second_edit_of_one_field_keeps_the_first_as_its_old_value():
    client = make_client(name="Ana")

    second = while_the_first_is_open(
        lambda: edit(client, name="Ana Ruiz"), lambda: edit(client, name="Ana María Ruiz")
    )

    second.outcome()
    old = ClientChange.objects.order_by("pk").values_list("old_value", flat=True)
    assert list(old) == ["Ana", "Ana Ruiz"]


def test_without_lock_and_fields_a_stale_save_overwrites_the_first_edit():
    """The control: what would be lost if the row were saved whole, as it was read before."""
    client = make_client(name="Ana", phone="+573004561278")

    def save_all_that_was_read():
        stale.phone = "+573014561278"
        stale.save()

    stale = Client.objects.get(pk=client.pk)
    second = while_the_first_is_open(lambda: edit(client, name="Ana Ruiz"), save_all_that_was_read)

    second.outcome()
    client.refresh_from_db()
    assert client.name == "Ana"


def test_two_who_become_each_others_guardian_at_once_form_no_ring():
    anna, berta = make_client(), make_client()

    second = while_the_first_is_open(
        lambda: edit(anna, guardian=berta), lambda: edit(berta, guardian=anna)
    )

    with pytest.raises(clients.DetailInvalid):
        second.outcome()


def test_an_alert_waits_for_the_withdrawal_of_its_consent_and_is_then_refused():
    client = make_client()

    def consent(*, given):
        clients.record_consent(
            client=client,
            kind=ConsentKind.HEALTH,
            given=given,
            channel=ConsentChannel.DESK,
            now=NOW,
            actor=DESK,
        )

    consent(given=True)
    second = while_the_first_is_open(
        lambda: consent(given=False),
        lambda: clients.set_alert(client=client, text="Alergia", now=NOW, actor=DESK),
    )

    with pytest.raises(clients.HealthConsentMissing):
        second.outcome()
