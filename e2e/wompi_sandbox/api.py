"""`/v1/`: what the merchant's server asks. Each function returns a status and JSON."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from e2e.wompi_sandbox.gateway import Gateway
from e2e.wompi_sandbox.transactions import Transaction, stamp
from e2e.wompi_sandbox.web import Answer, Request

MOST_ON_A_PAGE = 200


class Refused(Exception):
    def __init__(self, status: int, kind: str, reason: str | None = None, **messages: list) -> None:
        self.status = status
        told = {"reason": reason} if reason else {"messages": messages}
        self.body = {"error": {"type": kind, **told}, "meta": {"trace_id": secrets.token_hex(16)}}
        super().__init__(reason or str(messages))


@dataclass(frozen=True)
class Call:
    """A call that was recognised: where it goes, and whose transaction it is about, if any."""

    endpoint: str
    function: Callable
    argument: str = ""


def recognise(request: Request) -> Call | None:
    for method, pattern, endpoint, function in ROUTES:
        found = re.fullmatch(pattern, request.path)
        if found and method == request.method:
            return Call(endpoint, function, *found.groups())
    return None


def reference_of(gateway: Gateway, request: Request, call: Call) -> str:
    """Return the reference that a call is about, for the faults of only some references."""
    if call.endpoint == "transactions":
        return request.query.get("reference", "")
    transaction = gateway.transactions.get(call.argument)
    return transaction.reference if transaction else ""


def answer(gateway: Gateway, request: Request, call: Call | None) -> Answer:
    try:
        if call is None:
            raise _not_found()
        status, body = call.function(gateway, request, *filter(None, [call.argument]))
    except Refused as refusal:
        return Answer.json(refusal.body, refusal.status)
    return Answer.json(body, status)


# -- Keys -------------------------------------------------------------------------------------
def _key(request: Request) -> str:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind == "Bearer" else ""


def _ask_private(gateway: Gateway, request: Request) -> None:
    key = _key(request)
    if not key:
        raise _token("Se esperaba una llave pública o privada pero no se recibió ninguna")
    if not re.match(r"(prv|pub)_test_", key):
        told = f"La llave proporcionada no corresponde a este ambiente, se recibió: {key}"
        raise _token(told)
    if key != gateway.merchant.keys.private:
        raise _token("Llave no válida")


def _token(reason: str, status: int = HTTPStatus.UNAUTHORIZED) -> Refused:
    return Refused(status, "INVALID_ACCESS_TOKEN", reason)


def _not_found() -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, "NOT_FOUND_ERROR", "La entidad solicitada no existe")


def _invalid(**messages: list) -> Refused:
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "INPUT_VALIDATION_ERROR", **messages)


# -- Transactions -----------------------------------------------------------------------------
def read_transaction(gateway: Gateway, request: Request, number: str) -> tuple[int, dict]:
    """Without the private key everything is unknown, unless the old openness is switched on."""
    key = _key(request)
    if key and not re.match(r"(prv|pub)_test_", key):
        _ask_private(gateway, request)
    if key.startswith("prv_") and key != gateway.merchant.keys.private:
        raise _token("El token no tiene suficientes permisos", HTTPStatus.FORBIDDEN)
    transaction = gateway.transactions.get(number)
    may = key == gateway.merchant.keys.private or gateway.settings.open_transaction_reads
    if transaction is None or not may:
        raise _not_found()
    return HTTPStatus.OK, {"data": shown(gateway, transaction), "meta": {}}


def list_transactions(gateway: Gateway, request: Request) -> tuple[int, dict]:
    asked = request.query
    page, size = _paging(asked)
    _ask_private(gateway, request)
    found = [one for one in gateway.all() if _fits(one, asked)]
    names = {"created_at", "amount_in_cents", "finalized_at", "status", "reference"}
    by = asked.get("order_by") if asked.get("order_by") in names else "created_at"
    is_falling = asked.get("order", "DESC").upper() == "DESC"
    found.sort(key=lambda one: getattr(one, by) or one.created_at, reverse=is_falling)
    shown_here = found[(page - 1) * size : page * size]
    meta = {"page": page, "page_size": size, "total_results": len(found)}
    return HTTPStatus.OK, {"data": [shown(gateway, one) for one in shown_here], "meta": meta}


def _paging(asked: dict[str, str]) -> tuple[int, int]:
    """Dates and paging must be given where no reference is."""
    needed = ("from_date", "until_date", "page", "page_size")
    missing = {name: ["No está presente"] for name in needed if not asked.get(name)}
    if not asked.get("reference") and missing:
        raise _invalid(**missing)
    for name in needed[:2]:
        if asked.get(name):
            try:
                date.fromisoformat(asked[name])
            except ValueError:
                raise _invalid(**{name: ["Formato inválido"]}) from None
    numbers = [asked.get("page") or "1", asked.get("page_size") or str(MOST_ON_A_PAGE)]
    for name, number in zip(needed[2:], numbers, strict=True):
        if not re.fullmatch(r"[1-9][0-9]{0,5}", number):
            raise _invalid(**{name: ["Formato inválido"]})
    if int(numbers[1]) > MOST_ON_A_PAGE:
        raise _invalid(page_size=[f"Debe ser menor o igual a {MOST_ON_A_PAGE}"])
    return int(numbers[0]), int(numbers[1])


def _fits(transaction: Transaction, asked: dict[str, str]) -> bool:
    seen = transaction.as_json()
    names = ("reference", "id", "status", "payment_method_type", "customer_email")
    day = transaction.created_at.date().isoformat()
    return (
        all(not asked.get(name) or seen[name] == asked[name] for name in names)
        and (not asked.get("from_date") or day >= asked["from_date"])
        and (not asked.get("until_date") or day <= asked["until_date"])
    )


def void_transaction(gateway: Gateway, request: Request, number: str) -> tuple[int, dict]:
    """Answer 201 in any case: whether it was accepted is told by the void's own status."""
    try:
        asked = request.data()
    except ValueError:
        raise _invalid(body=["Formato inválido"]) from None
    _ask_private(gateway, request)
    transaction = gateway.transactions.get(number)
    if transaction is None:
        raise _not_found()
    amount = asked.get("amount_in_cents", transaction.amount_in_cents)
    if amount != transaction.amount_in_cents:
        why_not = "Solo se admite la anulación total"
    else:
        why_not = gateway.void(transaction)
    core = ("id", "status", "amount_in_cents", "reference")
    data = {
        "status": "ERROR" if why_not else "APPROVED",
        "status_message": why_not,
        "transaction": {name: getattr(transaction, name) for name in core},
    }
    return HTTPStatus.CREATED, {"data": data, "meta": {"trace_id": secrets.token_hex(16)}}


def shown(gateway: Gateway, transaction: Transaction) -> dict:
    more = {
        "merchant": gateway.merchant.as_json(),
        "taxes": transaction.taxes,
        "tip_in_cents": None,
    }
    return transaction.as_json() | more


# -- The merchant -----------------------------------------------------------------------------
def merchant_info(gateway: Gateway, request: Request) -> tuple[int, dict]:
    return _merchant(gateway, request.headers.get("x-merchant-public-key", ""))


def merchant_by_path(gateway: Gateway, _request: Request, key: str) -> tuple[int, dict]:
    """The old address, announced as switched off since November 2026."""
    if not gateway.settings.old_merchants_path:
        raise _not_found()
    return _merchant(gateway, key)


def _merchant(gateway: Gateway, key: str) -> tuple[int, dict]:
    if not re.fullmatch(r"pub_[a-z]+_\w+", key):
        raise _invalid(public_key=["Formato inválido"])
    if key != gateway.merchant.keys.public:
        raise _not_found()
    accepted = ["CARD", "NEQUI", "PSE"]
    data = gateway.merchant.as_json() | {
        "active": True,
        "accepted_currencies": ["COP"],
        "validated_legal_id": None,
        "fraud_javascript_key": None,
        "fraud_groups": [],
        "accepted_payment_methods": accepted,
        "payment_methods": [
            {"name": one, "payment_processors": [{"name": one}]} for one in accepted
        ],
        "installments_config": {
            "enabled": True,
            "available_installments": [1, 2, 3, 6, 12, 24, 36],
        },
        "presigned_acceptance": _acceptance(gateway, "END_USER_POLICY"),
        "presigned_personal_data_auth": _acceptance(gateway, "PERSONAL_DATA_AUTH"),
        "click_to_pay_dpa_id": None,
        "mcc": None,
        "acquirer_id": None,
    }
    return HTTPStatus.OK, {"data": data, "meta": {}}


def _acceptance(gateway: Gateway, kind: str) -> dict:
    """A token for show: nothing here takes one, since only the hosted checkout pays."""
    now = stamp(gateway.clock.now())
    return {
        "acceptance_token": f"not-a-real-token-{now}-{secrets.token_hex(8)}",
        "permalink": f"https://example.test/{kind.lower()}.pdf",
        "type": kind,
    }


ROUTES = [
    ("GET", r"/v1/transactions", "transactions", list_transactions),
    ("GET", r"/v1/transactions/([\w-]+)", "transaction", read_transaction),
    ("POST", r"/v1/transactions/([\w-]+)/void", "void", void_transaction),
    ("GET", r"/v1/merchants/info", "merchant", merchant_info),
    ("GET", r"/v1/merchants/(\w+)", "merchant", merchant_by_path),
]
