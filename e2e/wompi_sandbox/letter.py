"""One event as it is put on the wire, and how a fault changes it on the way there."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from e2e.wompi_sandbox import signing

MEGABYTE = 1_000_000


@dataclass
class Letter:
    """`other_id` and `other_reference` are those of some other transaction, for what is swapped."""

    payload: dict
    secret: str
    other_id: str = ""
    other_reference: str = ""
    content_type: str = "application/json"
    header: str | None = None
    body: bytes = b""
    properties: list[str] = field(default_factory=lambda: list(signing.PROPERTIES))

    @property
    def transaction(self) -> dict:
        return self.payload["data"].setdefault("transaction", {})

    def sign(self) -> None:
        self.header = signing.checksum(
            data=self.payload["data"],
            properties=self.properties,
            timestamp=self.payload["timestamp"],
            secret=self.secret,
        )
        self.payload["signature"] = {"checksum": self.header, "properties": self.properties}

    def put_checksum(self, checksum: str) -> None:
        self.header = self.payload["signature"]["checksum"] = checksum


def write(letter: Letter, faults: dict[str, dict]) -> Letter:
    """Sign a letter and put it into bytes, with whatever faults strike it."""
    _apply(BEFORE_SIGNING, letter, faults)
    letter.sign()
    _apply(AFTER_SIGNING, letter, faults)
    # The keys in the order in which Wompi sends them.
    order = ["event", "data", "sent_at", "timestamp", "signature", "environment"]
    known = {key: letter.payload[key] for key in order if key in letter.payload}
    letter.payload = known | letter.payload
    letter.body = json.dumps(letter.payload, ensure_ascii=False).encode()
    _apply(IN_BYTES, letter, faults)
    return letter


def _apply(stage: dict[str, Callable], letter: Letter, faults: dict[str, dict]) -> None:
    for name, change in stage.items():
        if name in faults:
            change(letter, **faults[name])


# -- Before it is signed: the signature is right, what it says may not be ---------------------
def _set(path: str) -> Callable:
    def change(letter: Letter, **options: object) -> None:
        letter.transaction[path] = next(iter(options.values()))

    return change


def _swap_reference(letter: Letter, to: str) -> None:
    letter.transaction["reference"] = to or letter.other_reference


def _environment(letter: Letter, value: str) -> None:
    letter.payload["environment"] = value


def _wrong_secret(letter: Letter) -> None:
    letter.secret = "test_events_guessed"  # noqa: S105


def _other_environment(letter: Letter) -> None:
    letter.secret = letter.secret.replace("test_", "prod_", 1)


def _properties(*paths: str) -> Callable:
    def change(letter: Letter) -> None:
        letter.properties = list(paths)

    return change


def _more(*paths: str) -> Callable:
    def change(letter: Letter) -> None:
        letter.properties = [*letter.properties, *paths]

    return change


def _permuted(letter: Letter) -> None:
    letter.properties = letter.properties[::-1]


def _moved_bytes(letter: Letter) -> None:
    """Make a forgery whose sum is that of a genuine event: the sum has no separators."""
    values = (letter.transaction[path.split(".")[1]] for path in letter.properties)
    letter.transaction["note"] = "".join(map(str, values))
    letter.properties = ["transaction.note"]
    letter.transaction["status"] = "APPROVED"


def _unknown_name(letter: Letter, value: str) -> None:
    letter.payload["event"] = value


def _token(letter: Letter) -> None:
    letter.payload["event"] = "nequi_token.updated"
    token = {"id": "nequi_test_0123456789", "status": "APPROVED", "phone_number": "3991111111"}
    letter.payload["data"] = {"nequi_token": token}
    letter.properties = ["nequi_token.id", "nequi_token.status"]


def _extra_keys(letter: Letter) -> None:
    letter.payload["delivery"] = {"zone": "us-east-1"}
    letter.payload["data"]["batch"] = None
    letter.transaction["risk"] = {"score": 7, "flags": []}


BEFORE_SIGNING = {
    "event.other_amount": _set("amount_in_cents"),
    "event.other_currency": _set("currency"),
    "event.other_status": _set("status"),
    "event.unknown_reference": _set("reference"),
    "event.unknown_id": _set("id"),
    "event.link_id": _set("payment_link_id"),
    "event.swapped_reference": _swap_reference,
    "event.environment": _environment,
    "event.wrong_secret": _wrong_secret,
    "event.other_environment": _other_environment,
    "event.extra_keys": _extra_keys,
    "event.longer": _more("transaction.currency", "transaction.reference"),
    "event.deeper": _more("transaction.payment_method.type"),
    "event.permuted": _permuted,
    "event.empty_properties": _properties(),
    "event.unresolvable": _more("transaction.nowhere.at_all"),
    "event.moved_bytes": _moved_bytes,
    "event.unknown_name": _unknown_name,
    "event.token": _token,
}


# -- After it is signed -----------------------------------------------------------------------
def _no_checksum(letter: Letter) -> None:
    letter.header = None
    del letter.payload["signature"]["checksum"]


def _checksum_of_another(letter: Letter) -> None:
    data = {"transaction": letter.transaction | {"id": letter.other_id}}
    letter.put_checksum(
        signing.checksum(
            data=data,
            properties=letter.properties,
            timestamp=letter.payload["timestamp"],
            secret=letter.secret,
        )
    )


def _header_differs(letter: Letter) -> None:
    letter.header = letter.header[::-1]


def _timestamp_changed(letter: Letter) -> None:
    letter.payload["timestamp"] += 1


def _upper_checksum(letter: Letter) -> None:
    letter.put_checksum(letter.header.upper())


def _timestamp_inside(letter: Letter) -> None:
    letter.payload["signature"]["timestamp"] = letter.payload.pop("timestamp")


AFTER_SIGNING = {
    "event.status_changed": _set("status"),
    "event.amount_changed": _set("amount_in_cents"),
    "event.timestamp_changed": _timestamp_changed,
    "event.checksum_of_another": _checksum_of_another,
    "event.upper_checksum": _upper_checksum,
    "event.header_differs": _header_differs,
    "event.no_checksum": _no_checksum,
    "event.timestamp_inside": _timestamp_inside,
}


# -- In bytes ---------------------------------------------------------------------------------
def _bad_json(letter: Letter) -> None:
    letter.body = letter.body[:-20]


def _duplicate_keys(letter: Letter) -> None:
    data = json.dumps(letter.payload["data"]).encode()
    letter.body = b'{"data": ' + data + b", " + letter.body[1:]


def _deep(letter: Letter) -> None:
    letter.body = letter.body[:-1] + b', "deep": ' + b"[" * 100 + b"]" * 100 + b"}"


def _huge(letter: Letter) -> None:
    letter.body = letter.body[:-1] + b', "padding": "' + b"x" * MEGABYTE + b'"}'


def _content_type(letter: Letter, value: str) -> None:
    letter.content_type = value


IN_BYTES = {
    "event.duplicate_keys": _duplicate_keys,
    "event.deep": _deep,
    "event.huge": _huge,
    "event.bad_json": _bad_json,
    "event.content_type": _content_type,
}
