"""Two people edit one client: the second is told, and nothing of the first is lost."""

from uuid import uuid4

import pytest

from spa.errors import Stale
from spa.models import ClientChange
from spa.services import clients
from spa.services.audit import Actor
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, make_client, make_user

DESK = Actor()


def edit(client, actor=DESK, **changes):
    return clients.edit(client=client, now=NOW, actor=actor, **changes)


@pytest.mark.django_db
def test_each_edit_makes_a_new_version_and_one_that_changes_nothing_does_not():
    client = make_client(name="Ana")

    assert edit(client, version=1, name="Ana Ruiz").version == 2
    assert edit(client, version=2, name="Ana Ruiz").version == 2


@pytest.mark.django_db
def test_an_edit_of_what_was_shown_before_another_edit_is_stale():
    client = make_client(name="Ana")
    edit(client, version=1, name="Ana Ruiz")

    with pytest.raises(Stale) as refusal:
        edit(client, version=1, name="Ana Pérez")

    client.refresh_from_db()
    assert refusal.value.facts == {"version": 2, "fields": ["name"]}
    assert (client.name, ClientChange.objects.count()) == ("Ana Ruiz", 1)


@pytest.mark.django_db
def test_the_same_request_sent_again_is_not_stale():
    client = make_client(name="Ana")
    actor = Actor(user=make_user(), request_id=uuid4())

    edit(client, actor, version=1, name="Ana Ruiz")

    assert edit(client, actor, version=1, name="Ana Ruiz").name == "Ana Ruiz"


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_edits_at_once_waits_and_is_then_stale():
    client = make_client(name="Ana")

    with open_transaction():
        edit(client, version=1, name="Ana Ruiz")
        thread = Thread(lambda: edit(client, version=1, phone="301 456 1278"))
        thread.start()
        assert "spa_client" in wait_until_somebody_waits_for_a_lock()

    with pytest.raises(Stale):
        thread.outcome()


@pytest.mark.django_db
def test_an_alert_and_its_consent_are_one_step():
    client = make_client()

    kept = clients.set_alert(
        client=client, text="alergia: látex", consent_by="desk", now=NOW, actor=DESK
    )

    assert kept.alert == "alergia: látex"
    assert client.consents.get().kind == "health"


@pytest.mark.django_db
def test_clearing_an_alert_records_no_consent():
    client = make_client()

    clients.set_alert(client=client, text="", consent_by="desk", now=NOW, actor=DESK)

    assert not client.consents.exists()
