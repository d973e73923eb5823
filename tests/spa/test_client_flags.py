"""Persona non grata by hand."""

from uuid import uuid4

import pytest

from spa.models import AuditLog, ClientChange
from spa.services import clients
from spa.services.audit import Actor
from tests.factories import NOW, make_client, make_user

DESK = Actor()


@pytest.mark.django_db
def test_a_client_is_blocked_by_hand_for_a_written_reason():
    client, manager = make_client(), make_user()

    clients.flag(client=client, reason=" Trató mal a Paola ", now=NOW, actor=Actor(user=manager))

    client.refresh_from_db()
    assert (client.persona_non_grata_since, client.persona_non_grata_manual) == (NOW, True)
    change = ClientChange.objects.get()
    assert (change.action, change.reason) == ("FLAG_NON_GRATA", "Trató mal a Paola")
    assert change.user == manager
    entry = AuditLog.objects.get(action="FLAG_NON_GRATA")
    assert (entry.reason_code, entry.user_id, entry.facts) == ("manual", manager.pk, {})


@pytest.mark.django_db
def test_a_block_is_lifted_for_a_written_reason():
    client = make_client(persona_non_grata_since=NOW, persona_non_grata_manual=True)

    clients.lift(client=client, reason="Pidió disculpas", now=NOW, actor=DESK)

    client.refresh_from_db()
    assert (client.is_blocked, client.persona_non_grata_manual) == (False, False)
    change = ClientChange.objects.get()
    assert (change.old_value, change.reason) == (NOW.isoformat(), "Pidió disculpas")
    assert AuditLog.objects.get().action == "LIFT_NON_GRATA"


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  ", "ab", "...", "123456", "a\u200bb", "x" * 501])
def test_neither_is_done_without_a_reason_that_says_something(reason):
    free, blocked = make_client(), make_client(persona_non_grata_since=NOW)

    for act, client in ((clients.flag, free), (clients.lift, blocked)):
        with pytest.raises(clients.DetailInvalid) as refusal:
            act(client=client, reason=reason, now=NOW, actor=DESK)
        assert refusal.value.facts["field"] == "reason"


@pytest.mark.django_db
def test_who_is_blocked_is_not_blocked_again_and_who_is_free_is_not_freed():
    free, blocked = make_client(), make_client(persona_non_grata_since=NOW)

    with pytest.raises(clients.AlreadyFlagged):
        clients.flag(client=blocked, reason="Otra vez", now=NOW, actor=DESK)
    with pytest.raises(clients.NotFlagged):
        clients.lift(client=free, reason="Otra vez", now=NOW, actor=DESK)


@pytest.mark.django_db
def test_blocking_and_lifting_sent_twice_act_once():
    client, manager = make_client(), make_user()

    for act in (clients.flag, clients.lift):
        actor = Actor(user=manager, request_id=uuid4())
        form = {"client": client, "reason": "Motivo", "now": NOW, "actor": actor}
        assert act(**form) == act(**form) == client

    log = AuditLog.objects.order_by("pk").values_list("action", flat=True)
    assert list(log) == ["FLAG_NON_GRATA", "LIFT_NON_GRATA"]
