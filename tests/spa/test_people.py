"""Who logs in, who treats, and how their names are shortened."""

import pytest

from spa.models import Client, Location, StaffMember, User
from spa.models.people import initials
from tests.factories import make_location, make_staff, make_user


@pytest.mark.django_db
def test_a_user_is_found_by_her_email_however_it_is_typed():
    marcela = User.objects.create_user("Marcela@Spa.Test", name="Marcela")

    assert marcela.email == "marcela@spa.test"
    assert User.objects.get_by_natural_key("MARCELA@spa.test") == marcela


@pytest.mark.django_db
def test_a_user_without_a_password_can_log_in_with_none():
    assert not make_user().has_usable_password()
    assert not make_user().check_password("")


@pytest.mark.django_db
def test_an_administrator_made_by_hand_works_everywhere():
    boss = User.objects.create_superuser("boss@spa.test", "long enough", name="Boss")

    assert (boss.is_superuser, boss.is_staff, boss.all_locations) == (True, True, True)
    assert boss.check_password("long enough")


@pytest.mark.django_db
def test_a_user_sees_the_locations_chosen_for_her_and_with_none_nothing():
    house, _other = make_location(), make_location()
    desk, boss = make_user(), make_user(all_locations=True)

    assert list(Location.objects.visible_to(desk)) == []
    desk.locations.add(house)
    assert list(Location.objects.visible_to(desk)) == [house]
    assert Location.objects.visible_to(boss).count() == 2


@pytest.mark.django_db
def test_staff_work_where_they_have_availability():
    house, other = make_location(), make_location()
    paola = make_staff(house)
    make_staff(other)

    assert list(StaffMember.objects.working_at(house)) == [paola]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Paola", "P"),
        ("Paola Andrea Ruiz", "PR"),
        ("ángela ñuste", "ÁÑ"),
        ("Ana (noche)", "A"),
        ("", ""),
        ("123", ""),
    ],
)
def test_a_person_is_shown_by_two_letters(name, letters):
    assert initials(name) == letters
    assert User(name=name).initials == StaffMember(name=name).initials == letters


def test_a_user_without_a_name_is_called_by_her_email():
    assert str(User(email="desk@spa.test")) == "desk@spa.test"
    assert str(User(email="desk@spa.test", name="Marcela")) == "Marcela"


@pytest.mark.parametrize(
    ("name", "first", "short"),
    [
        ("Mariana", "Mariana", "Mariana"),
        ("Mariana Echeverri", "Mariana", "Mariana E."),
        ("Mariana José Echeverri Ruiz", "Mariana", "Mariana José E."),
    ],
)
def test_a_therapist_sees_a_first_name_and_one_initial(name, first, short):
    client = Client(name=name)

    assert (client.first_name, client.short_name) == (first, short)
    assert StaffMember(name=name).first_name == first
