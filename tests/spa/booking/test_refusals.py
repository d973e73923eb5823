"""Which errors of the database are somebody's fortune, and which are our bugs."""

import pytest
from django.db import IntegrityError, transaction

from spa.models import SLOT_CONSTRAINTS
from spa.services import booking
from spa.services.booking.refusals import slot_refusals
from tests.spa.constraints import booking as attempts
from tests.spa.constraints.attempts import ATTEMPTS

SLOT = [one for one in ATTEMPTS if one.constraint in SLOT_CONSTRAINTS]


@pytest.mark.django_db
@pytest.mark.parametrize("attempt", SLOT, ids=lambda one: one.name)
def test_a_breach_of_a_slot_constraint_means_somebody_was_faster(attempt):
    with pytest.raises(booking.SlotTaken), slot_refusals(), transaction.atomic():
        attempt.write()


@pytest.mark.django_db
def test_any_other_breach_is_a_bug_and_stays_one():
    with pytest.raises(IntegrityError), slot_refusals(), transaction.atomic():
        attempts.an_item_with_nobody_nowhere()


def test_an_integrity_error_without_a_name_stays_one():
    with pytest.raises(IntegrityError), slot_refusals():
        raise IntegrityError
