"""Whom a name typed in a hurry finds: among two thousand, and by the index."""

import time

import pytest
from django.db import connection
from django.db.models import Value

from spa.models import Client
from spa.models.clients import Sound
from tests.factories import NOW, make_client
from tests.names import misspellings, names, plain

pytestmark = pytest.mark.django_db


def write_clients(number):
    return Client.objects.bulk_create(
        Client(name=name, phone=f"+5731{at:08d}", email=f"c{at}@correo.test", created_at=NOW)
        for at, name in enumerate(names(number))
    )


def leave_only_bitmaps(cursor):
    """A small table is faster read whole; the drill sees the plan's speed at 20,000."""
    for way in ("seqscan", "indexscan", "indexonlyscan"):
        cursor.execute(f"SET LOCAL enable_{way} = off")


def is_right(client, typed):
    """Say whether the client has all the names that were meant: nobody could tell them apart."""
    return set(typed.meant) <= set(plain(client.name).split())


def test_98_of_100_misspelt_names_are_among_the_first_three_of_two_thousand():
    house = [client.name for client in write_clients(2_000)]
    every = misspellings(house, 200)  # the drill takes 500 of 20,000

    missed = [
        typed
        for typed in every
        if not any(is_right(found, typed) for found in Client.objects.matching(typed.text)[:3])
    ]

    assert len(missed) <= len(every) * 0.02, missed


def test_what_resembles_no_name_finds_nobody():
    write_clients(2_000)
    keys = ("xxqq", "qwerty", "zzz", "kkkk", "fff", "xyz", "asdf", "jjj qqq")

    assert {typed: list(Client.objects.matching(typed)) for typed in keys} == {
        typed: [] for typed in keys
    }


def test_only_who_sounds_alike_is_looked_at():
    write_clients(50)
    with connection.cursor() as cursor:
        leave_only_bitmaps(cursor)

    # By their keys, in whichever index the planner reads those; never one row after the other.
    plan = Client.objects.matching("mariana").explain()
    assert "Index Cond: (id = ANY (" in plan
    assert "Seq Scan on spa_client " not in plan


def test_a_name_is_found_by_the_index():
    write_clients(50)
    with connection.cursor() as cursor:
        leave_only_bitmaps(cursor)
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'spa_clients_alike'")
        body = cursor.fetchone()[0].replace("typed", "'marianna echeverry'")
        cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.4")
        cursor.execute(f"EXPLAIN {body}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "client_by_sound" in plan


@pytest.mark.parametrize(
    ("typed", "index"),
    [("300 456 12", "client_by_phone"), ("mariana@correo.test", "client_by_email")],
)
def test_digits_and_addresses_are_found_by_their_index(typed, index):
    write_clients(50)
    with connection.cursor() as cursor:
        leave_only_bitmaps(cursor)

    assert index in Client.objects.matching(typed).explain()


def test_the_session_keeps_no_setting_of_the_search():
    make_client(name="Mariana Echeverri")

    list(Client.objects.matching("mariana"))

    with connection.cursor() as cursor:
        cursor.execute("SHOW pg_trgm.word_similarity_threshold")
        assert cursor.fetchone() == ("0.6",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Echeverry", "Echeverri"),
        ("Hernández", "ernandes"),
        ("Velásquez", "Belasques"),
        ("Giraldo", "Jiraldo"),
        ("Cecilia", "Sesilia"),
        ("Llano", "Yano"),
        ("Quiñones", "Kinones"),
        ("Guerrero", "Guerero"),
        ("Ximena Ñáñez", "XIMENA NANEZ"),
        ("Jhon", "Jon"),
        ("Sophia", "Sofía"),
    ],
)
def test_what_sounds_alike_is_written_one_way(one, other):
    sound = make_client(name=one).search_sound

    assert sound == Client.objects.values_list(Sound(Value(other)), flat=True).get()


def test_what_sounds_different_stays_apart():
    assert make_client(name="Rosa").search_sound != make_client(name="Sara").search_sound


def test_digits_beside_a_name_narrow_it():
    make_client(name="Mariana Echeverri", phone="+573004561278")
    other = make_client(name="Mariana Echeverri", phone="+573104561279")

    assert list(Client.objects.matching("mariana 310 456")) == [other]


@pytest.mark.parametrize("typed", ["ANA.RUIZ@correo.test", "ruiz@correo", "ana.ruiz@"])
def test_an_address_is_found_by_a_part_of_it(typed):
    wanted = make_client(email="ana.ruiz@correo.test")
    make_client(email="otra@correo.test")

    assert list(Client.objects.matching(typed)) == [wanted]


@pytest.mark.parametrize("typed", ["@", "@@@", "12", "%%%", "_@_", "a@%", "\\", "''; --"])
def test_what_says_nothing_finds_nobody(typed):
    make_client(email="ana.ruiz@correo.test", phone="+573004561278")

    assert list(Client.objects.matching(typed)) == []


def test_who_begins_with_what_is_being_typed_comes_first():
    make_client(name="Ana María Restrepo")
    wanted = make_client(name="María Zapata")

    assert Client.objects.matching("mar").first() == wanted


def test_a_huge_text_is_cut_and_costs_little():
    write_clients(200)

    began = time.perf_counter()
    list(Client.objects.matching("maria " * 10_000)[:8])

    assert time.perf_counter() - began < 1


def test_who_has_the_same_phone_or_almost_the_same_name_may_be_the_same():
    mariana = make_client(name="Mariana Echeverri Lozano", phone="+573004561278")
    by_name = make_client(name="Mariana Echeverry Losano")
    by_phone = make_client(name="Felipe Restrepo", phone="+573004561278")
    make_client(name="Mariana Restrepo Lozano")
    make_client(name="Mariana Echeverri Echeverri")

    found = list(Client.objects.same_as(mariana))

    assert found == [by_phone, by_name]
    assert [each.same_phone for each in found] == [True, False]
