"""What one test commits, the next never sees."""

import pytest
from django.contrib.auth.models import Group

from spa.models import AuditLog, Location, SpaPolicy
from spa.services import audit
from spa.services.audit import Actor
from tests.factories import NOW, make_location
from tests.flush import sweep


@pytest.mark.django_db(transaction=True)
def test_a_sweep_leaves_what_a_migration_leaves_and_nothing_else():
    audit.record("ADMIN_ENDPOINT_HIT", subject="page:x", actor=Actor(), now=NOW, view="x")
    make_location()
    SpaPolicy.objects.update(deposit_percent=50)
    Group.objects.all().delete()

    sweep()

    assert (AuditLog.objects.count(), Location.objects.count()) == (0, 0)
    assert SpaPolicy.current().deposit_percent == SpaPolicy().deposit_percent
    assert Group.objects.get(name="receptionist").permissions.exists()
