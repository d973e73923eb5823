"""Spanish and English are complete, and what is shown is what was translated."""

from pathlib import Path

import polib
import pytest
from django.conf import settings

CATALOGUES = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"))


def test_there_are_two_languages():
    assert [path.parts[-3] for path in CATALOGUES] == ["en", "es"]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_no_text_is_untranslated_or_doubtful(path):
    catalogue = polib.pofile(path)

    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_the_written_one(path):
    def texts(catalogue):
        return {(entry.msgctxt, entry.msgid): entry.msgstr for entry in catalogue}

    assert texts(polib.mofile(path.with_suffix(".mo"))) == texts(polib.pofile(path))
