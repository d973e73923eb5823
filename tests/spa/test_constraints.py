"""The database refuses what must never be, with the services bypassed, by the right name."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from spa.postgres.checks import check_now
from tests.spa.constraints.attempts import ATTEMPTS
from tests.spa.constraints.booking import make_visit_with

SUBJECTS = (
    *("booking", "books", "cash", "catalogue", "clients", "days"),
    *("figures", "gateway", "history", "limits", "messages", "money", "schedule"),
)
for subject in SUBJECTS:
    import_module(f"tests.spa.constraints.{subject}")

REFUSED = [attempt for attempt in ATTEMPTS if attempt.constraint]
ALLOWED = [attempt for attempt in ATTEMPTS if not attempt.constraint]


def commit(attempt) -> None:
    """Write in a transaction of its own, with what waits for its commit fired at its end."""
    with transaction.atomic():
        attempt.write()
        check_now()


@pytest.mark.django_db
@pytest.mark.parametrize("attempt", REFUSED, ids=lambda one: f"{one.constraint}: {one.name}")
def test_the_database_refuses(attempt):
    with pytest.raises(IntegrityError) as refusal:
        commit(attempt)

    assert refusal.value.__cause__.diag.constraint_name == attempt.constraint


@pytest.mark.django_db
@pytest.mark.parametrize("attempt", ALLOWED, ids=lambda one: one.name)
def test_the_database_allows(attempt):
    commit(attempt)


@pytest.mark.django_db(transaction=True)
def test_what_is_checked_at_commit_is_refused_by_the_commit_itself():
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        make_visit_with(occupies=False)

    name = refusal.value.__cause__.diag.constraint_name
    assert name == "item_occupies_as_its_status_says"


def test_there_is_an_attempt_to_break_every_constraint():
    ours = {
        constraint.name
        for model in apps.get_app_config("spa").get_models()
        for constraint in model._meta.constraints
    }

    assert ours - {attempt.constraint for attempt in REFUSED} == set()


@pytest.mark.django_db
def test_every_constraint_of_the_models_stands_in_the_database_and_is_valid():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE convalidated"
            " UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique"
        )
        there = {name for (name,) in cursor.fetchall()}

    ours = {
        constraint.name
        for model in apps.get_app_config("spa").get_models()
        for constraint in model._meta.constraints
    }
    assert ours - there == set()


@pytest.mark.django_db
def test_there_is_an_attempt_to_get_past_every_trigger():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal"
            " AND tgrelid::regclass::text LIKE 'spa\\_%'"
        )
        triggers = {name for (name,) in cursor.fetchall()}

    assert triggers - {attempt.trigger for attempt in REFUSED} == set()
