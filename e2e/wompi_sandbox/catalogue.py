"""Every fault that can be switched on: what it does, and what can be chosen about it.

The area before the dot says where it strikes: a call of the API, a void, the hosted page, the
payment itself, an event, or the way back to the merchant. Seconds of the API and of the page are
real; those of events, of the way back and of voids are the gateway's.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    text: str
    options: dict = field(default_factory=dict)
    group: str = ""  # of one group only one strikes at a time
    is_countable: bool = True


def _transport(text: str, **options: object) -> Fault:
    return Fault(text, options, group="transport")


API = {
    "api.refused": Fault(
        "connection refused: the API's own port is closed; on the other port it is reset",
        is_countable=False,
    ),
    "api.reset": _transport("connection reset, nothing done"),
    "api.hang": _transport("no answer, nothing done", seconds=30.0),
    "api.hang_after": _transport("done, but no answer", seconds=30.0),
    "api.slow": _transport("a right answer, late", seconds=2.0),
    "api.reset_mid_body": _transport("connection reset in the middle of the answer"),
    "api.error": _transport(
        "an outage: 500, 502, 503, 504, 429 or 408; body json, html or empty",
        status=503,
        body="json",
    ),
    "api.error_after": _transport("done, but answered with an error", status=502, body="html"),
    "api.unauthorised": _transport("401, as after a change of keys"),
    "api.truncated": _transport("200 with JSON that ends in the middle"),
    "api.not_json": _transport("200 with a page of HTML"),
    "api.huge": _transport("200 with two megabytes of JSON"),
    "api.redirect": _transport("302 to another address", to="http://127.0.0.1:9/"),
    "api.not_found": _transport("404 for what exists"),
    "api.extra_fields": Fault("fields that nobody knows"),
    "api.missing_fields": Fault("only the fields that must be there"),
    "api.unknown_status": Fault("a status that nobody knows", {"value": "IN_REVIEW"}),
    "api.empty_list": Fault("nothing found for a reference that will appear later"),
    "api.shuffled": Fault("a list in any order"),
    "void.refused": Fault("201, and the void's own status is ERROR"),
    "void.never_settles": Fault("accepted, and the transaction stays APPROVED"),
    "void.slow": Fault("VOIDED only much later", {"seconds": 3600.0}),
}
PAGE = {
    "page.down": Fault("503 and a page of HTML", group="transport"),
    "page.reset": Fault("connection reset", group="transport"),
    "page.hang": Fault("no answer", {"seconds": 30.0}, group="transport"),
    "page.slow": Fault("a right page, late", {"seconds": 2.0}, group="transport"),
    "page.allows_used_reference": Fault("a reference can be paid twice"),
    "page.ignores_expiry": Fault("payment is taken after its expiry"),
    "payment.amount": Fault("the transaction has another amount than asked", {"cents": 100}),
    "payment.currency": Fault("the transaction is in another currency", {"value": "USD"}),
    "payment.reference": Fault(
        "the transaction has another reference", {"value": "NO-EXISTE-000000-X"}
    ),
}
REDIRECT = {
    "redirect.missing": Fault("the payer is not sent back"),
    "redirect.repeated": Fault("the way back is asked for once more, before the payer"),
    "redirect.forged": Fault(
        "another id: the given one, else that of another approved transaction", {"id": ""}
    ),
    "redirect.declined": Fault("the id of a declined transaction"),
    "redirect.while_pending": Fault("back while PENDING; the outcome follows", {"seconds": 5.0}),
    "redirect.after_event": Fault("back only after the event was answered"),
    "redirect.keeps_query": Fault("the address keeps its own query string"),
}
EVENT_DELIVERY = {
    "event.never": Fault("never sent"),
    "event.delayed": Fault("sent late", {"seconds": 7200.0}),
    "event.held": Fault("kept back until it is sent from /_control/"),
    "event.reordered": Fault("kept back until the next event has gone out"),
    "event.repeated": Fault("sent again at once", {"copies": 2}),
    "event.concurrent": Fault("sent several times at the same instant", {"copies": 2}),
    "event.repeated_later": Fault("sent again after hours", {"seconds": 7200.0}),
    "event.pending": Fault("an event with PENDING, too, when the payment begins"),
}
EVENT_TAMPERED = {  # must be refused
    "event.wrong_secret": Fault("signed with a wrong secret"),
    "event.other_environment": Fault("signed with the secret of production"),
    "event.no_checksum": Fault("no checksum, neither in body nor header"),
    "event.checksum_of_another": Fault("the checksum of another event"),
    "event.header_differs": Fault("header and body hold different checksums"),
    "event.status_changed": Fault("status changed after signing", {"value": "APPROVED"}),
    "event.amount_changed": Fault("amount changed after signing", {"cents": 100}),
    "event.timestamp_changed": Fault("timestamp changed after signing"),
    "event.empty_properties": Fault("a right sum over no property at all"),
    "event.unresolvable": Fault("a right sum with a property that leads nowhere"),
    "event.moved_bytes": Fault("the genuine bytes moved into another field, which alone is listed"),
    "event.bad_json": Fault("a body that is no JSON"),
    "event.duplicate_keys": Fault("a body that names `data` twice"),
    "event.deep": Fault("a body nested a hundred levels deep"),
    "event.content_type": Fault("another content type", {"value": "text/plain"}),
    "event.huge": Fault("a body of a megabyte"),
}
EVENT_WRONG = {  # a right signature; must not mark as paid
    "event.other_amount": Fault("another amount than the API tells", {"cents": 100}),
    "event.other_currency": Fault("another currency than the API tells", {"value": "USD"}),
    "event.other_status": Fault("another status than the API tells", {"value": "APPROVED"}),
    "event.unknown_reference": Fault("a reference of nobody", {"value": "NO-EXISTE-000000-X"}),
    "event.swapped_reference": Fault(
        "the reference of another order: the given one, else that of another transaction",
        {"to": ""},
    ),
    "event.environment": Fault("an event of production", {"value": "prod"}),
    "event.unknown_id": Fault(
        "an id that the API does not know", {"value": "10042-1000000000-00000"}
    ),
}
EVENT_SHAPES = {  # must be accepted
    "event.upper_checksum": Fault("checksum in capitals"),
    "event.permuted": Fault("the properties in another order"),
    "event.longer": Fault("more properties: currency and reference"),
    "event.deeper": Fault("one more property, a level deeper"),
    "event.timestamp_inside": Fault("timestamp inside the signature"),
    "event.link_id": Fault("with the id of a payment link", {"value": "test_Ab3dE6"}),
    "event.unknown_name": Fault("an event that nobody knows", {"value": "transaction.reviewed"}),
    "event.token": Fault("a token's event, without a transaction"),
    "event.extra_keys": Fault("keys that nobody knows"),
}
CATALOGUE: dict[str, Fault] = {
    **API,
    **PAGE,
    **REDIRECT,
    **EVENT_DELIVERY,
    **EVENT_TAMPERED,
    **EVENT_WRONG,
    **EVENT_SHAPES,
}

# What is asked about together, at one moment.
OF_A_CALL = {name for name in API if name.startswith("api.")}
OF_A_VOID = set(API) - OF_A_CALL
OF_A_PAGE = {name for name, fault in PAGE.items() if fault.group == "transport"}
OF_A_PAYMENT = {name for name in PAGE if name.startswith("payment.")}
OF_AN_EVENT = {name for name in CATALOGUE if name.startswith("event.")} - {"event.pending"}
