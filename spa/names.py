"""Where in a Colombian name the given names end: one or two of them, then one or two surnames."""

import unicodedata

# They belong to the word after them: "de la Torre", "del Pilar".
PARTICLES = frozenset(["de", "del", "la", "las", "los", "san", "santa", "y"])
# What is usual as the second given name; of three words it tells "Ana María Gómez" from
# "Ana Gómez Ruiz".
_SECOND = """
alberto alejandra alejandro alfonso alfredo amparo andrea andres angel angelica antonio arturo
augusto aurora beatriz camila camilo carlos carolina catalina cecilia consuelo cristina dary
david del_carmen del_mar del_pilar del_rosario del_socorro daniel daniela de_jesus
de_los_angeles edith eduardo elena elisa elvira enrique ernesto esperanza estela esteban eugenia
fabian felipe fernanda fernando francisco gabriel gabriela guillermo gustavo hernan hernando
humberto ignacio ines isabel isabella ivan jairo javier jesus jimena johana jorge jose juan
juliana julian julio karina laura leonardo leonor liliana lorena lucia luis luisa manuel marcela
margarita maria mariana marina mario martha mauricio mercedes miguel milena monica natalia
nicolas orlando oscar pablo paola patricia paulina pilar rafael ramiro raul ricardo roberto
rocio rodrigo rosa samuel sandra santiago sebastian sofia stella susana teresa valentina vanessa
veronica viviana ximena yaneth yesid
"""
SECOND = frozenset(_SECOND.split())


def parts(name: str) -> tuple[str, str]:
    """Return the given names and the first surname, which may be "": `María Fernanda`, `Gómez`."""
    units = _units(name)
    given = 1
    if len(units) > 3 or (len(units) == 3 and _plain(units[1]) in SECOND):
        given = 2
    return " ".join(units[:given]), units[given] if len(units) > given else ""


def short(name: str) -> str:
    """Return the given names and the initial of the first surname: `María Fernanda G.`."""
    given, surname = parts(name)
    return f"{given} {surname.split()[-1][0]}." if surname else given


def _units(name: str) -> list[str]:
    """Return the words, each with the particles before it; the first stands for itself."""
    units: list[str] = []
    held: list[str] = []
    for word in name.split():
        if units and word.lower() in PARTICLES:
            held.append(word)
        else:
            units.append(" ".join([*held, word]))
            held = []
    return [*units, " ".join(held)] if held else units


def _plain(unit: str) -> str:
    letters = unicodedata.normalize("NFKD", unit.lower())
    return "".join(one for one in letters if not unicodedata.combining(one)).replace(" ", "_")
