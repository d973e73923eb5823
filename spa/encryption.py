"""Encryption of health data at rest: AES-256-GCM, bound to the place where it is stored.

The text of a token is `key id . nonce . ciphertext`. Table, primary key and field are its
associated data, so that a ciphertext copied to another row or column does not open
(`security.md`, SEC-38).
"""

import base64
import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12  # 96 bits, random: far from repeating at a spa's number of notes


class CannotDecrypt(Exception):
    """The key is gone, or the ciphertext was moved or changed. A fault, never a refusal."""


@lru_cache(maxsize=8)
def _keys(encoded: tuple[str, ...]) -> dict[str, AESGCM]:
    keys = [base64.b64decode(key) for key in encoded]
    return {hashlib.sha256(key).hexdigest()[:8]: AESGCM(key) for key in keys}


def _place(table: str, pk: int, field: str) -> bytes:
    return f"{table}|{pk}|{field}".encode()


def encrypt(text: str, *, table: str, pk: int, field: str) -> str:
    """Return `text` as a token that opens only at that table, row and field."""
    key_id, key = next(iter(_keys(tuple(settings.FIELD_KEYS)).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = key.encrypt(nonce, text.encode(), _place(table, pk, field))
    return ".".join((key_id, *(base64.b64encode(part).decode() for part in (nonce, sealed))))


def decrypt(token: str, *, table: str, pk: int, field: str) -> str:
    """Return the text of `token`.

    :raises CannotDecrypt: its key is not in `FIELD_KEYS`, or it was made for another place
    """
    try:
        key_id, nonce, sealed = token.split(".")
        key = _keys(tuple(settings.FIELD_KEYS))[key_id]
        return key.decrypt(
            base64.b64decode(nonce), base64.b64decode(sealed), _place(table, pk, field)
        ).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise CannotDecrypt(f"{table}.{field} of row {pk}") from error
