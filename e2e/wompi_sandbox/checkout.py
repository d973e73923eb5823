"""The hosted checkout: `GET /p/` shows what is to be paid, `POST /p/` plays an outcome."""

import http.client
from http import HTTPStatus
from urllib.parse import urlsplit

from e2e.wompi_sandbox import order as orders
from e2e.wompi_sandbox import pages
from e2e.wompi_sandbox.gateway import Gateway, Order, ReferenceUsed
from e2e.wompi_sandbox.transactions import (
    APPROVED,
    DECLINED,
    ERROR,
    FAILED,
    METHODS,
    PENDING,
    Transaction,
)
from e2e.wompi_sandbox.web import Answer, Request

OUTCOMES = (APPROVED, DECLINED, ERROR, PENDING)
USED = [("reference", "La referencia ya ha sido usada")]
PATIENCE = 10  # real seconds that the payer waits for an event to be answered


def show(gateway: Gateway, request: Request) -> Answer:
    order, problems = orders.read(gateway, request.pairs)
    if order and orders.is_used(gateway, order):
        problems = USED
    if problems:
        return refuse(problems)
    ends_at = orders.expiry(request.query)
    return Answer.html(
        pages.payment(gateway.merchant, order, query=request.query_string, ends_at=ends_at)
    )


def play(gateway: Gateway, request: Request) -> Answer:
    """Do what the payer chose: pay with an outcome, try again, or leave."""
    try:
        chosen = request.data()
    except ValueError:
        return refuse([("outcome", "Formato inválido")])
    is_paying = chosen.get("outcome") in OUTCOMES
    order, problems = orders.read(gateway, request.pairs, to_pay=is_paying)
    if problems:
        return refuse(problems)
    outcome, method = chosen.get("outcome", ""), chosen.get("method", "CARD")
    if outcome == "CLOSED":
        return Answer.html(pages.closed(gateway.merchant))
    again = chosen.get("second_try_of", "")
    if outcome == "AGAIN":
        if not gateway.may_be_tried_again(order.reference, again):
            return refuse(USED)
        ends_at = orders.expiry(request.query)
        facts = {"query": request.query_string, "ends_at": ends_at, "second_try_of": again}
        return Answer.html(pages.payment(gateway.merchant, order, **facts))
    if outcome not in OUTCOMES or method not in METHODS:
        return refuse([("outcome", "Formato inválido")])
    try:
        transaction, url = pay(gateway, order, method=method, outcome=outcome, again=again)
    except ReferenceUsed:
        return refuse(USED)
    if outcome in FAILED and gateway.settings.reattempt_seconds:
        facts = {"query": request.query_string, "back": url}
        return Answer.html(pages.failed(gateway.merchant, transaction, **facts))
    return Answer.redirect(url) if url else Answer.html(pages.result(gateway.merchant, transaction))


def pay(
    gateway: Gateway, order: Order, *, method: str, outcome: str, again: str = ""
) -> tuple[Transaction, str | None]:
    """Pay, and return with the transaction where the payer is sent then, if anywhere.

    :raises ReferenceUsed: the reference is burned
    """
    names = {f"redirect.{one}" for one in REDIRECTS}
    struck = gateway.faults.take(names, reference=order.reference, status=outcome)
    wait = struck.get("redirect.while_pending", {"seconds": 0})["seconds"]
    facts = {"method": method, "outcome": outcome, "second_try_of": again, "wait": wait}
    transaction = gateway.pay(order, **facts)
    if "redirect.after_event" in struck:
        gateway.timetable.settle(PATIENCE)
    if "redirect.missing" in struck:
        return transaction, None
    url = orders.way_back(
        transaction,
        transaction_id=_id_to_tell(gateway, transaction, struck),
        keeps_query="redirect.keeps_query" in struck,
    )
    if url and "redirect.repeated" in struck:
        _ask_for(url)
    return transaction, url


REDIRECTS = (
    "missing",
    "repeated",
    "forged",
    "declined",
    "while_pending",
    "after_event",
    "keeps_query",
)


def _id_to_tell(gateway: Gateway, transaction: Transaction, struck: dict[str, dict]) -> str:
    if forged := struck.get("redirect.forged"):
        return forged["id"] or _another(gateway, transaction, APPROVED)
    if "redirect.declined" in struck:
        return _another(gateway, transaction, DECLINED)
    return transaction.id


def _another(gateway: Gateway, transaction: Transaction, status: str) -> str:
    """Return the id of another transaction with that status; one of nobody where there is none."""
    others = [one.id for one in gateway.all() if one.status == status and one is not transaction]
    return others[-1] if others else f"{gateway.merchant.number}-1000000000-00000"


def _ask_for(address: str) -> None:
    """Open the way back once, as the payer's mail scanner or a second tab would."""
    url = urlsplit(address)
    secure = url.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(url.hostname, url.port, timeout=PATIENCE)
    try:
        connection.request("GET", f"{url.path or '/'}?{url.query}")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass  # the payer comes anyway
    finally:
        connection.close()


def refuse(problems: list[orders.Problem]) -> Answer:
    """Show what is wrong. Nothing is created, nothing is sent, nobody goes back."""
    return Answer.html(pages.problems(problems), HTTPStatus.UNPROCESSABLE_ENTITY)
