"""A seed brings back what was made, however the last test left it."""

import pytest
from django.contrib.auth.models import Group

from spa.models import AuditLog, Client, User
from spa.services import audit
from spa.services.audit import Actor
from tests.factories import NOW, make_client, make_user
from tests.flush import sweep
from tests.seeds import Seed


def make_guest() -> Client:
    make_user(email="desk@spa.test").groups.add(Group.objects.get(name="receptionist"))
    audit.record("ADMIN_ENDPOINT_HIT", subject="page:x", actor=Actor(), now=NOW, view="x")
    return make_client(name="Mariana Echeverri")


@pytest.mark.django_db(transaction=True)
def test_a_seed_is_made_once_and_sown_as_often_as_wanted():
    made = []
    seed = Seed(lambda: made.append(make_guest()) or made[0])
    for _ in range(3):
        guest = seed.sow()
        assert Client.objects.get() == guest
        assert guest.name == "Mariana Echeverri"
        assert User.objects.get().groups.get().permissions.exists()
        assert AuditLog.objects.count() == 1
        guest.name = "Somebody else"
        guest.save()
        make_client()
        sweep()

    assert (len(made), Client.objects.count()) == (1, 0)
