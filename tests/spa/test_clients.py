"""Finding who is meant, however it is typed."""

import pytest

from spa.models import Client
from tests.factories import make_client


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "Mariana Echeverri",
        "echeverri mariana",
        "MARIANA",
        "mari ech",
        "Marianna Echeverry",
        "jose",
        "300 456 12 78",
        "4561278",
    ],
)
def test_a_client_is_found(typed):
    wanted = make_client(name="Mariana José Echeverri", phone="+573004561278")
    make_client(name="Felipe Restrepo")

    assert Client.objects.matching(typed).first() == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "  ", "%", "___", "'; --", "x" * 10_000, "Zulma"])
def test_nobody_is_found_for_what_fits_nobody(typed):
    make_client(name="Mariana Echeverri")

    assert list(Client.objects.matching(typed)) == []
