"""An alert is open once for its subject, and each manager who sees its house is told once."""

import pytest
from django.db import transaction

from spa.errors import RuleBroken, Stale
from spa.models import Alert, AlertKind, AuditLog, OutboxMessage, User
from spa.services import alerts, messages
from spa.services.audit import Actor
from spa.services.messages import send
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, at, make_location, make_user
from tests.spa.messages.post import Postman
from tests.tills import make_worker

K, SUBJECT = AlertKind.AMOUNT_MISMATCH, "10042-1-00001"
CENTS = 100_00

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db):
    return make_location()


@pytest.fixture
def manager(house):
    return works_at(house, make_worker("manager", all_locations=False))


def works_at(house, user: User) -> User:
    user.locations.add(house)
    return user


def raise_it(house=None, *, subject=SUBJECT, now=NOW) -> bool:
    return alerts.raise_alert(K, subject, now=now, location_id=house and house.pk, cents=CENTS)


def told() -> list[int]:
    """Return the keys of those who have a message."""
    return sorted(int(one) for one in OutboxMessage.objects.values_list("occasion", flat=True))


def test_an_alert_is_a_message_to_the_manager_and_names_no_client(house, manager):
    assert raise_it(house)

    alert, message = Alert.objects.get(), OutboxMessage.objects.get()
    assert (alert.kind, alert.facts, alert.opened_at) == (K, {"cents": CENTS}, NOW)
    assert (message.kind, message.subject) == ("MANAGER_ALERT", f"alert:{alert.pk}")
    assert (message.occasion, message.client, message.location) == (str(manager.pk), None, house)


def test_what_is_open_is_not_raised_again(house, manager):
    raise_it(house)

    assert not raise_it(house, now=at(9))
    assert (Alert.objects.count(), told()) == (1, [manager.pk])


def test_what_was_closed_is_raised_and_told_anew(house, manager):
    raise_it(house)
    alerts.settle(K, SUBJECT, now=at(8))

    assert raise_it(house, now=at(9))
    assert told() == [manager.pk, manager.pk]


def test_only_managers_who_see_that_house_are_told(house, manager):
    everywhere = make_worker("manager")
    boss = make_user(is_superuser=True, all_locations=True)
    works_at(make_location(), make_worker("manager", all_locations=False))
    works_at(house, make_worker("manager", all_locations=False, is_active=False))
    works_at(house, make_worker("receptionist", all_locations=False))

    raise_it(house)

    assert told() == sorted([manager.pk, everywhere.pk, boss.pk])


def test_what_concerns_no_house_is_told_to_all_managers(house, manager):
    other = works_at(make_location(), make_worker("manager", all_locations=False))

    raise_it()

    assert told() == sorted([manager.pk, other.pk])


def test_without_a_house_or_a_manager_the_alert_stands_alone(db):
    assert raise_it()
    make_location()
    assert raise_it(subject="10042-1-00002")

    assert (Alert.objects.count(), told()) == (2, [])


def test_a_rollback_takes_the_messages_too(house, manager):
    with transaction.atomic():
        raise_it(house)
        transaction.set_rollback(True)

    assert (Alert.objects.count(), told()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_alert_and_one_mail_each(house, manager):
    other = works_at(house, make_worker("manager", all_locations=False))
    with open_transaction():
        assert raise_it(house)
        second = Thread(lambda: transaction.atomic(raise_it)(house))
        second.start()
        assert "spa_alert" in wait_until_somebody_waits_for_a_lock()

    assert second.outcome() is False
    assert (Alert.objects.count(), told()) == (1, sorted([manager.pk, other.pk]))


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_one_that_was_rolled_back_raises_it_herself(house, manager):
    with transaction.atomic():
        raise_it(house)
        second = Thread(lambda: transaction.atomic(raise_it)(house))
        second.start()
        wait_until_somebody_waits_for_a_lock()
        transaction.set_rollback(True)

    assert second.outcome() is True
    assert (Alert.objects.count(), told()) == (1, [manager.pk])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_have_seen_it_at_once_the_second_waits_and_is_told(house, manager):
    raise_it(house)
    alert = Alert.objects.get()

    def see():
        return alerts.close(alert=alert, now=NOW, actor=Actor(user=manager))

    with open_transaction():
        see()
        second = Thread(see)
        second.start()
        assert "spa_alert" in wait_until_somebody_waits_for_a_lock()

    with pytest.raises(Stale):
        second.outcome()


# -- Sent -------------------------------------------------------------------------------------
def left(*, now=NOW) -> list[str]:
    """Send whatever is due; return to whom."""
    postman = Postman()
    for key in send.due(now=now, most=10):
        send.send(key, now=now, deliver=postman)
    return [letter.to for letter in postman.letters]


def dropped() -> str:
    return OutboxMessage.objects.get().drop_reason


def test_it_leaves_to_the_address_of_the_manager(house, manager):
    raise_it(house)

    assert left() == [manager.email]
    assert OutboxMessage.objects.get().state == "sent"


def test_it_waits_for_the_end_of_the_quiet_hours(house, manager):
    raise_it(house, now=at(22))

    assert left(now=at(22)) == []
    assert OutboxMessage.objects.get().state == "waiting"


def test_an_alert_that_is_over_is_not_told(house, manager):
    raise_it(house)
    alerts.settle(K, SUBJECT, now=NOW)

    assert (left(), dropped()) == ([], "untrue")


@pytest.mark.parametrize("change", [{"is_active": False}, {"groups": []}, {"locations": []}])
def test_who_is_no_manager_there_any_more_is_not_told(house, manager, change):
    raise_it(house)
    for name, value in change.items():
        field = getattr(manager, name)
        field.set(value) if isinstance(value, list) else setattr(manager, name, value)
    manager.save()

    assert (left(), dropped()) == ([], "untrue")


def test_an_address_that_is_none_is_not_written_to(house, manager):
    raise_it(house)
    User.objects.filter(pk=manager.pk).update(email="gerente@")

    assert (left(), dropped()) == ([], "bad_address")


def test_one_that_was_given_up_is_sent_again_and_audited_as_what_it_is(house, manager):
    raise_it(house)
    OutboxMessage.objects.update(state="dead", attempts=5, last_error_code="timeout")

    message = OutboxMessage.objects.get()
    messages.send_again(message=message, now=NOW, actor=Actor(user=manager))

    assert left() == [manager.email]
    assert AuditLog.objects.get(action="MESSAGE_SENT_AGAIN").subject == message.subject


@pytest.mark.parametrize("kind", alerts.END_BY_THEMSELVES)
def test_what_ends_by_itself_is_not_closed_by_hand(manager, kind):
    alerts.raise_alert(kind, "wompi", now=NOW)

    with pytest.raises(RuleBroken) as refused:
        alerts.close(alert=Alert.objects.get(), now=at(8), actor=Actor(user=manager))

    assert refused.value.facts["reason"] == "ends_by_itself"
    assert Alert.objects.get().closed_at is None
