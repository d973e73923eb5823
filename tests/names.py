"""Colombian names by the thousand, and the ways in which they are typed wrong. Seeded."""

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    "Adriana Alejandra Alejandro Alexandra Alfonso Alicia Álvaro Amparo Ana Andrea Andrés Ángela"
    " Antonio Arturo Beatriz Bernardo Blanca Camila Camilo Carlos Carmen Carolina Catalina Cecilia"
    " César Clara Claudia Constanza Cristian Cristina Daniel Daniela David Diana Diego Eduardo"
    " Elena Elizabeth Emilio Enrique Esperanza Esteban Esther Eugenia Fabián Felipe Fernanda"
    " Fernando Francisco Gabriel Gabriela Germán Gloria Gonzalo Guillermo Gustavo Héctor Helena"
    " Hernán Hugo Ignacio Inés Iván Jaime Jairo Javier Jennifer Jhon Joaquín Johana Jorge José"
    " Juan Juliana Julián Karen Laura Leidy Leonardo Liliana Lina Lorena Lucía Luis Luisa Luz"
    " Manuela Marcela Margarita María Mariana Mario Marta Martín Mateo Mauricio Mercedes Miguel"
    " Mónica Natalia Nelson Nicolás Nora Olga Óscar Pablo Paola Patricia Paula Pedro Pilar Rafael"
    " Ramiro Raúl Ricardo Roberto Rocío Rodrigo Rosa Rubén Samuel Sandra Santiago Sara Sebastián"
    " Sergio Silvia Sofía Sonia Stella Susana Tatiana Teresa Tomás Valentina Valeria Vanessa"
    " Verónica Vicente Víctor Viviana William Wilson Ximena Yaneth Yolanda Yuliana Zoraida"
)
FAMILY = _words(
    "Acevedo Acosta Agudelo Aguilar Aguirre Aldana Álvarez Alzate Amaya Angarita Arango Arbeláez"
    " Arboleda Arévalo Arias Aristizábal Arroyave Atehortúa Ávila Ayala Baena Barrera Barrios"
    " Becerra Bedoya Bejarano Beltrán Benavides Bermúdez Bernal Betancur Blanco Bohórquez Bonilla"
    " Botero Buitrago Bustamante Caballero Cabrera Caicedo Calderón Camacho Camargo Cano Carvajal"
    " Cárdenas Cardona Caro Carrillo Castaño Castillo Castro Ceballos Cepeda Chacón Chaparro"
    " Cifuentes Clavijo Contreras Correa Cortés Cuéllar Cuervo Delgado Díaz Duarte Duque Echeverri"
    " Escobar Espinosa Estrada Fajardo Fernández Figueroa Flórez Fonseca Forero Franco Gaitán"
    " Galeano Galindo Gallego Gallo Galvis García Garzón Gaviria Giraldo Gómez González Granados"
    " Guerrero Guevara Gutiérrez Guzmán Henao Hernández Herrera Hincapié Hoyos Hurtado Ibarra"
    " Jaramillo Jiménez Largo Leal León Lizcano Llano Londoño López Lozano Lugo Machado Maldonado"
    " Marín Márquez Martínez Medina Mejía Meléndez Méndez Mendoza Mesa Molina Monsalve Montes"
    " Montoya Mora Morales Moreno Mosquera Moya Muñoz Murcia Murillo Naranjo Navarro Nieto Niño"
    " Noguera Novoa Núñez Ocampo Ochoa Orjuela Orozco Ortega Ortiz Osorio Ospina Otálora Pabón"
    " Pacheco Padilla Páez Palacio Palomino Pardo Parra Patiño Paz Peláez Peña Perdomo Pérez"
    " Pineda Pinilla Pinto Pinzón Piñeros Polo Posada Prada Prieto Puentes Pulido Quevedo Quintero"
    " Quiroga Ramírez Ramos Rendón Restrepo Reyes Rincón Ríos Rivas Rivera Robayo Robledo Roa"
    " Rodríguez Rojas Roldán Romero Rosales Rubiano Rueda Ruiz Saavedra Salamanca Salazar Salcedo"
    " Saldarriaga Salgado Sánchez Sandoval Santana Sarmiento Sepúlveda Serna Serrano Sierra Silva"
    " Solano Solarte Soto Suárez Tamayo Téllez Tobón Toro Torres Tovar Trujillo Uribe Urrego"
    " Valderrama Valencia Vallejo Vanegas Varela Vargas Vásquez Vega Velandia Velásquez Vélez"
    " Vergara Villa Villalobos Villamizar Villegas Yepes Zambrano Zapata Zuluaga Zúñiga"
)


def names(number: int, *, seed: str = "names") -> list[str]:
    """Return so many full names: one or two given names, two family names."""
    chance = random.Random(seed)
    return [
        " ".join(chance.sample(GIVEN, chance.choice((1, 1, 2))) + chance.sample(FAMILY, 2))
        for _ in range(number)
    ]


def plain(text: str) -> str:
    """Return the text as whoever types in a hurry writes it: without capitals or accents."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


# -- Slips: each takes a word and gives it back wrong, or as it was where there is nothing to err
def drop_a_letter(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def double_a_letter(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at] + word[at:]


def swap_neighbours(word: str, chance: random.Random) -> str:
    at = chance.randrange(0, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def mistake_a_vowel(word: str, chance: random.Random) -> str:
    places = [at for at, letter in enumerate(word) if letter in "aeiou"]
    at = chance.choice(places)
    other = chance.choice([letter for letter in "aeiou" if letter != word[at]])
    return word[:at] + other + word[at + 1 :]


def _sounds(*pairs: tuple[str, str]) -> Callable[[str, random.Random], str]:
    def mistake(word: str, chance: random.Random) -> str:
        fits = [(found, wrong) for found, wrong in pairs if re.search(found, word)]
        return re.sub(*chance.choice(fits), word, count=1) if fits else word

    return mistake


SLIPS: tuple[Callable[[str, random.Random], str], ...] = (
    drop_a_letter,
    double_a_letter,
    swap_neighbours,
    mistake_a_vowel,
    _sounds(("b", "v"), ("v", "b")),
    _sounds(("z", "s"), ("s", "z"), ("c(?=[ei])", "s"), ("s(?=[ei])", "c")),
    _sounds(("ll", "y"), ("y", "ll")),
    _sounds(("^h", ""), ("(?<=[^c])h", ""), ("^(?=[aeiou])", "h")),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, and the words that were meant, right and plain."""

    text: str
    meant: tuple[str, ...]
    name: str


def misspellings(of: list[str], number: int, *, seed: str = "slips") -> list[Typed]:
    """Return names typed wrong: whole or short, in any order, with one or two slips.

    A slip that makes another real name ("Mario" for "María") is none: nobody could tell.
    """
    chance = random.Random(seed)
    real = {plain(word) for word in (*GIVEN, *FAMILY)}
    typed = []
    while len(typed) < number:
        name = chance.choice(of)
        words = [plain(word) for word in name.split()]
        # All of it; or one given name and one surname, as people say themselves.
        meant = words if chance.random() < 0.5 else [words[0], chance.choice(words[-2:])]
        wrong = list(meant)
        for at in chance.sample(range(len(wrong)), chance.choice((1, 1, 2))):
            slipped = chance.choice(SLIPS)(wrong[at], chance)
            wrong[at] = wrong[at] if slipped in real else slipped
        if chance.random() < 0.3:
            wrong = wrong[-1:] + wrong[:-1] if chance.random() < 0.5 else wrong[::-1]
        if wrong != meant:
            typed.append(Typed(" ".join(wrong), tuple(meant), name))
    return typed
