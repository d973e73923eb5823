"""Health data opens only where it was written, with a key that we still have."""

import base64

import pytest

from spa import encryption

PLACE = {"table": "client", "pk": 7, "field": "alert"}


def test_what_is_sealed_opens_at_its_own_place():
    sealed = encryption.encrypt("Alergia: frutos secos", **PLACE)

    assert "frutos" not in sealed
    assert encryption.decrypt(sealed, **PLACE) == "Alergia: frutos secos"


@pytest.mark.parametrize("moved", [{"pk": 8}, {"table": "note"}, {"field": "name"}])
def test_a_ciphertext_that_was_moved_does_not_open(moved):
    sealed = encryption.encrypt("Alergia", **PLACE)

    with pytest.raises(encryption.CannotDecrypt):
        encryption.decrypt(sealed, **{**PLACE, **moved})


@pytest.mark.parametrize("broken", ["", "a.b", "x.y.z", "no token at all"])
def test_what_is_no_token_does_not_open(broken):
    with pytest.raises(encryption.CannotDecrypt):
        encryption.decrypt(broken, **PLACE)


def test_a_new_key_seals_and_the_old_one_still_opens(settings):
    sealed = encryption.encrypt("Alergia", **PLACE)
    settings.FIELD_KEYS = [base64.b64encode(b"n" * 32).decode(), *settings.FIELD_KEYS]

    assert encryption.decrypt(sealed, **PLACE) == "Alergia"
    assert encryption.encrypt("Alergia", **PLACE)[:8] != sealed[:8]
