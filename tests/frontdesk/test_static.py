"""Stylesheets and scripts as production serves them: under names that change with them."""

import re

import pytest
from django.core.management import call_command


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "frontdesk.static.HashedStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_what_a_script_imports_has_a_name_of_its_content_too(collected):
    [script] = collected.glob("js/drag.????????????.js")
    [imported] = re.findall(r'from "\./([^"]+)"', script.read_text())

    assert re.fullmatch(r"moving\.[0-9a-f]{12}\.js", imported)
    assert (collected / "js" / imported).exists()
    assert (collected / "js" / f"{imported}.br").exists()
