"""What people type, made safe to keep."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as some

from spa.text import clean_name, visible

# Any code point at all, the hostile ones more often than chance would bring them.
HOSTILE = some.sampled_from(
    "\x00\x1b\x7f\u0085\u00ad\u200b\u200d\u202e\u2066\u2028\ufeff\u3164\ud800"
)
ANYTHING = some.lists(some.characters(codec=None) | HOSTILE | some.sampled_from(" \n\t\ré<>")).map(
    "".join
)


@settings(deadline=None)
@given(ANYTHING, some.booleans())
def test_nothing_invisible_is_kept_and_cleaning_twice_changes_nothing(typed, keep_lines):
    kept = visible(typed, keep_lines=keep_lines)

    assert visible(kept, keep_lines=keep_lines) == kept == kept.strip()
    assert unicodedata.is_normalized("NFC", kept)
    odd = {one for one in kept if unicodedata.category(one)[0] == "C"}
    assert odd <= ({"\n"} if keep_lines else set())


@settings(deadline=None)
@given(ANYTHING)
def test_a_name_is_refused_or_holds_a_letter_and_no_markup(typed):
    try:
        name = clean_name(typed)
    except ValidationError:
        return

    assert any(one.isalpha() for one in name)
    assert not {"<", ">", "\n"} & set(name)


@settings(deadline=None)
@given(some.text(alphabet="abcñÁé ,.'-", min_size=1).filter(lambda text: text.strip(" ,.'-")))
def test_an_ordinary_text_is_kept_letter_for_letter(typed):
    assert visible(typed).replace(" ", "") == typed.replace(" ", "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" \t\r\n ", ""),
        ("one\ttwo\r\nthree", "one two three"),
        ("one  \u00a0 two", "one two"),
        ("pass\u00adword", "password"),
        ("\ufeffAna", "Ana"),
        ("e\u200d\u0301", "é"),
        ("abc\u202edef\u202c", "abcdef"),
        ("x" * 10_000, "x" * 10_000),
    ],
)
def test_white_space_becomes_one_space_and_what_hides_goes(typed, kept):
    assert visible(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\r\ntwo\n\nthree\t four", "one\ntwo\n\nthree four"),
        ("\n one \n", "one"),
        ("one\rtwo", "one two"),
    ],
)
def test_a_note_keeps_its_lines(typed, kept):
    assert visible(typed, keep_lines=True) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("Ana <script>", "Ana>", "http://x.co", "Ana HTTPS:x", "Www.spa.co Ana", "ftp://ana"),
        *("ht\u200btp://x.co", "w\u202eww.ana.co"),
    ],
)
def test_a_name_is_no_markup_and_no_address_even_when_it_hides(typed):
    with pytest.raises(ValidationError) as refusal:
        clean_name(typed)

    assert refusal.value.code == "name"


@pytest.mark.parametrize("typed", ["", "  ", "\u202e", "...", "007", "🌸", "\u115f\u1160"])
def test_a_name_needs_a_letter(typed):
    with pytest.raises(ValidationError) as refusal:
        clean_name(typed)

    assert refusal.value.code == "required"
