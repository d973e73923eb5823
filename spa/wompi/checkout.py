"""The address of Wompi's hosted checkout for one attempt to pay. No call is made for it."""

import re
import secrets
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from spa.wompi import signatures
from spa.wompi.keys import Keys

CURRENCY = "COP"
LEAST_CENTS = 1_500_00  # below it Wompi takes nothing
# 25 characters of Crockford's alphabet, 2^125 of them; at the end a letter, because the signed
# text goes on with the amount: no digit can move from one into the other.
REFERENCE = re.compile(r"SPA-[0-9A-HJKMNP-TV-Z]{25}[A-HJKMNP-TV-Z]", re.ASCII)
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS_AND_LETTERS = "0123456789" + _LETTERS


def new_reference() -> str:
    """Return a reference that no attempt has had; Wompi takes each only once."""
    body = "".join(secrets.choice(_DIGITS_AND_LETTERS) for _ in range(25))
    return f"SPA-{body}{secrets.choice(_LETTERS)}"


def checkout_url(
    *,
    keys: Keys,
    reference: str,
    amount_in_cents: int,
    expires_at: datetime,
    return_url: str,
    email: str = "",
) -> str:
    """Return where the payer's browser goes; the page there lets nobody start after `expires_at`.

    :param return_url: without a query, for Wompi's form drops it; it holds no token that pays
    :param email: fills in the payer's, which she may change there
    :raises ValueError: Wompi would show an error page: a fault of the caller
    """
    if not REFERENCE.fullmatch(reference):
        raise ValueError("no reference of ours")
    if amount_in_cents < LEAST_CENTS or amount_in_cents % 100:
        raise ValueError("an amount that Wompi does not take")
    back = urlsplit(return_url)
    if back.scheme not in {"https", "http"} or not back.netloc or back.query or back.fragment:
        raise ValueError("a return address with a query, or with no host")

    expiration_time = wire_time(expires_at)
    fields = {
        "public-key": keys.public,
        "currency": CURRENCY,
        "amount-in-cents": str(amount_in_cents),
        "reference": reference,
        "signature:integrity": signatures.integrity(
            reference=reference,
            amount_in_cents=amount_in_cents,
            currency=CURRENCY,
            expiration_time=expiration_time,
            secret=keys.integrity,
        ),
        "expiration-time": expiration_time,
        "redirect-url": return_url,
    }
    if email:
        fields["customer-data:email"] = email
    return f"{keys.checkout_url}/p/?{urlencode(fields)}"


def wire_time(moment: datetime) -> str:
    """Return an aware moment as Wompi writes it: `2026-12-01T05:00:00.000Z`."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    in_utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{in_utc.isoformat(timespec='milliseconds')}Z"
