"""How a name is shortened: by its given names and its first surname."""

import pytest

from spa.names import short


@pytest.mark.parametrize(
    ("name", "shortened"),
    [
        ("Shakira", "Shakira"),
        ("Mariana Echeverri", "Mariana E."),
        ("Mariana Echeverri Lozano", "Mariana E."),
        ("María José Castaño", "María José C."),
        ("Jhon Jairo Patiño", "Jhon Jairo P."),
        ("María Fernanda Gómez Ruiz", "María Fernanda G."),
        ("Ana María de la Torre Ruiz", "Ana María T."),
        ("María del Pilar Gómez", "María del Pilar G."),
        ("María de los Ángeles Ruiz Mesa", "María de los Ángeles R."),
        ("Pedro de la Hoz", "Pedro H."),
        ("Luz Dary Ospina Peña", "Luz Dary O."),
        ("  Óscar   Ríos ", "Óscar R."),
        ("De la Rosa", "De R."),
        ("Ana de", "Ana d."),
    ],
)
def test_a_name_keeps_its_given_names_and_the_initial_of_its_first_surname(name, shortened):
    assert short(name) == shortened
