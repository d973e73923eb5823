"""What is run by hand: `manage.py verify`."""

import pytest
from django.core.management import CommandError, call_command

from spa.services import verification


@pytest.mark.django_db
def test_verify_says_that_all_is_well(capsys):
    call_command("verify")

    assert capsys.readouterr().out == "Clean.\n"


def test_verify_lists_what_is_wrong_and_fails(monkeypatch, capsys):
    monkeypatch.setattr(verification, "findings", lambda **_when: iter(["one thing", "another"]))

    with pytest.raises(CommandError, match="2"):
        call_command("verify")
    assert capsys.readouterr().out == "one thing\nanother\n"
