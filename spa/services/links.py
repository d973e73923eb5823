"""Secret links: a public id and its HMAC, formed when shown or sent, never stored (SEC-25).

A stolen database yields no link, a stolen key none without the random ids in it. `kind` keeps the
link of one page from opening another, `version` lies in the row and ends what was given out.
"""

import base64
import binascii
import hmac
from uuid import UUID

from django.conf import settings

PAY, RETURN = "pay", "return"
_ID_BYTES, _SUM_BYTES = 16, 32
LENGTH = 64  # characters, of base64


def token(kind: str, public_id: UUID, version: int) -> str:
    """Return the link's secret part, signed with the first of `LINK_KEYS`."""
    return _text(public_id.bytes + _sum(settings.LINK_KEYS[0], kind, public_id, version))


def public_id(text: str) -> UUID | None:
    """Return the id that a token names, not checked yet; None if it is no token at all."""
    found = _bytes(text)
    return UUID(bytes=found[:_ID_BYTES]) if found else None


def is_valid(kind: str, text: str, version: int) -> bool:
    """Say, in constant time, whether a token is one of ours for that kind and version."""
    found = _bytes(text)
    if found is None:
        return False
    theirs, row = found[_ID_BYTES:], UUID(bytes=found[:_ID_BYTES])
    ours = (_sum(key, kind, row, version) for key in settings.LINK_KEYS)
    return any(hmac.compare_digest(theirs, one) for one in ours)


def _sum(key: str, kind: str, row: UUID, version: int) -> bytes:
    return hmac.digest(key.encode(), b"%s|%s|%d" % (kind.encode(), row.bytes, version), "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _bytes(text: str) -> bytes | None:
    if len(text) != LENGTH:
        return None
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # The decoder would take "+" for "-", too: a link has one spelling.
    return raw if len(raw) == _ID_BYTES + _SUM_BYTES and _text(raw) == text else None
