"""Who works where, with which role."""

from django.contrib.auth.models import Group

from tests.factories import make_user


def worker(role, *locations, **fields):
    user = make_user(**fields)
    user.locations.set(locations)
    user.groups.set(Group.objects.filter(name=role))
    return user
