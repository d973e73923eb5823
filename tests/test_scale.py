"""The stylesheet of numbers is what this file says; `python -m tests.test_scale` writes it."""

from collections.abc import Iterator
from pathlib import Path

SHEET = Path(__file__).resolve().parent.parent / "static" / "css" / "scale.css"
# The calendar's scale: one class a number, since the content policy forbids style attributes.
# s start, n length, b buffer (units of five minutes); v percent; h hue. Every page carries the
# sheet: this is said here, and numbers of one last digit stand together, which compresses best.
HEAD = """\
/* Written by `python -m tests.test_scale`. */
@layer components {"""
NUMBERS = {
    "s": range(1, 313),
    "n": range(1, 313),
    "b": range(1, 37),
    "v": range(101),
    "h": range(0, 360, 10),
    "cols": range(1, 61),
    "hours": range(1, 27),
}


def sheet() -> str:
    return "\n".join([HEAD, *_rules(), "}"]) + "\n"


def _rules() -> Iterator[str]:
    for name, numbers in NUMBERS.items():
        in_order = sorted(numbers, key=lambda number: number % 10)
        yield from (f".{name}-{number}{{--{name}:{number}}}" for number in in_order)


def test_the_stylesheet_has_a_class_for_each_number():
    assert SHEET.read_text() == sheet()


if __name__ == "__main__":
    SHEET.write_text(sheet())
