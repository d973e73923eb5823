"""`/_control/`: switches, levers and what can be looked at. JSON in and out; forms come back."""

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from e2e.wompi_sandbox import checkout, control_page
from e2e.wompi_sandbox import order as orders
from e2e.wompi_sandbox.catalogue import CATALOGUE
from e2e.wompi_sandbox.gateway import Gateway, NoSuchMove, ReferenceUsed
from e2e.wompi_sandbox.merchant import read_as
from e2e.wompi_sandbox.transactions import METHODS
from e2e.wompi_sandbox.web import Answer, Request

PATIENCE = 30  # real seconds that `advance` and `settle` wait for what is due
HOME = "/_control/"


def answer(gateway: Gateway, request: Request) -> Answer:
    if request.method == "GET":
        if request.path == HOME:
            return Answer.html(control_page.page(gateway))
        look = LOOKS.get(request.path.removeprefix(HOME))
        return Answer.json(look(gateway)) if look else _unknown()
    lever = LEVERS.get(request.path.removeprefix(HOME))
    if lever is None:
        return _unknown()
    if not _is_from_here(request):
        return Answer.json({"detail": "Only its own page may do this."}, HTTPStatus.FORBIDDEN)
    try:
        told = lever(gateway, request.data())
    except KeyError as missing:
        return _refused(f"There is no {missing}.")
    except (ValueError, NoSuchMove) as error:
        return _refused(str(error))
    return Answer.redirect(HOME) if request.is_form else Answer.json(told)


def _is_from_here(request: Request) -> bool:
    """A page of another site must not reach into a developer's machine."""
    origin = request.headers.get("origin")
    return not origin or urlsplit(origin).netloc == request.headers.get("host")


def _unknown() -> Answer:
    return Answer.json({"detail": "No such address."}, HTTPStatus.NOT_FOUND)


def _refused(detail: str) -> Answer:
    return Answer.json({"detail": detail}, HTTPStatus.UNPROCESSABLE_ENTITY)


# -- To look at -------------------------------------------------------------------------------
def _faults(gateway: Gateway) -> dict:
    return {
        "active": gateway.faults.as_json(),
        "known": {name: asdict(fault) for name, fault in CATALOGUE.items()},
    }


LOOKS: dict[str, Callable[[Gateway], object]] = {
    "log": lambda gateway: gateway.log.read(),
    "faults": _faults,
    "events": lambda gateway: [one.as_json() for one in gateway.post.all()],
    "transactions": lambda gateway: [one.as_json() for one in gateway.all()],
    "settings": lambda gateway: asdict(gateway.settings),
}


# -- To do ------------------------------------------------------------------------------------
def switch_on(gateway: Gateway, given: dict) -> dict:
    active = gateway.faults.switch_on(str(given.pop("fault", "")), **given)
    gateway.log.note("fault", switched="on", **asdict(active))
    return asdict(active)


def switch_off(gateway: Gateway, given: dict) -> dict:
    number = given.get("number")
    gateway.faults.clear(None if number in (None, "") else read_as(int, number, "number"))
    gateway.log.note("fault", switched="off", number=number)
    return {"active": gateway.faults.as_json()}


def reset(gateway: Gateway, _given: dict) -> dict:
    gateway.reset()
    return {}


def change_settings(gateway: Gateway, given: dict) -> dict:
    gateway.settings.change(given)
    return asdict(gateway.settings)


def advance(gateway: Gateway, given: dict) -> dict:
    """Put the clock forward, and wait until all that is due then has been done."""
    seconds = read_as(float, given["seconds"], "seconds")
    if not seconds >= 0:
        raise ValueError("seconds must not be negative: the clock only goes forward.")
    gateway.timetable.advance(seconds)
    return settle(gateway, {})


def settle(gateway: Gateway, _given: dict) -> dict:
    """Wait until nothing is due and nothing is under way."""
    return {"is_settled": gateway.timetable.settle(PATIENCE), "now": gateway.clock.seconds()}


def pay(gateway: Gateway, given: dict) -> dict:
    """Play an outcome without a browser: `url` is the checkout's address, whole."""
    outcome, method = given.get("outcome", "APPROVED"), given.get("method", "CARD")
    if outcome not in checkout.OUTCOMES or method not in METHODS:
        raise ValueError(f"Outcomes: {checkout.OUTCOMES}. Methods: {tuple(METHODS)}.")
    pairs = parse_qsl(urlsplit(str(given["url"])).query, keep_blank_values=True)
    order, problems = orders.read(gateway, pairs, to_pay=True)
    if not problems:
        again = str(given.get("second_try_of", ""))
        facts = {"method": method, "outcome": outcome, "again": again}
        try:
            transaction, url = checkout.pay(gateway, order, **facts)
        except ReferenceUsed:
            problems = checkout.USED
        else:
            return {"transaction": transaction.as_json(), "redirect": url}
    raise ValueError("; ".join(f"{name}: {text}" for name, text in problems))


def settle_transaction(gateway: Gateway, given: dict) -> dict:
    return gateway.settle(given["id"], given["status"]).as_json()


def send_event(gateway: Gateway, given: dict) -> dict:
    return gateway.post.send(read_as(int, given["number"], "number")).as_json()


def announce(gateway: Gateway, given: dict) -> dict:
    """Send one more event about a transaction, with the faults that are named, and only these.

    `faults` is a list of names, or an object of names with their options.
    """
    named = given.get("faults", [])
    named = {named: {}} if isinstance(named, str) else named
    named = {name: {} for name in named} if isinstance(named, list) else named
    if wrong := [name for name in named if not name.startswith("event.")]:
        raise ValueError(f"No fault of an event: {', '.join(wrong)}.")
    faults = {
        name: {**CATALOGUE[name].options, **dict(options or {})} for name, options in named.items()
    }
    return gateway.announce(gateway.transactions[given["id"]], faults).as_json()


LEVERS: dict[str, Callable[[Gateway, dict], dict]] = {
    "faults": switch_on,
    "faults/clear": switch_off,
    "reset": reset,
    "settings": change_settings,
    "advance": advance,
    "settle": settle,
    "pay": pay,
    "transactions/settle": settle_transaction,
    "events/send": send_event,
    "events/announce": announce,
}
