"""Reads what a merchant put into the address of the hosted checkout, and finds fault with it."""

import hmac
import re
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlsplit

from e2e.wompi_sandbox import signing
from e2e.wompi_sandbox.gateway import Gateway, Order
from e2e.wompi_sandbox.transactions import Transaction

MISSING = "No está presente"
MANDATORY = ("public-key", "currency", "amount-in-cents", "reference", "signature:integrity")
ID_TYPES = {"CC", "CE", "NIT", "PP", "TI", "DNI", "RG", "OTHER"}
SHIPPING = ("address-line-1", "country", "city", "region", "phone-number")
LONGEST_REFERENCE = 255

Problem = tuple[str, str]  # the parameter, and what is wrong with it


def read(
    gateway: Gateway, pairs: list[tuple[str, str]], *, to_pay: bool = False
) -> tuple[Order | None, list[Problem]]:
    """Return the order, or else everything that is wrong with the address.

    `to_pay` counts the fault that lets a payment begin after its expiry; to look does not.
    """
    given = dict(pairs)
    problems = [
        (name, "Está repetido") for name, times in Counter(n for n, _ in pairs).items() if times > 1
    ]
    problems += [(name, MISSING) for name in MANDATORY if not given.get(name)]
    if not problems:
        problems = [
            *_of_the_key(gateway, given["public-key"]),
            *_of_the_money(gateway, given),
            *_of_the_reference(given["reference"]),
            *_of_the_signature(gateway, given),
            *_of_the_expiry(gateway, given, to_pay=to_pay),
            *_of_the_way_back(given),
            *_of_the_payer(given),
        ]
    return (None, problems) if problems else (_order(given), [])


def is_used(gateway: Gateway, order: Order) -> bool:
    return bool(gateway.by_reference(order.reference)) and not gateway.faults.is_on(
        "page.allows_used_reference"
    )


def _order(given: dict[str, str]) -> Order:
    prefix = "customer-data:"
    customer = {name.removeprefix(prefix): given[name] for name in given if name.startswith(prefix)}
    kinds = {"tax-in-cents:vat": "VAT", "tax-in-cents:consumption": "CONSUMPTION"}
    return Order(
        reference=given["reference"],
        amount_in_cents=int(given["amount-in-cents"]),
        currency=given["currency"],
        redirect_url=given.get("redirect-url", ""),
        customer=customer,
        taxes=[
            {"type": kind, "amount_in_cents": int(given[name])}
            for name, kind in kinds.items()
            if given.get(name, "").isdecimal()
        ],
    )


def _of_the_key(gateway: Gateway, key: str) -> list[Problem]:
    if not re.fullmatch(r"pub_[a-z]+_\w+", key):
        return [("public-key", "Formato inválido")]
    if not key.startswith("pub_test_"):
        return [("public-key", "La llave proporcionada no corresponde a este ambiente")]
    if key != gateway.merchant.keys.public:
        return [("public-key", "La entidad solicitada no existe")]
    return []


def _of_the_money(gateway: Gateway, given: dict[str, str]) -> list[Problem]:
    problems = [] if given["currency"] == "COP" else [("currency", "Debe ser igual a COP")]
    amount = given["amount-in-cents"]
    if not re.fullmatch(r"[1-9][0-9]{0,11}", amount):
        return [*problems, ("amount-in-cents", "Debe ser un número entero")]
    minimum = gateway.settings.minimum_in_cents
    if int(amount) < minimum:
        pesos = f"{minimum // 100:,}"
        problems.append(
            (
                "amount-in-cents",
                f"El monto mínimo de una transacción es ${pesos} exceptuando impuestos",
            )
        )
    if int(amount) % 100:
        problems.append(("amount-in-cents", "Los centavos deben ser 00"))
    return problems


def _of_the_reference(reference: str) -> list[Problem]:
    too_long = len(reference) > LONGEST_REFERENCE
    return [("reference", f"Tiene más de {LONGEST_REFERENCE} caracteres")] if too_long else []


def _of_the_signature(gateway: Gateway, given: dict[str, str]) -> list[Problem]:
    right = signing.integrity(
        reference=given["reference"],
        amount_in_cents=given["amount-in-cents"],
        currency=given["currency"],
        expiration=given.get("expiration-time", ""),
        secret=gateway.merchant.keys.integrity,
    )
    # The right digest in capitals is wrong, too.
    is_right = hmac.compare_digest(right.encode(), given["signature:integrity"].encode())
    return [] if is_right else [("signature:integrity", "La firma es inválida")]


def _of_the_expiry(gateway: Gateway, given: dict[str, str], *, to_pay: bool) -> list[Problem]:
    text = given.get("expiration-time")
    if not text:
        return []
    ends_at = expiry(given)
    if ends_at is None:
        return [("expiration-time", "Debe ser una fecha ISO 8601 en UTC")]
    if ends_at > gateway.clock.now():
        return []
    fault = "page.ignores_expiry"
    if to_pay:
        is_ignored = bool(gateway.faults.take({fault}, reference=given["reference"]))
    else:
        is_ignored = gateway.faults.is_on(fault)
    return [] if is_ignored else [("expiration-time", "El tiempo para pagar ya terminó")]


def expiry(given: dict[str, str]) -> datetime | None:
    """Return the moment until which the payment can begin; None without one that can be read."""
    text = given.get("expiration-time", "")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _of_the_way_back(given: dict[str, str]) -> list[Problem]:
    text = given.get("redirect-url")
    if not text:
        return []
    try:
        url = urlsplit(text)
        is_right = url.scheme in ("http", "https") and bool(url.hostname)
    except ValueError:
        is_right = False
    return [] if is_right else [("redirect-url", "Formato inválido")]


def _of_the_payer(given: dict[str, str]) -> list[Problem]:
    groups = [
        ("customer-data:phone-number", "customer-data:phone-number-prefix"),
        ("customer-data:legal-id", "customer-data:legal-id-type"),
    ]
    if any(name.startswith("shipping-address:") for name in given):
        groups.append(tuple(f"shipping-address:{part}" for part in SHIPPING))
    problems = []
    for group in groups:
        missing = [name for name in group if not given.get(name)]
        # A phone number needs its prefix and the other way round; without both, nobody asks.
        if missing and (group[0].startswith("shipping") or len(missing) < len(group)):
            problems += [(name, MISSING) for name in missing]
    kind = given.get("customer-data:legal-id-type")
    if kind and kind not in ID_TYPES:
        problems.append(("customer-data:legal-id-type", "Formato inválido"))
    email = given.get("customer-data:email")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        problems.append(("customer-data:email", "Email inválido"))
    return problems


def way_back(transaction: Transaction, *, transaction_id: str, keeps_query: bool) -> str | None:
    """Return where the payer goes, with `id` and `env`; a GET form drops the address's own query.

    None without a redirect URL.
    """
    if not transaction.redirect_url:
        return None
    url = urlsplit(transaction.redirect_url)
    query = f"id={transaction_id}&env=test"
    if keeps_query and url.query:
        query = f"{url.query}&{query}"
    return url._replace(query=query, fragment="").geturl()
