"""The roles and the policy row are there after every migrate, and stay as they are."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from spa.models import SpaPolicy
from spa.services import setup


def permissions(role):
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("role", setup.ROLES)
def test_each_role_has_exactly_its_permissions(role):
    assert permissions(role) == setup.ROLES[role]


@pytest.mark.django_db
def test_laying_down_again_repairs_the_roles_and_leaves_the_policy_alone():
    SpaPolicy.objects.update(deposit_percent=50)
    desk = Group.objects.get(name=setup.RECEPTIONIST)
    desk.permissions.set(Permission.objects.filter(codename="flag_client"))

    setup.lay_down()

    assert permissions(setup.RECEPTIONIST) == setup.ROLES[setup.RECEPTIONIST]
    assert SpaPolicy.current().deposit_percent == 50


@pytest.mark.django_db
def test_only_managers_may_block_a_client_or_override_a_rule():
    for codename in ("flag_client", "override_policy"):
        holders = Group.objects.filter(permissions__codename=codename)
        assert {group.name for group in holders} == {setup.MANAGER, setup.ADMINISTRATOR}


@pytest.mark.django_db(transaction=True)
def test_every_migration_can_be_taken_back_and_made_again():
    try:
        call_command("migrate", "spa", "zero", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)

    assert permissions(setup.THERAPIST) == setup.ROLES[setup.THERAPIST]
